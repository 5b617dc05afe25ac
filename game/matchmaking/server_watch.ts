import type { Clock } from "../../core/clock.ts";
import type { Health } from "../../core/health.ts";
import type { Log } from "../../core/log.ts";
import type { PubSub } from "../../core/ports/pub_sub.ts";
import type { Subscription } from "../../core/ports/subscription.ts";
import { SERVER_STATUS_SUBJECT, tryParseServerStatus } from "../../core/protocol/server_status.ts";
import type { MatchmakerMetrics } from "./matchmaker_metrics.ts";
import type { ServerRegistry } from "./registry.ts";
import type { Reservations } from "./reservations.ts";

/** How often servers that went silent are looked for, in milliseconds. */
const SWEEP_PERIOD_MS = 1_000;
/** The name under which health says that no server is there. */
const HEALTH_PART = "game_servers";

/** What watching works with. */
export interface ServerWatchOptions {
  /** Brings the broadcasts. */
  readonly pubSub: PubSub;
  /** The table to keep. */
  readonly registry: ServerRegistry;
  /** Promises that a broadcast settles. */
  readonly reservations: Reservations;
  /** Counts broadcasts. */
  readonly statuses: MatchmakerMetrics["statuses"];
  /** Told whether any server is there. */
  readonly health: Health;
  /** Says when to look for silent ones. */
  readonly clock: Clock;
  /** Told of servers that come and go. */
  readonly log: Log;
}

/**
 * Keeps the table of servers by what they broadcast, and lets go of those that went silent. Without
 * any the matchmaker stays ready, and says what is missing.
 */
export function watchServers(options: ServerWatchOptions): Subscription {
  const { pubSub, clock } = options;
  const subscription = pubSub.subscribe(SERVER_STATUS_SUBJECT, ({ payload }) => {
    takeStatus(payload, options);
  });
  markHealth(options);
  const stopSweep = clock.every(SWEEP_PERIOD_MS, () => sweep(options));
  return {
    close: async () => {
      stopSweep();
      await subscription.close();
    },
  };
}

function takeStatus(payload: string, options: ServerWatchOptions): void {
  const { registry, reservations, statuses, log } = options;
  const status = tryParseServerStatus(payload);
  if (status === undefined) return statuses.malformed.inc();
  const outcome = registry.observe(status);
  if (outcome === "refused") return statuses.table_full.inc();
  statuses.taken.inc();
  reservations.settle(status.serverId);
  if (outcome === "known") return;
  const { serverId, region, maxMatches } = status;
  log.info("server_found", { server_id: serverId, region, max_matches: maxMatches });
  markHealth(options);
}

function sweep(options: ServerWatchOptions): void {
  for (const serverId of options.registry.expire()) {
    options.log.warn("server_lost", { server_id: serverId });
  }
  markHealth(options);
}

function markHealth({ registry, health }: ServerWatchOptions): void {
  if (registry.alive().length > 0) health.markUp(HEALTH_PART);
  else health.markDown(HEALTH_PART, "none has been heard", { required: false });
}
