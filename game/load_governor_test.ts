import { assert, assertEquals } from "@std/assert";
import { LoadGovernor, type LoadLevel } from "./load_governor.ts";

const RATE = 30;
const BUDGET_S = 1 / RATE;

function openGovernor(): { governor: LoadGovernor; changes: LoadLevel[] } {
  const changes: LoadLevel[] = [];
  const governor = new LoadGovernor({
    budgetS: BUDGET_S,
    tickRate: RATE,
    onChange: (level, share) => {
      assert(share > 0);
      changes.push(level);
    },
  });
  return { governor, changes };
}

/** Ticks for some seconds, each taking this share of its budget. */
function load(governor: LoadGovernor, share: number, seconds: number): void {
  for (let tick = 0; tick < seconds * RATE; tick++) governor.observe(share * BUDGET_S);
}

Deno.test("LoadGovernor leaves a server alone that has room", () => {
  const { governor, changes } = openGovernor();
  load(governor, 0.85, 60);
  assertEquals(changes, []);
  assertEquals([governor.level, governor.snapshotDivisor, governor.admits], ["normal", 1, true]);
});

Deno.test("LoadGovernor takes no notice of one long tick", () => {
  const { governor, changes } = openGovernor();
  for (let second = 0; second < 60; second++) {
    load(governor, 0.3, 1);
    governor.observe(5 * BUDGET_S);
  }
  assertEquals(changes, []);
});

Deno.test("LoadGovernor lowers the snapshot rate first, and then refuses joins", () => {
  const { governor, changes } = openGovernor();
  const divisors: number[] = [];
  for (let second = 0; second < 8; second++) {
    load(governor, 1.5, 1);
    divisors.push(governor.snapshotDivisor);
  }
  assertEquals(changes, ["fewer_snapshots", "fewest_snapshots", "no_joins"]);
  assertEquals(divisors.at(-1), 4);
  assert(!governor.admits);
});

Deno.test("LoadGovernor takes everything back once there is room, slowly", () => {
  const { governor, changes } = openGovernor();
  load(governor, 1.5, 8);
  changes.length = 0;
  load(governor, 0.3, 4);
  assertEquals(changes, []);
  load(governor, 0.3, 20);
  assertEquals(changes, ["fewest_snapshots", "fewer_snapshots", "normal"]);
  assertEquals(governor.snapshotDivisor, 1);
});

Deno.test("LoadGovernor stays where it is between relief and overload", () => {
  const { governor, changes } = openGovernor();
  load(governor, 1.5, 2.5);
  const { level } = governor;
  changes.length = 0;
  load(governor, 0.75, 60);
  assertEquals(changes, []);
  assertEquals(governor.level, level);
});
