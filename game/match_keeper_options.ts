import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import type { MatchOwner } from "../core/protocol/match_owner.ts";
import type { SessionManager } from "./session_manager.ts";

/** What a keeper works with. */
export interface MatchKeeperOptions {
  /** Holds leases and checkpoints. */
  readonly kvStore: KvStore;
  /** Shows whether others can reach this server. */
  readonly pubSub: PubSub;
  /** Whose matches are kept. */
  readonly sessions: Pick<SessionManager, "pause" | "goOn" | "release">;
  /** Measures the time. */
  readonly clock: Clock;
  /** Told of matches that are in doubt or lost. */
  readonly log: Log;
  /** This server, as others are to find it. */
  readonly owner: () => Omit<MatchOwner, "epoch">;
  /** Resolves once what was written to the history outlives this process. */
  readonly written: () => Promise<void>;
  /** Counts leases and checkpoints that could not be written. */
  readonly failed: Counter;
  /** Counts matches that are another server's now. */
  readonly fenced: Counter;
}
