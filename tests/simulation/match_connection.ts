import { type JsonObject, type JsonValue, tryJsonObject } from "../../core/json.ts";
import type { ManualClock } from "../../core/manual_clock.ts";
import type { Rng } from "../../core/rng.ts";
import type { ClientSocket, ClientTransport } from "./client_transport.ts";
import { type Ledger, scoreOf } from "./ledger.ts";

/** What a connection works with. */
export interface MatchConnectionOptions {
  /** The time that all share. */
  readonly world: ManualClock;
  /** The way to gateways. */
  readonly transport: ClientTransport;
  /** Draws what the tank does. */
  readonly rng: Rng;
  /** Writes down what the player is told. */
  readonly ledger: Ledger;
  /** Who plays. */
  readonly player: string;
}

/** A seat to be taken. */
export interface SeatWanted {
  /** The gateway. */
  readonly host: string;
  /** The match. */
  readonly matchId: string;
  /** A ticket, or a resume token. */
  readonly token: string;
  /** Whether it is a ticket. */
  readonly isTicket: boolean;
}

/** A player who hears nothing for so long takes the connection for dead, in milliseconds. */
const SILENT_MS = 6_000;
/** Of a match that is looked for elsewhere nothing is heard for longer. */
const SEATING_MS = 9_000;
const FULL_TURN_RAD = 6.28;

/** One player's WebSocket to one match. */
export class MatchConnection {
  readonly #options: MatchConnectionOptions;
  readonly #wanted: SeatWanted;
  readonly #socket: ClientSocket;
  readonly #openedMs: number;
  #tankId: string | undefined;
  #resumeToken: string | undefined;
  #heardMs = -Infinity;
  #shownMs = -Infinity;
  #end: string | undefined;
  #seq = 0;
  #ackTick: number | undefined;

  /** Connects, and says who it is. */
  constructor(options: MatchConnectionOptions, wanted: SeatWanted) {
    const { world, transport } = options;
    this.#options = options;
    this.#wanted = wanted;
    this.#openedMs = world.monotonicMs();
    if (!wanted.isTicket) this.#resumeToken = wanted.token;
    this.#socket = transport.connect(wanted.host, {
      onFrame: (frame) => this.#take(frame),
      onEnd: (code) => this.#end ??= code === 4_404 || code === 1_000 ? "over" : `closed_${code}`,
    });
    const { matchId, token } = wanted;
    this.#socket.send({ type: "AUTH", match_id: matchId, token });
  }

  /** How it ended; undefined: it goes on. */
  get end(): string | undefined {
    return this.#end;
  }

  /** Brings the player back; undefined: there is no way. */
  get resumeToken(): string | undefined {
    return this.#resumeToken;
  }

  /** When the player was last shown the match. */
  get shownAtMs(): number {
    return this.#shownMs;
  }

  /** Whether it is so quiet that it may be dead. */
  get isSilent(): boolean {
    const nowMs = this.#options.world.monotonicMs();
    if (this.#tankId === undefined) return nowMs - this.#openedMs > SEATING_MS;
    return nowMs - this.#heardMs > SILENT_MS;
  }

  /** Drives, turns and fires as chance has it. */
  act(): void {
    if (this.#tankId === undefined) return;
    const { rng } = this.#options;
    this.#socket.send({
      type: "PLAYER_INPUT",
      seq: ++this.#seq,
      throttle: rng.below(3) - 1,
      turn: rng.below(3) - 1,
      turret: rng.below(628) / 628 * FULL_TURN_RAD,
      fire: true,
      ...(this.#ackTick !== undefined && { ack: this.#ackTick }),
    });
  }

  /** Ends it without a word. */
  hangUp(): void {
    this.#end ??= "hung_up";
    this.#socket.hangUp();
  }

  #take(frame: JsonObject): void {
    this.#heardMs = this.#options.world.monotonicMs();
    switch (frame.type) {
      case "AUTH_OK":
        if (this.#wanted.isTicket) this.#options.ledger.redeemed(this.#wanted.token);
        return this.#sit(frame);
      case "MATCH_MOVED":
        return this.#sit(frame);
      case "AUTH_FAILED":
        this.#end ??= "refused";
        return;
      case "WORLD_STATE":
        return this.#show(frame.tick, frame.tanks, { isStream: true });
      case "MATCH_OVER":
      case "MATCH_LOST":
        this.#end ??= "over";
        return;
    }
  }

  #sit(frame: JsonObject): void {
    const { tank_id: tankId, resume_token: resumeToken, initial_state } = frame;
    if (typeof tankId !== "string" || typeof resumeToken !== "string") return;
    const { ledger, player } = this.#options;
    this.#tankId = tankId;
    this.#resumeToken = resumeToken;
    this.#ackTick = undefined;
    ledger.seated({ player, matchId: this.#wanted.matchId, tankId });
    const state = tryJsonObject(initial_state) ?? {};
    this.#show(state.tick, state.tanks, { isStream: false });
  }

  #show(
    tick: JsonValue | undefined,
    tanks: JsonValue | undefined,
    { isStream }: { readonly isStream: boolean },
  ): void {
    const tankId = this.#tankId;
    if (typeof tick !== "number" || tankId === undefined) return;
    const { ledger, player, world } = this.#options;
    this.#shownMs = world.monotonicMs();
    if (isStream && tick < (this.#ackTick ?? 0)) ledger.wentBack(this.#wanted.matchId, tick);
    this.#ackTick = tick;
    const seat = { player, matchId: this.#wanted.matchId, tankId };
    ledger.shown(seat, tick, scoreOf(tanks, tankId));
  }
}
