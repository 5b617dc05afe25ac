import type { Clock } from "../core/clock.ts";
import type { Counter } from "../core/metrics.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import type { Subscription } from "../core/ports/subscription.ts";
import {
  SERVER_LOST_MS,
  SERVER_STATUS_PERIOD_MS,
  SERVER_STATUS_SUBJECT,
  type ServerStatus as GameServerStatus,
  tryParseServerStatus,
} from "../core/protocol/server_status.ts";
import { type LiveStatus, makeLiveStatus } from "./live_status.ts";

/** How long one listens until every server has had its turn, in milliseconds. */
export const SETTLE_MS: number = SERVER_STATUS_PERIOD_MS + 500;

/** Servers at most; a new one beyond them is not counted. */
export const SERVERS_MAX = 10_000;

/** What becomes of a broadcast. */
export const BROADCAST_OUTCOMES = ["taken", "malformed", "table_full"] as const;

/** What a {@linkcode Fleet} needs. */
export interface FleetOptions {
  /** Brings the broadcasts. */
  readonly pubSub: PubSub;
  /** Says how long ago a server was heard. */
  readonly clock: Clock;
  /** Counts broadcasts. */
  readonly broadcasts: Readonly<Record<typeof BROADCAST_OUTCOMES[number], Counter>>;
}

interface Entry {
  readonly status: GameServerStatus;
  readonly heardMs: number;
}

/** The game servers that are there, as their broadcasts say. Every worker listens, also one that does not lead. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #subscription: Subscription;
  readonly #startedMs: number;

  /** Begins to listen. @throws Error when the bus is closed */
  constructor(options: FleetOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
    this.#subscription = options.pubSub.subscribe(
      SERVER_STATUS_SUBJECT,
      ({ payload }) => this.#take(payload),
    );
  }

  /** How the servers are now; undefined until every one has had the time to say so. */
  describe(): LiveStatus | undefined {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#startedMs < SETTLE_MS) return undefined;
    this.#expire(nowMs);
    const servers = [...this.#entries.values()].map(({ status }) => status);
    return makeLiveStatus(servers, { updatedAtS: clock.nowMs() / 1_000 });
  }

  /** Listens no more. */
  close(): Promise<void> {
    return this.#subscription.close();
  }

  #take(payload: string): void {
    const { clock, broadcasts } = this.#options;
    const status = tryParseServerStatus(payload);
    if (status === undefined) return broadcasts.malformed.inc();
    const nowMs = clock.monotonicMs();
    if (!this.#entries.has(status.serverId) && this.#entries.size >= SERVERS_MAX) {
      this.#expire(nowMs);
      if (this.#entries.size >= SERVERS_MAX) return broadcasts.table_full.inc();
    }
    broadcasts.taken.inc();
    this.#entries.delete(status.serverId);
    this.#entries.set(status.serverId, { status, heardMs: nowMs });
  }

  // Whoever was heard last is last in the map.
  #expire(nowMs: number): void {
    for (const [serverId, { heardMs }] of this.#entries) {
      if (nowMs - heardMs < SERVER_LOST_MS) return;
      this.#entries.delete(serverId);
    }
  }
}
