import { assert } from "@std/assert";
import { MATCH_OWNER_TTL_MS } from "../core/protocol/match_owner.ts";
import { parseGameConfig } from "./config.ts";
import * as timing from "./match_timing.ts";

const RULES: readonly (readonly [rule: string, holds: boolean])[] = [
  [
    "A match stops before its lease can be another's",
    timing.LEASE_RELIED_MS < MATCH_OWNER_TTL_MS,
  ],
  [
    "A server that hears itself no more stops before others take it for gone",
    timing.ECHO_RELIED_MS < timing.SILENT_MS_MIN,
  ],
  [
    "A lease outlives a renewal that fails",
    2 * timing.KEEP_PERIOD_MS <= timing.LEASE_RELIED_MS,
  ],
  [
    "A server outlives an echo that is lost",
    timing.ECHO_PERIOD_MS + timing.ECHO_DEADLINE_MS <= timing.ECHO_RELIED_MS,
  ],
  [
    "An owner that is there answers before it counts as silent",
    timing.PROBE_TOOK_MS_MAX < timing.SILENT_MS_MIN,
  ],
  [
    "Owners are asked only when they have missed a renewal",
    MATCH_OWNER_TTL_MS - timing.ASKED_AHEAD_MS > timing.KEEP_PERIOD_MS,
  ],
  [
    "A checkpoint outlives its lease",
    timing.CHECKPOINT_TTL_MS > 10 * MATCH_OWNER_TTL_MS,
  ],
];

for (const [rule, holds] of RULES) {
  Deno.test(`The times of match survival: ${rule}`, () => assert(holds));
}

Deno.test("The times of match survival: An epoch is remembered longer than any match lasts", () => {
  const { matchMsMax } = parseGameConfig(new Map());
  assert(timing.EPOCH_TTL_MS > matchMsMax, `a match may last ${matchMsMax} ms`);
});
