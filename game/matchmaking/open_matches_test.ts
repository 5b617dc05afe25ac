import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { type OpenMatch, OpenMatches } from "./open_matches.ts";

const OPEN_MS = 20_000;

function openBench(matchesMax = 100): { clock: ManualClock; matches: OpenMatches } {
  const clock = new ManualClock();
  return { clock, matches: new OpenMatches({ clock, openMs: OPEN_MS, matchesMax }) };
}

const duel = (matchId: string) =>
  ({ matchId, mode: "duel", serverId: "a", teams: [1, 2], teamSize: 1 }) as const;

function openDuel(matches: OpenMatches, matchId: string, ...accounts: string[]): OpenMatch {
  const match = matches.open(duel(matchId));
  for (const account of accounts) matches.seat(match, [account]);
  return match;
}

const idsOf = (matches: readonly { readonly matchId: string }[]): string[] =>
  matches.map(({ matchId }) => matchId);

Deno.test("An open match takes players of its mode until it is full", () => {
  const { matches } = openBench();
  const match = openDuel(matches, "m1", "p1");
  openDuel(matches, "m2", "p2");
  assertEquals(idsOf(matches.joinable("duel", 1)), ["m1", "m2"]);
  assertEquals(matches.joinable("duel", 2), []);
  assertEquals(matches.joinable("team", 1), []);
  matches.seat(match, ["p3"]);
  assertEquals(idsOf(matches.joinable("duel", 1)), ["m2"]);
});

Deno.test("An open match takes nobody when it is too old", async () => {
  const { clock, matches } = openBench();
  openDuel(matches, "m1", "p1");
  await clock.advance(OPEN_MS - 1);
  openDuel(matches, "m2", "p2");
  assertEquals(idsOf(matches.joinable("duel", 1)), ["m1", "m2"]);
  await clock.advance(1);
  assertEquals(idsOf(matches.joinable("duel", 1)), ["m2"]);
  assertEquals([matches.findSeated("duel", "p1"), matches.count], [undefined, 1]);
});

Deno.test("An account finds the place that it has, by mode", () => {
  const { matches } = openBench();
  const match = openDuel(matches, "m1", "p1", "p2");
  assertEquals(matches.findSeated("duel", "p2")?.matchId, "m1");
  assertEquals(matches.findSeated("team", "p2"), undefined);
  matches.seat(match, ["p2"]);
  matches.close(match);
  assertEquals([matches.findSeated("duel", "p2"), matches.count], [undefined, 0]);
  matches.seat(match, ["p9"]);
  assertEquals(matches.findSeated("duel", "p9"), undefined);
});

Deno.test("An open match puts players on the emptiest team, and who belong together on one", () => {
  const { matches } = openBench();
  const match = matches.open({ ...duel("m1"), mode: "team", teams: [1, 3], teamSize: 3 });
  assertEquals([...matches.seat(match, ["a"])], [["a", 1]]);
  assertEquals([...matches.seat(match, ["b", "c"])], [["b", 3], ["c", 3]]);
  assertEquals([idsOf(matches.joinable("team", 2)), matches.joinable("team", 3)], [["m1"], []]);
  assertEquals([...matches.seat(match, ["d", "e"])], [["d", 1], ["e", 1]]);
  assertEquals([...matches.seat(match, ["a", "f"])], [["a", 1], ["f", 3]]);
  assertEquals(matches.joinable("team", 1), []);
});

Deno.test("An open match without teams has places for so many", () => {
  const { matches } = openBench();
  const match = matches.open({ ...duel("m1"), mode: "ffa", teams: [], teamSize: 3 });
  assertEquals([...matches.seat(match, ["a", "b"])], []);
  assertEquals([idsOf(matches.joinable("ffa", 1)), matches.joinable("ffa", 2)], [["m1"], []]);
});

Deno.test("Open matches beyond the bound close the oldest", () => {
  const { matches } = openBench(2);
  for (const id of ["m1", "m2", "m3"]) openDuel(matches, id, `p-${id}`);
  assertEquals(idsOf(matches.joinable("duel", 1)), ["m2", "m3"]);
  assertEquals(matches.count, 2);
});
