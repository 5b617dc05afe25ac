import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import type { ServerStatus } from "../../core/protocol/server_status.ts";
import { DEFAULT_MODE_NAME } from "../simulation/rules.ts";
import { OpenMatches } from "./open_matches.ts";
import { ServerRegistry } from "./registry.ts";
import { Reservations } from "./reservations.ts";
import { JOIN_PING_EXTRA_MS_MAX, type Seat, type SeatingOptions, seatPlayers } from "./seating.ts";
import { openStatus, testMode } from "./testing.ts";

interface Bench extends SeatingOptions {
  readonly clock: ManualClock;
  seat(accountId: string, options?: {
    readonly mode?: string;
    readonly pings?: Readonly<Record<string, number>>;
    readonly party?: readonly string[];
    readonly excluded?: readonly string[];
  }): Seat | undefined;
}

function openBench(...statuses: readonly ServerStatus[]): Bench {
  const clock = new ManualClock();
  let ids = 0;
  const options: SeatingOptions = {
    registry: new ServerRegistry({ clock, timeoutMs: 15_000, serversMax: 100 }),
    matches: new OpenMatches({ clock, openMs: 20_000, matchesMax: 1_000 }),
    reservations: new Reservations({ clock }),
    random: () => 0,
    locate: () => undefined,
    newId: () => `m${++ids}`,
  };
  for (const status of statuses) options.registry.observe(status);
  return {
    ...options,
    clock,
    seat(
      accountId,
      { mode: name = DEFAULT_MODE_NAME, pings = {}, party = [], excluded = [] } = {},
    ): Seat | undefined {
      const request = {
        accounts: [accountId, ...party],
        mode: testMode(name),
        travellers: [{ pings: new Map(Object.entries(pings)) }],
      };
      return seatPlayers(request, new Set(excluded), options);
    },
  };
}

const briefly = (seat: Seat | undefined): string | undefined =>
  seat && `${seat.kind} ${seat.match.matchId} on ${seat.status.serverId}`;

Deno.test("Players of one mode are seated together until the match is full", () => {
  const bench = openBench(openStatus("a"), openStatus("b"));
  assertEquals(briefly(bench.seat("p1", { mode: "duel" })), "new_match m1 on a");
  assertEquals(briefly(bench.seat("p2", { mode: "ffa" })), "new_match m2 on b");
  assertEquals(briefly(bench.seat("p3", { mode: "duel" })), "open_match m1 on a");
  assertEquals(bench.seat("p4", { mode: "duel" })?.kind, "new_match");
  assertEquals(bench.reservations.of("a").matches + bench.reservations.of("b").matches, 3);
  assertEquals(bench.reservations.of("a").players + bench.reservations.of("b").players, 4);
});

Deno.test("Nobody is seated in a match that is 20 s old", async () => {
  const bench = openBench(openStatus("a"));
  bench.seat("p1");
  await bench.clock.advance(14_999);
  bench.registry.observe(openStatus("a"));
  await bench.clock.advance(5_001);
  assertEquals(briefly(bench.seat("p2")), "new_match m2 on a");
});

Deno.test("Who asks again gets the same place, and takes no second one", () => {
  const bench = openBench(openStatus("a"));
  bench.seat("p1", { mode: "duel" });
  assertEquals(briefly(bench.seat("p1", { mode: "duel" })), "same_match m1 on a");
  assertEquals(bench.reservations.of("a"), { matches: 1, players: 1 });
  assertEquals(briefly(bench.seat("p2", { mode: "duel" })), "open_match m1 on a");
  assertEquals(briefly(bench.seat("p2", { mode: "duel" })), "same_match m1 on a");
});

Deno.test("Who asks again after the server went gets a new place, once", () => {
  const bench = openBench(openStatus("a"));
  bench.seat("p1");
  bench.registry.forget("a");
  assertEquals(bench.seat("p1"), undefined);
  bench.registry.observe(openStatus("b"));
  assertEquals(briefly(bench.seat("p1")), "new_match m2 on b");
  assertEquals(briefly(bench.seat("p1")), "same_match m2 on b");
});

Deno.test("A party is seated in one match, and finds its places there", () => {
  const bench = openBench(openStatus("a"));
  for (let player = 0; player < 8; player++) bench.seat(`early-${player}`);
  assertEquals(briefly(bench.seat("p1", { party: ["p2", "p3"] })), "new_match m2 on a");
  assertEquals(briefly(bench.seat("p3")), "same_match m2 on a");
  assertEquals(briefly(bench.seat("late")), "open_match m1 on a");
  assertEquals(bench.reservations.of("a"), { matches: 2, players: 12 });
});

