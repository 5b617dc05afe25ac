import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import type { FaultRecord } from "./fault_record.ts";
import { TICK_RATE } from "./topology.ts";

/** What a ledger works with. */
export interface LedgerOptions {
  /** On the world's clock, in milliseconds. */
  readonly nowMs: () => number;
  /** What excuses a promise that was not kept. */
  readonly faults: FaultRecord;
  /** Told of a promise that was not kept. */
  readonly violation: (text: string) => void;
}

/** Play that a crash may cost, in milliseconds: a checkpoint is a second old at most, and takes a moment. */
const PLAY_LOST_MS_MAX = 2_000;
/** A score is kept within so long, in milliseconds: it is written at most five times a second. */
const SCORE_KEPT_MS = 1_000;
/** A store that was away is written to again within so long, in milliseconds. */
const STORE_BACK_MS = 5_000;
/** Within so long a token that was revoked is good for nothing, in milliseconds. */
export const REVOKED_WITHIN_MS = 5_000;

/** What was sent over a slow bus comes within so long, in milliseconds. */
const UNDER_WAY_MS_MAX = 5_000;

interface Play {
  tick: number;
  tickAtMs: number;
  /** When each score was first told, by the score. */
  readonly toldAtMs: Map<number, number>;
  score: number;
}

/** What players were told, held against what was promised. */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #accounts = new Map<string, string>();
  readonly #tickets = new Set<string>();
  readonly #drivers = new Map<string, string>();
  readonly #plays = new Map<string, Play>();
  readonly #revokedAtMs = new Map<string, number>();

  /** Nothing was told yet. */
  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** An account was acknowledged. */
  registered(name: string, accountId: string): void {
    const before = this.#accounts.get(name);
    if (before !== undefined) {
      this.#options.violation(`${name} was registered twice: ${before} and ${accountId}`);
    }
    this.#accounts.set(name, accountId);
  }

  /** Whether an account of that name was acknowledged. */
  isRegistered(name: string): boolean {
    return this.#accounts.has(name);
  }

  /** A login succeeded, as that account. */
  loggedIn(name: string, accountId: string): void {
    const known = this.#accounts.get(name);
    if (known !== undefined && known !== accountId) {
      this.#options.violation(`${name} is ${accountId} now, and was ${known}`);
    }
  }

  /** A login was refused. */
  refusedLogin(name: string, code: unknown): void {
    if (!this.isRegistered(name) || code !== "invalid_credentials") return;
    this.#options.violation(`${name} cannot log in any more`);
  }

  /** A match token has brought somebody into a match. */
  redeemed(ticket: string): void {
    if (this.#tickets.has(ticket)) this.#options.violation("a ticket was redeemed twice");
    this.#tickets.add(ticket);
  }

  /** A token was acknowledged as revoked. */
  revoked(token: string): void {
    this.#revokedAtMs.set(token, this.#options.nowMs());
  }

  /** A token was taken that was shown at `askedMs`. */
  accepted(token: string, askedMs: number): void {
    const revokedMs = this.#revokedAtMs.get(token) ?? Infinity;
    if (askedMs - revokedMs < REVOKED_WITHIN_MS) return;
    const span = { fromMs: revokedMs - STORE_BACK_MS, toMs: this.#options.nowMs() };
    const { faults, violation } = this.#options;
    // Where the store cannot be asked a token counts as it did; auth has it from the database.
    if (faults.touched("", ["store", "database", "freeze"], span)) return;
    if (faults.touched("auth", ["crash", "stop"], span)) return;
    violation(`a revoked token was good after ${Math.round(askedMs - revokedMs)} ms`);
  }

  /** A player was given a tank, or came back to it. */
  seated(
    seat: { readonly player: string; readonly matchId: string; readonly tankId: string },
  ): void {
    const { player, matchId, tankId } = seat;
    const key = `${matchId} ${tankId}`;
    const driver = this.#drivers.get(key);
    if (driver !== undefined && driver !== player) {
      this.#options.violation(`tank ${tankId} is ${player}'s and ${driver}'s`);
    }
    this.#drivers.set(key, player);
  }

  /** A player was shown the match at a tick, with this score of their own tank. */
  shown(
    seat: { readonly player: string; readonly matchId: string; readonly tankId: string },
    tick: number,
    score: number | undefined,
  ): void {
    const nowMs = this.#options.nowMs();
    const key = `${seat.player} ${seat.matchId} ${seat.tankId}`;
    const play = this.#plays.get(key) ??
      { tick, tickAtMs: nowMs, score: 0, toldAtMs: new Map([[0, nowMs]]) };
    this.#plays.set(key, play);
    const lostTicks = play.tick - tick;
    if (lostTicks > (PLAY_LOST_MS_MAX * TICK_RATE) / 1_000) this.#lostPlay(seat, play, lostTicks);
    if (score !== undefined && score < play.score) this.#lostScore(seat, play, score);
    if (tick >= play.tick) play.tickAtMs = nowMs;
    play.tick = tick;
    if (score === undefined) return;
    if (score > play.score) play.toldAtMs.set(score, nowMs);
    play.score = score;
  }

  /** A player was shown an older tick after a newer one, and not told that the match has moved. */
  wentBack(matchId: string, tick: number): void {
    const nowMs = this.#options.nowMs();
    const span = { fromMs: nowMs - UNDER_WAY_MS_MAX, toMs: nowMs };
    // What a former owner had sent before is still under way, or waits for a gateway that sleeps.
    if (this.#options.faults.touched("", ["bus", "freeze", "store"], span)) return;
    this.#options.violation(`match ${matchId} was shown at tick ${tick} after a newer one`);
  }

  #lostPlay(seat: { readonly matchId: string }, play: Play, lostTicks: number): void {
    const span = { fromMs: play.tickAtMs - STORE_BACK_MS, toMs: this.#options.nowMs() };
    if (this.#options.faults.touched("game", ["store"], span)) return;
    this.#options.violation(`match ${seat.matchId} lost ${lostTicks} ticks`);
  }

  #lostScore(seat: { readonly matchId: string }, play: Play, score: number): void {
    const { faults, violation } = this.#options;
    const lost = [...play.toldAtMs].filter(([told]) => told > score);
    const firstMs = Math.min(...lost.map(([, atMs]) => atMs));
    for (const [told] of lost) play.toldAtMs.delete(told);
    if (play.tickAtMs - firstMs < SCORE_KEPT_MS) return;
    const span = { fromMs: firstMs - STORE_BACK_MS, toMs: this.#options.nowMs() };
    if (faults.touched("game", ["store"], span)) return;
    violation(`match ${seat.matchId} lost a score: ${play.score} became ${score}`);
  }
}

/** The score of a tank in a list of tanks as a message has it; undefined where it is not said. */
export function scoreOf(tanks: unknown, tankId: string): number | undefined {
  if (!Array.isArray(tanks)) return undefined;
  for (const item of tanks) {
    const tank: JsonObject | undefined = tryJsonObject(item);
    if (tank?.tank_id === tankId && typeof tank.score === "number") return tank.score;
  }
  return undefined;
}
