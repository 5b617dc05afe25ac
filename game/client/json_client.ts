// Long because it is one state machine: each state is left by time, by the server or by the owner.
import { type JsonObject, type JsonValue, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { tryDecodeUtf8 } from "../../core/net/utf8.ts";
import { CONTROL_MAX, type TankInput } from "../simulation/tank_input.ts";
import { radiansFromHeading, TICK_RATE_MAX, TICK_RATE_MIN } from "../simulation/units.ts";
import type { ClientCore, MatchInfo } from "./client_core.ts";
import type { ClientEvent } from "./client_event.ts";
import { ClientOutput } from "./client_output.ts";
import type { ClientState, EndReason } from "./client_state.ts";
import { tryReadGround } from "./json_arena.ts";
import { tryReadMoved } from "./json_moved.ts";
import { JsonStates } from "./json_states.ts";
import { RetryTimer } from "./retry_timer.ts";
import { RoundTrip } from "./round_trip.ts";
import type { SeenFrame } from "./seen_frame.ts";
import { ServerTime } from "./server_time.ts";

/** How a client joins. */
export interface JsonClientOptions {
  /** 1..64 characters. */
  readonly playerId: string;
  /** An access or match token; a guest by default. */
  readonly token?: string;
  /** The match to join; any of `mode` by default. */
  readonly matchId?: string;
  /** The mode to play; the server's default by default. */
  readonly mode?: string;
  /** How long a join may take, in milliseconds; 10 s by default. */
  readonly joinMs?: number;
  /** After how long without a state the client asks whether it still plays, in milliseconds; 1.5 s by default. */
  readonly silenceMs?: number;
  /** For how long it asks, in milliseconds; 15 s by default, as the server waits for JSON clients. */
  readonly resumeMs?: number;
}

const JOIN_MS = 10_000;
const SILENCE_MS = 1_500;
const RESUME_MS = 15_000;
const LEAVE_MS = 3_000;
const JOIN_RETRY = { firstMs: 250, longestMs: 2_000 };
const LEAVE_RETRY = { firstMs: 100, longestMs: 500 };
const PING_RETRY = { firstMs: 500, longestMs: 1_000 };
/** An input is in force until the next: said again now and then, in case it was lost. */
const INPUT_EVERY_MS = 100;
const SNAPSHOT_RATE = 15;

const REFUSALS: ReadonlyMap<JsonValue | undefined, EndReason> = new Map<JsonValue, EndReason>([
  ["No tanks available", "no_tanks_available"],
  ["Authentication required", "authentication_required"],
  ["Unknown mode", "no_such_mode"],
  ["player_id is not that of the token", "player_id_taken"],
  ["Match not found", "no_such_match"],
  ["Match is full", "no_tanks_available"],
  ["Server is shutting down", "server_busy"],
  ["Server is overloaded", "server_busy"],
]);

/**
 * A client of the JSON datagrams (PROTOCOL section 2) without socket, timer or clock; the same outside as the
 * binary one. It knows less: not who drives a tank, nor enough of its own to predict it.
 */
export class JsonClient implements ClientCore {
  readonly #options: JsonClientOptions;
  readonly #output = new ClientOutput();
  readonly #encoder = new TextEncoder();
  readonly #trip = new RoundTrip();
  #time: ServerTime | undefined;
  #appliedSeq = 0;
  #state: ClientState = { kind: "idle" };
  #states = new JsonStates();
  #match: MatchInfo | undefined;
  #frame: SeenFrame | undefined;
  #input: TankInput | undefined;
  #seq = 0;
  #challenge: string | undefined;
  /** Whether the server is to say `joined` again. */
  #repeats = false;
  #asking: RetryTimer | undefined;
  #ping: RetryTimer | undefined;
  #inputDueMs = Infinity;
  #heardMs = 0;
  #giveUpMs = Infinity;

  /** Idle. */
  constructor(options: JsonClientOptions) {
    this.#options = options;
  }

  get state(): ClientState {
    return this.#state;
  }

  get match(): MatchInfo | undefined {
    return this.#match;
  }

  get frame(): SeenFrame | undefined {
    return this.#frame;
  }

  get rttMs(): number | undefined {
    return this.#trip.rttMs;
  }

  /** The newest input that the newest state has applied. */
  get appliedSeq(): number {
    return this.#appliedSeq;
  }

  /** The server's tick, to within half of one; undefined before it was measured. */
  serverTickAt(nowMs: number): number | undefined {
    return this.#time?.tickAt(nowMs);
  }

  get dueMs(): number {
    const { kind } = this.#state;
    if (kind === "idle" || kind === "ended") return Infinity;
    const dueMs = Math.min(this.#giveUpMs, this.#asking?.dueMs ?? Infinity);
    if (kind !== "playing") return dueMs;
    return Math.min(dueMs, this.#inputDueMs, this.#ping?.dueMs ?? Infinity, this.#silentMs);
  }

  join(nowMs: number): void {
    if (this.#state.kind !== "idle") return;
    this.#giveUpMs = nowMs + (this.#options.joinMs ?? JOIN_MS);
    this.#asking = new RetryTimer(JOIN_RETRY, nowMs);
    this.#enter({ kind: "connecting" });
    this.advance(nowMs);
  }

  setInput(input: TankInput): void {
    this.#input = input;
    this.#seq++;
    this.#inputDueMs = -Infinity;
    this.#output.emit({ kind: "input", seq: this.#seq, input });
  }

  /** The protocol has no place for it: the server goes by the newest acknowledged state. */
  setShownTick(_tick: number): void {}

  /** The protocol has no chat in JSON datagrams. @returns false */
  say(_text: string): boolean {
    return false;
  }

  /** Orders the tank to drive somewhere; metres. */
  moveTo(xM: number, yM: number): void {
    if (this.#state.kind === "playing") this.#act("move", { position: [xM, yM] });
  }

  /** Fires once. */
  shoot(): void {
    if (this.#state.kind === "playing") this.#act("shoot");
  }

  leave(nowMs: number): void {
    const { kind } = this.#state;
    if (kind === "leaving" || kind === "ended") return;
    if (kind === "idle") return this.#end("asked");
    this.#asking = new RetryTimer(LEAVE_RETRY, nowMs);
    this.#giveUpMs = nowMs + LEAVE_MS;
    this.#enter({ kind: "leaving" });
    this.advance(nowMs);
  }

  abandon(): void {
    if (this.#state.kind !== "ended") this.#end("closed");
  }

  takeDatagrams(): Uint8Array[] {
    return this.#output.takeDatagrams();
  }

  takeEvents(): ClientEvent[] {
    return this.#output.takeEvents();
  }

  advance(nowMs: number): void {
    const { kind } = this.#state;
    if (kind === "idle" || kind === "ended") return;
    if (nowMs >= this.#giveUpMs) return this.#giveUp();
    if (this.#asking?.take(nowMs)) this.#ask();
    if (kind !== "playing") return;
    if (nowMs >= this.#silentMs) return this.#resume(nowMs);
    if (this.#ping?.take(nowMs)) this.#sendPing(nowMs);
    if (nowMs < this.#inputDueMs || this.#input === undefined) return;
    this.#inputDueMs = nowMs + INPUT_EVERY_MS;
    this.#sendInput(this.#input);
  }

  receive(datagram: Uint8Array, nowMs: number): void {
    const { kind } = this.#state;
    if (kind === "idle" || kind === "ended") return;
    const text = tryDecodeUtf8(datagram);
    const message = text === undefined ? undefined : tryJsonObject(tryParseJson(text));
    if (message === undefined) return;
    if (typeof message.status === "string") this.#onReply(message.status, message, nowMs);
    else if (message.type === "state") {
      // Overtook the reply to the join, which begins anew: the server is not to take it for a base.
      if (kind !== "connecting") this.#onState(message, nowMs);
    } else if (typeof message.type === "string") {
      this.#onMessage(message.type, message);
    }
  }

  get #silentMs(): number {
    return this.#heardMs + (this.#options.silenceMs ?? SILENCE_MS);
  }

  /** What is asked for until it is answered. */
  #ask(): void {
    if (this.#state.kind === "leaving") return this.#act("leave_game");
    const { token, matchId, mode } = this.#options;
    const challenge = this.#challenge;
    const repeat = this.#repeats ? true : undefined;
    this.#act("join_game", { token, match_id: matchId, mode, challenge, repeat });
  }

  #onReply(status: string, message: JsonObject, nowMs: number): void {
    const { kind } = this.#state;
    const isJoining = kind === "connecting" || kind === "resuming";
    if (status === "pong") this.#onPong(message, nowMs);
    else if (status === "joined" && isJoining) this.#onJoined(message, nowMs);
    else if (status === "already_in_session" && isJoining) this.#onAlready(message, nowMs);
    else if (status === "challenge" && isJoining) this.#onChallenge(message, nowMs);
    else if (status === "join_failed" && isJoining) {
      this.#end(REFUSALS.get(message.reason) ?? "protocol_error");
    } else if (status === "left_game" || status === "not_in_game") this.#onLeft(nowMs);
  }

  /** Passes a message on; after some of them the server has the player no more. */
  #onMessage(type: string, message: JsonObject): void {
    this.#output.emit({ kind: "message", message });
    if (type === "match_over" || type === "kicked") return this.#end(type);
    if (type !== "match_moved") return;
    const to = tryReadMoved(message);
    if (to === undefined) return this.#end("protocol_error");
    this.#output.emit({ kind: "moved", to });
    this.#end("moved");
  }

  #onChallenge({ challenge }: JsonObject, nowMs: number): void {
    if (typeof challenge !== "string" || challenge === this.#challenge) return;
    this.#challenge = challenge;
    this.#asking?.restart(nowMs);
    this.advance(nowMs);
  }

  #onJoined(message: JsonObject, nowMs: number): void {
    const initial = tryJsonObject(message.initial_state) ?? {};
    const { tick_rate: tickRate } = initial;
    const { tank_id: tankId, session_id: matchId } = message;
    const ground = tryReadGround(initial.arena);
    const isMatch = ground !== undefined && typeof tankId === "string" &&
      typeof matchId === "string" && typeof tickRate === "number" &&
      Number.isInteger(tickRate) && tickRate >= TICK_RATE_MIN && tickRate <= TICK_RATE_MAX;
    if (!isMatch) return this.#end("protocol_error");
    // The tank may be another one than before: inputs are counted anew.
    this.#states = new JsonStates();
    this.#appliedSeq = 0;
    this.#time = new ServerTime(tickRate);
    const isResumed = this.#match?.tankId === tankId;
    this.#match = { matchId, tankId, tickRate, snapshotRate: SNAPSHOT_RATE, ground, isResumed };
    this.#play(nowMs);
  }

  #onAlready({ session_id: matchId }: JsonObject, nowMs: number): void {
    if (this.#match?.matchId === matchId) return this.#play(nowMs);
    // The reply that named the tank was lost, here or to a client before this one.
    if (this.#repeats) return;
    this.#repeats = true;
    this.#asking?.restart(nowMs);
    this.advance(nowMs);
  }

  #play(nowMs: number): void {
    this.#asking = undefined;
    this.#repeats = false;
    this.#giveUpMs = Infinity;
    this.#heardMs = nowMs;
    // Before the player has touched anything there is nothing to be said again.
    this.#inputDueMs = this.#input === undefined ? Infinity : nowMs;
    this.#ping = new RetryTimer(PING_RETRY, nowMs);
    this.#enter({ kind: "playing" });
    this.advance(nowMs);
  }

  #onState(message: JsonObject, nowMs: number): void {
    const applied = this.#states.apply(message);
    if (applied === undefined) return;
    const { frame, events } = applied;
    this.#appliedSeq = applied.inputSeq;
    this.#heardMs = nowMs;
    this.#frame = frame;
    if (this.#state.kind === "resuming") this.#play(nowMs);
    this.#act("ack", { tick: frame.tick });
    this.#output.emit({ kind: "snapshot", tick: frame.tick, own: undefined });
    if (events.length > 0) this.#output.emit({ kind: "happened", events });
  }

  #onPong({ t, tick }: JsonObject, nowMs: number): void {
    const sample = typeof t === "number" ? this.#trip.onPong(t, nowMs) : undefined;
    if (sample !== undefined && typeof tick === "number" && tick > 0) {
      // It names the last tick that is whole, which on average is half a tick ago.
      this.#time?.onSample({ ...sample, tick: tick + 0.5 });
    }
  }

  #onLeft(nowMs: number): void {
    if (this.#state.kind === "leaving") this.#end("asked");
    else if (this.#state.kind === "connecting") this.#asking?.restart(nowMs);
  }

  #resume(nowMs: number): void {
    this.#challenge = undefined;
    this.#giveUpMs = nowMs + (this.#options.resumeMs ?? RESUME_MS);
    this.#asking = new RetryTimer(JOIN_RETRY, nowMs);
    this.#enter({ kind: "resuming", sinceMs: nowMs });
    this.advance(nowMs);
  }

  #giveUp(): void {
    this.#end(this.#state.kind === "resuming" ? "connection_lost" : "no_answer");
  }

  #sendPing(nowMs: number): void {
    this.#send({ action: "ping", t: this.#trip.onPing(nowMs) });
  }

  #sendInput({ throttle, turn, turret, fire }: TankInput): void {
    this.#act("input", {
      seq: this.#seq,
      throttle: throttle / CONTROL_MAX,
      turn: turn / CONTROL_MAX,
      turret: radiansFromHeading(turret),
      fire,
    });
  }

  #act(action: string, fields: JsonObject = {}): void {
    this.#send({ action, player_id: this.#options.playerId, ...fields });
  }

  #send(message: JsonObject): void {
    this.#output.send(this.#encoder.encode(JSON.stringify(message)));
  }

  #end(reason: EndReason): void {
    this.#asking = undefined;
    this.#giveUpMs = Infinity;
    this.#output.discardDatagrams();
    this.#enter({ kind: "ended", reason, retryAfterMs: 0 });
  }

  #enter(state: ClientState): void {
    this.#state = state;
    this.#output.emit({ kind: "state", state });
  }
}
