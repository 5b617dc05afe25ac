import { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { Ports, ServiceContext } from "../../core/service.ts";
import { REPLAY_OUTCOMES, ReplayLibrary } from "./replay_library.ts";
import { makeFilmInThread } from "./replay_thread.ts";

/** Replays that an address may have made each second; those that are there already do not count. */
const REPLAYS_PER_SECOND = 0.2;
const REPLAYS_BURST = 6;
const LIMITED_ADDRESSES_MAX = 10_000;

/** The replays of a gateway. */
export function openReplays(
  deps: Omit<ServiceContext, "health"> & Pick<Ports, "eventLog" | "kvStore">,
): ReplayLibrary {
  const { eventLog, kvStore, clock, log, metrics } = deps;
  const addresses = new RateLimiter({
    ratePerSecond: REPLAYS_PER_SECOND,
    burst: REPLAYS_BURST,
    keysMax: LIMITED_ADDRESSES_MAX,
    clock,
  });
  const outcomes = metrics.counters({
    name: "gateway_replays_total",
    help: "Requests for the replay of a match, by what became of them",
    label: "outcome",
    values: REPLAY_OUTCOMES,
  });
  return new ReplayLibrary({
    eventLog,
    kvStore,
    makeFilm: makeFilmInThread,
    addresses,
    outcomes,
    clock,
    log,
  });
}
