import { type Clock, sleep } from "../../core/clock.ts";
import type { Rng } from "../../core/rng.ts";
import type { ErrorReason } from "./error_reason.ts";
import type { GatewayRest } from "./gateway_rest.ts";
import { type LedgerPlayer, PlayerLedger } from "./ledger.ts";
import type { LoadAccounts } from "./load_accounts.ts";
import { type LoadOptions, roundMsOf } from "./load_options.ts";
import type { LoadTally } from "./load_tally.ts";
import { MatchSession } from "./match_session.ts";
import type { PlayedMatch } from "./played_match.ts";
import type { Phase } from "./measure.ts";
import { type MatchTicket, openPlayerClient } from "./player_client.ts";
import { PlayerEntry } from "./player_entry.ts";
import { isLoopback } from "./remote_target.ts";
import { accept, type Reply } from "./reply.ts";
import type { TransportName } from "./transport_mix.ts";
import { withinMs } from "./within_ms.ts";

/** What a player is made of. */
export interface LoadPlayerDeps {
  /** The load that it is part of. */
  readonly options: LoadOptions;
  /** Its number in the load, from 0. */
  readonly index: number;
  /** What it speaks. */
  readonly transport: TransportName;
  /** What is measured. */
  readonly tally: LoadTally;
  /** All time. */
  readonly clock: Clock;
  /** All its chance, its own. */
  readonly rng: Rng;
  /** Makes accounts and logs in. */
  readonly accounts: LoadAccounts;
  /** The gateway, for the matchmaker. */
  readonly rest: GatewayRest;
  /** How many matches the ledger keeps. */
  readonly ledgerMatchesMax: number;
  /** Told of a fault of the load generator's own. */
  readonly onFault: (error: unknown) => void;
  /** Nothing new is begun any more. */
  readonly stop: AbortSignal;
  /** Everything ends at once. */
  readonly abort: AbortSignal;
}

const CONNECT_MS_MAX = 10_000;
/** Who could not play waits as long as this before the next try, twice as long each time, up to the other. */
const RETRY_MS = { first: 1_000, max: 15_000 };
/** A player follows its match to so many other servers at most. */
const MOVES_MAX = 8;
/** Matches last an hour at most. */
const MATCH_MS_MAX = 3_600_000;

/** One player: the whole journey again and again. */
export class LoadPlayer {
  readonly #deps: LoadPlayerDeps;
  readonly #ledger: PlayerLedger;
  readonly #entry: PlayerEntry;
  #phase: Phase = "waiting";

  /** Waits. */
  constructor(deps: LoadPlayerDeps) {
    const { options, index, transport } = deps;
    const name = `load-${options.runId}-${index}`;
    this.#deps = deps;
    this.#ledger = new PlayerLedger({ playerId: name, transport }, deps.ledgerMatchesMax);
    this.#entry = new PlayerEntry({ ...deps, name, ledger: this.#ledger });
    deps.tally.move(undefined, "waiting");
  }

  /** What became of it so far. */
  get ledger(): LedgerPlayer {
    return this.#ledger.toJson();
  }

  /** Comes in its turn, and plays until it is told to stop. Never rejects. */
  async run(): Promise<void> {
    const { options, index, stop } = this.#deps;
    let failures = 0;
    await this.#rest((options.rampMs * index) / options.players);
    while (!stop.aborted) {
      this.#enter("entering");
      const error = await this.#round();
      if (error !== undefined) this.#fail(error);
      failures = error === undefined ? 0 : failures + 1;
      this.#enter("thinking");
      await this.#rest(this.#pauseMs(failures));
    }
    this.#enter("done");
  }

  async #round(): Promise<ErrorReason | undefined> {
    try {
      const ticket = await this.#entry.ticket();
      return ticket.ok ? await this.#play(ticket.value) : ticket.reason;
    } catch (error) {
      if (this.#deps.abort.aborted) return "cut_off";
      this.#deps.onFault(error);
      return "own_fault";
    }
  }

  /** Plays, on other servers too where the match moves there. */
  async #play(first: MatchTicket): Promise<ErrorReason | undefined> {
    const { options, rng, tally } = this.#deps;
    const stayMs = options.playMs === 0 ? MATCH_MS_MAX : around(options.playMs, 0.25, rng);
    let ticket = first;
    for (let moves = 0; moves <= MOVES_MAX; moves++) {
      const played = await this.#playOn(ticket, stayMs);
      if (!played.ok) return played.reason;
      const { end, error, movedTo, matchId } = played.value;
      if (end === "match_over") tally.count("matches_over");
      if (end === "asked" && matchId !== undefined) tally.count("matches_left");
      if (end !== "moved" || movedTo === undefined || ticket.transport === "tcp") return error;
      if (!isLoopback(movedTo.host) && !options.allowRemote) return "remote_refused";
      tally.count("matches_moved");
      const udp = { hostname: movedTo.host, port: movedTo.port };
      const token = movedTo.token ?? ticket.accessToken;
      ticket = { ...ticket, udp, matchId: movedTo.matchId, token };
    }
    return "connection_lost";
  }

  async #playOn(
    ticket: MatchTicket,
    playMs: number,
  ): Promise<Reply<PlayedMatch>> {
    const { options, tally, clock, rng, abort, stop } = this.#deps;
    const roundMs = roundMsOf(options);
    const opened = await withinMs(
      (signal) =>
        openPlayerClient(ticket, { tally, clock, rng, roundMs, signal, link: options.link }),
      { clock, ms: CONNECT_MS_MAX, parent: abort },
    );
    if (!opened.ok) return opened;
    let joinedAtMs = clock.nowMs();
    const played = await MatchSession.play(opened.value, {
      ...{ tally, clock, rng, playMs, roundMs, abort, leaving: stop },
      inputsPerSecond: options.inputsPerSecond,
      onPlaying: () => {
        joinedAtMs = clock.nowMs();
        this.#enter("playing");
      },
    });
    this.#ledger.onMatch(played, { joinedAtMs, endedAtMs: clock.nowMs() });
    return accept(played);
  }

  #fail(reason: ErrorReason): void {
    this.#deps.tally.fail(reason);
    this.#ledger.onError(reason);
  }

  #enter(phase: Phase): void {
    this.#deps.tally.move(this.#phase, phase);
    this.#phase = phase;
  }

  #pauseMs(failures: number): number {
    const { options, rng } = this.#deps;
    const thinkMs = around(options.thinkMs, 0.5, rng);
    if (failures === 0) return thinkMs;
    const retryMs = Math.min(RETRY_MS.first * 2 ** Math.min(failures - 1, 10), RETRY_MS.max);
    return Math.max(thinkMs, around(retryMs, 0.5, rng));
  }

  async #rest(ms: number): Promise<void> {
    try {
      await sleep(this.#deps.clock, ms, this.#deps.stop);
    } catch {
      // It is time to stop, as the loop sees.
    }
  }
}

/** A value within so much of another, on average that. */
function around(value: number, share: number, rng: Rng): number {
  return value * (1 - share + (2 * share * rng.below(1_001)) / 1_000);
}
