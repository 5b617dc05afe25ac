import { systemClock } from "../../core/clock.ts";
import type { SeenFrame } from "../../game/client/seen_frame.ts";
import type { MatchResult, SeatListener } from "./match_seat.ts";

/** A score that a client saw fall. */
export interface ScoreFall {
  /** The match. */
  readonly matchId: string;
  /** Whose. */
  readonly tankId: string;
  /** Before. */
  readonly from: number;
  /** After. */
  readonly to: number;
  /** The tick that showed it. */
  readonly tick: number;
}

/** A time in which a client saw nothing, on the monotonic clock. */
export interface StateGap {
  /** When the last state before it came. */
  readonly fromMs: number;
  /** When the next one came. */
  readonly toMs: number;
}

/** States farther apart than this are a gap that the player feels, in milliseconds. */
const GAP_MS_MIN = 500;

/** What one client saw of one match: what it may never see less of, and how long it saw nothing. */
export class MatchMemory implements SeatListener {
  /** The match. */
  readonly matchId: string;
  /** Scores that fell. */
  readonly falls: ScoreFall[] = [];
  /** The times in which no state came. */
  readonly gaps: StateGap[] = [];
  /** How many ticks the match went back each time that it did. */
  readonly ticksBack: number[] = [];
  readonly #scores = new Map<string, number>();
  readonly #sums = new Map<number, number>();
  #frame: SeenFrame | undefined;
  #seenMs: number | undefined;

  /** Has seen nothing yet. */
  constructor(matchId: string) {
    this.matchId = matchId;
  }

  /** The newest state. */
  get frame(): SeenFrame | undefined {
    return this.#frame;
  }

  onFrame(frame: SeenFrame): void {
    const nowMs = systemClock.monotonicMs();
    const fromMs = this.#seenMs ?? nowMs;
    const gapMs = nowMs - fromMs;
    if (gapMs >= GAP_MS_MIN) this.gaps.push({ fromMs, toMs: nowMs });
    this.#seenMs = nowMs;
    const back = (this.#frame?.tick ?? 0) - frame.tick;
    // A datagram that was overtaken by the next shows the same match, a moment ago.
    if (back > 0 && gapMs < GAP_MS_MIN) return;
    if (back > 0) this.ticksBack.push(back);
    this.#frame = frame;
    this.#compare(frame);
  }

  /** What the result takes away from what was seen: teams with fewer points than their tanks had made. */
  missingIn({ scores }: MatchResult): string[] {
    return [...this.#sums].flatMap(([team, sum]) => {
      const score = scores[String(team)] ?? 0;
      return score >= sum ? [] : [`team ${team} had ${sum} and ends with ${score}`];
    });
  }

  #compare({ tick, tanks }: SeenFrame): void {
    const sums = new Map<number, number>();
    for (const { tankId, score, team } of tanks.values()) {
      const before = this.#scores.get(tankId) ?? 0;
      if (score < before) {
        this.falls.push({ matchId: this.matchId, tankId, from: before, to: score, tick });
      }
      this.#scores.set(tankId, score);
      sums.set(team, (sums.get(team) ?? 0) + score);
    }
    for (const [team, sum] of sums) {
      this.#sums.set(team, Math.max(sum, this.#sums.get(team) ?? 0));
    }
    // Who has left may come back with another tank of the same name, and begins anew.
    for (const tankId of this.#scores.keys()) {
      if (!tanks.has(tankId)) this.#scores.delete(tankId);
    }
  }
}