Deno.test("A party is seated on one team, and others where there is room", () => {
  const bench = openBench(openStatus("a"));
  const teamsOf = (seat: Seat | undefined): string[] =>
    seat === undefined ? [] : [...seat.teams].map(([account, team]) => `${account} ${team}`);
  assertEquals(teamsOf(bench.seat("p1")), ["p1 1"]);
  assertEquals(teamsOf(bench.seat("p2", { party: ["p3", "p4"] })), ["p2 2", "p3 2", "p4 2"]);
  assertEquals(teamsOf(bench.seat("p5", { party: ["p6", "p7"] })), ["p5 1", "p6 1", "p7 1"]);
  assertEquals(teamsOf(bench.seat("p6")), ["p6 1"]);
  // Three places are free, but no team has that many.
  assertEquals(bench.seat("p8", { party: ["p9", "p10"] })?.kind, "new_match");
  assertEquals(teamsOf(bench.seat("p11", { mode: "ffa" })), []);
});

Deno.test("Nobody of a party keeps another place by it", () => {
  const bench = openBench(openStatus("a"));
  bench.seat("p1", { mode: "duel" });
  bench.seat("p2", { mode: "duel" });
  assertEquals(briefly(bench.seat("p2", { party: ["p1"] })), "new_match m2 on a");
  assertEquals(briefly(bench.seat("p1")), "same_match m2 on a");
});

Deno.test("An open match far away is left for a new one near by", () => {
  const far = openStatus("far", { region: "FAR" });
  const near = openStatus("near", { region: "NEAR" });
  const bench = openBench(far, near);
  bench.seat("p1", { pings: { FAR: 10, NEAR: 200 } });
  const pings = { NEAR: 10, FAR: 10 + JOIN_PING_EXTRA_MS_MAX };
  assertEquals(briefly(bench.seat("p2", { pings })), "open_match m1 on far");
  const farther = { ...pings, FAR: pings.FAR + 1 };
  assertEquals(briefly(bench.seat("p3", { pings: farther })), "new_match m2 on near");
  assertEquals(briefly(bench.seat("p4", { pings })), "open_match m2 on near");
});

Deno.test("An open match is taken on a server that is full, and far, if there is no other", () => {
  const bench = openBench(openStatus("a", { region: "FAR", maxMatches: 1 }));
  bench.seat("p1", { mode: "duel" });
  assertEquals(bench.seat("p2", { mode: "ffa" }), undefined);
  const seat = bench.seat("p3", { mode: "duel", pings: { FAR: 300 } });
  assertEquals(briefly(seat), "open_match m1 on a");
  assertEquals(bench.seat("p4", { mode: "duel" }), undefined);
});

Deno.test("Nobody new is seated on a server that drains, is excluded or is gone", () => {
  const bench = openBench(openStatus("a"));
  bench.seat("p1");
  assertEquals(bench.seat("p2", { excluded: ["a"] }), undefined);
  bench.registry.observe(openStatus("a", { draining: true }));
  assertEquals(bench.seat("p3"), undefined);
  assertEquals(briefly(bench.seat("p1")), "same_match m1 on a");
  bench.registry.forget("a");
  assertEquals(bench.seat("p1"), undefined);
});

Deno.test("A burst of 1 000 finds on 10 servers spreads evenly and overbooks none", () => {
  const cases: readonly (readonly [string, number])[] = [["duel", 50], ["team", 10]];
  for (const [mode, matchesEach] of cases) {
    for (const maxMatches of [matchesEach, matchesEach * 4]) {
      const ids = Array.from({ length: 10 }, (_, index) => `s${index}`);
      const bench = openBench(...ids.map((id) => openStatus(id, { maxMatches })));
      const seats = ids.flatMap((id) =>
        Array.from({ length: 100 }, (_, index) => bench.seat(`${id}-${index}`, { mode }))
      );
      assertEquals(seats.includes(undefined), false);
      for (const id of ids) {
        assertEquals(bench.reservations.of(id), { matches: matchesEach, players: 100 });
      }
      // Servers that have all they take get no more.
      assertEquals(bench.seat("late", { mode }) === undefined, maxMatches === matchesEach);
    }
  }
});
