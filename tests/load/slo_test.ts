import { assert, assertEquals } from "@std/assert";
import { LoadTally } from "./load_tally.ts";
import { judgeSlos, parseSlos, SLO_NAMES, type SloSubject } from "./slo.ts";

function openSubject(): SloSubject {
  const total = new LoadTally();
  for (let ms = 1; ms <= 100; ms++) total.measure("input_to_state", ms);
  for (let bytes = 1; bytes <= 1_000; bytes++) total.measure("snapshot_bytes", bytes);
  total.count("joins", 20);
  total.count("inputs_due", 200);
  total.count("inputs_lost", 10);
  total.fail("busy");
  return { total, tookMs: 10_000, playersPeak: 7 };
}

/** What each says of the subject. */
const VERDICTS: readonly [term: string, isMet: boolean][] = [
  ["input_to_state_p50_ms<=50.1", true],
  ["input_to_state_p50_ms<50", false],
  ["input_to_state_p99_ms<100", true],
  ["input_to_state_max_ms<100", false],
  ["input_to_state_p99_ms > 90", true],
  ["snapshot_bytes_p90<901", true],
  ["snapshot_bytes_p90<900", false],
  ["errors_total<1", false],
  ["errors_total<=1", true],
  ["inputs_lost_share<0.05", false],
  ["inputs_lost_share<=0.05", true],
  ["joins_per_second>=2", true],
  ["joins_total>20", false],
  ["players_peak>=7", true],
  // Nothing was measured: nothing holds.
  ["login_p99_ms<1000", false],
  ["login_p99_ms>0", false],
];

for (const [term, isMet] of VERDICTS) {
  Deno.test(`Slo ${term} is ${isMet ? "held" : "missed"}`, () => {
    const { slos, problems } = parseSlos(term);
    assertEquals(problems, []);
    assertEquals(judgeSlos(slos, openSubject()).map((verdict) => verdict.isMet), [isMet]);
  });
}

Deno.test("Slo terms are read between commas, and what is none is told", () => {
  const { slos, problems } = parseSlos(
    "errors_total<1, join_p99_ms<500,nonsense,speed<3,joins_total=1",
  );
  assertEquals(slos.map(({ name, operator, bound }) => [name, operator, bound]), [
    ["errors_total", "<", 1],
    ["join_p99_ms", "<", 500],
  ]);
  assertEquals(problems, [
    '"nonsense" is no name<number',
    "there is no speed",
    '"joins_total=1" is no name<number',
  ]);
  assertEquals(parseSlos(" , ").problems, ["it names nothing"]);
});

Deno.test("Slo names can all be judged", () => {
  const subject = openSubject();
  for (const name of SLO_NAMES) {
    const [verdict] = judgeSlos(parseSlos(`${name}>=0`).slos, subject);
    assert(verdict !== undefined && !(verdict.value < 0), name);
  }
  assertEquals(new Set(SLO_NAMES).size, SLO_NAMES.length);
});
