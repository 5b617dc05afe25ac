import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { OpenMatches } from "./open_matches.ts";

const OPEN_MS = 20_000;

function openBench(matchesMax = 100): { clock: ManualClock; matches: OpenMatches } {
  const clock = new ManualClock();
  return { clock, matches: new OpenMatches({ clock, openMs: OPEN_MS, matchesMax }) };
}

const duel = (matchId: string, ...accounts: string[]) =>
  ({ matchId, mode: "duel", serverId: "a", placesMax: 2, accounts }) as const;

const idsOf = (matches: readonly { readonly matchId: string }[]): string[] =>
  matches.map(({ matchId }) => matchId);

Deno.test("An open match takes players of its mode until it is full", () => {
  const { matches } = openBench();
  const match = matches.open(duel("m1", "p1"));
  matches.open(duel("m2", "p2"));
  assertEquals(idsOf(matches.joinable("duel", 1)), ["m1", "m2"]);
  assertEquals(matches.joinable("duel", 2), []);
  assertEquals(matches.joinable("team", 1), []);
  matches.seat(match, ["p3"]);
  assertEquals(idsOf(matches.joinable("duel", 1)), ["m2"]);
});

Deno.test("An open match takes nobody when it is too old", async () => {
  const { clock, matches } = openBench();
  matches.open(duel("m1", "p1"));
  await clock.advance(OPEN_MS - 1);
  matches.open(duel("m2", "p2"));
  assertEquals(idsOf(matches.joinable("duel", 1)), ["m1", "m2"]);
  await clock.advance(1);
  assertEquals(idsOf(matches.joinable("duel", 1)), ["m2"]);
  assertEquals([matches.findSeated("duel", "p1"), matches.count], [undefined, 1]);
});

Deno.test("An account finds the place that it has, by mode", () => {
  const { matches } = openBench();
  const match = matches.open(duel("m1", "p1", "p2"));
  assertEquals(matches.findSeated("duel", "p2")?.matchId, "m1");
  assertEquals(matches.findSeated("team", "p2"), undefined);
  matches.seat(match, ["p2"]);
  matches.close(match);
  assertEquals([matches.findSeated("duel", "p2"), matches.count], [undefined, 0]);
  matches.seat(match, ["p9"]);
  assertEquals(matches.findSeated("duel", "p9"), undefined);
});

Deno.test("Nobody is taken out of a match by being named in another", () => {
  const { matches } = openBench();
  matches.open(duel("m1", "p1"));
  const other = matches.open(duel("m2", "p2", "p1"));
  assertEquals(matches.findSeated("duel", "p1")?.matchId, "m1");
  matches.close(other);
  assertEquals(matches.findSeated("duel", "p1")?.matchId, "m1");
});

Deno.test("Open matches beyond the bound close the oldest", () => {
  const { matches } = openBench(2);
  for (const id of ["m1", "m2", "m3"]) matches.open(duel(id, `p-${id}`));
  assertEquals(idsOf(matches.joinable("duel", 1)), ["m2", "m3"]);
  assertEquals(matches.count, 2);
});
