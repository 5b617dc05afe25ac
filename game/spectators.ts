import type { CancelTimer, Clock } from "../core/clock.ts";
import type { JsonObject } from "../core/json.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import { encodeRelayNotice, matchSpectateSubject } from "../core/protocol/match_relay.ts";
import type { GameSession } from "./game_session.ts";
import type { SessionEndReason } from "./leave_reason.ts";
import { toRelayFrame } from "./remote_link.ts";
import type { SessionWatch } from "./session_watch.ts";
import { viewArena } from "./wire/world_view.ts";

/** How long somebody watches who does not say so again, in milliseconds. */
export const SPECTATOR_MS = 5_000;
/** Who may watch one match at once. */
export const SPECTATORS_PER_MATCH_MAX = 8;
/** Matches that are watched at once. */
export const SPECTATED_MATCHES_MAX = 64;

const SWEEP_PERIOD_MS = 1_000;

/** What watching works with. */
export interface SpectatorsOptions {
  /** Carries the states. */
  readonly pubSub: PubSub;
  /** Says who has not been heard of for too long. */
  readonly clock: Clock;
  /** Ticks a second, as told to those who watch. */
  readonly tickRate: number;
}

/** What somebody who wants to watch is told. */
export type WatchOutcome =
  | { readonly ok: true; readonly about: JsonObject }
  | { readonly ok: false; readonly reason: "full" };

/**
 * Has matches sent to those who watch them: each state once, however many watch, and nothing while nobody
 * does.
 */
export class Spectators implements SessionWatch {
  readonly #options: SpectatorsOptions;
  /** Until when each watches, on the monotonic clock, by name. */
  readonly #watched = new Map<GameSession, Map<string, number>>();
  #stopSweep: CancelTimer | undefined;

  /** Nobody watches yet. */
  constructor(options: SpectatorsOptions) {
    this.#options = options;
  }

  /** How many watch a match. */
  countOf(session: GameSession): number {
    return this.#watched.get(session)?.size ?? 0;
  }

  /** Somebody watches a match from now on, or still. @throws TypeError where its id can be no subject */
  watch(session: GameSession, watcher: string): WatchOutcome {
    const watchers = this.#watched.get(session) ?? new Map<string, number>();
    const isKnown = watchers.has(watcher);
    if (!isKnown && watchers.size >= SPECTATORS_PER_MATCH_MAX) return { ok: false, reason: "full" };
    if (!this.#watched.has(session)) {
      if (this.#watched.size >= SPECTATED_MATCHES_MAX) return { ok: false, reason: "full" };
      this.#begin(session);
      this.#watched.set(session, watchers);
    }
    const { clock } = this.#options;
    watchers.set(watcher, clock.monotonicMs() + SPECTATOR_MS);
    this.#stopSweep ??= clock.every(SWEEP_PERIOD_MS, () => this.#sweep());
    return { ok: true, about: this.#describe(session) };
  }

  opened(): void {}

  closed(session: GameSession, reason: SessionEndReason): void {
    if (!this.#watched.delete(session)) return;
    session.audience = undefined;
    // Where it goes on, those who watch find it by themselves.
    if (reason === "moved") return;
    const notice = { kind: "ended", session: session.id, reason } as const;
    this.#options.pubSub.publish(matchSpectateSubject(session.id), encodeRelayNotice(notice));
  }

  /** Sends nothing any more. */
  close(): void {
    for (const session of this.#watched.keys()) session.audience = undefined;
    this.#watched.clear();
    this.#stopSweep?.();
    this.#stopSweep = undefined;
  }

  #begin(session: GameSession): void {
    const { pubSub } = this.#options;
    const subject = matchSpectateSubject(session.id);
    const send = (message: string): void => pubSub.publish(subject, toRelayFrame(message));
    session.audience = { onState: send, onOver: send };
  }

  #sweep(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [session, watchers] of this.#watched) {
      for (const [watcher, untilMs] of watchers) if (untilMs <= nowMs) watchers.delete(watcher);
      if (watchers.size > 0) continue;
      this.#watched.delete(session);
      session.audience = undefined;
    }
    if (this.#watched.size > 0) return;
    this.#stopSweep?.();
    this.#stopSweep = undefined;
  }

  #describe({ match }: GameSession): JsonObject {
    const { mode, epoch, world } = match;
    return {
      epoch,
      mode,
      tick: world.tick,
      tick_rate: this.#options.tickRate,
      time_limit_ticks: world.timeLimitTicks,
      arena: viewArena(world.arena),
      players: Object.fromEntries(world.tanks.map(({ tankId, playerId }) => [tankId, playerId])),
    };
  }
}
