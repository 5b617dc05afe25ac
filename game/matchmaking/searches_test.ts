// Long because a search has many ends, each with what it leaves behind.
import { assertEquals } from "@std/assert";
import { tryJsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import type { FindReply } from "../../core/protocol/matchmaking_messages.ts";
import type { GroupOrder, PlaceResult } from "./match_order.ts";
import type { FindOrder } from "./matchmaker.ts";
import { openMatchmakerMetrics } from "./matchmaker_metrics.ts";
import type { RatedMatch } from "./rated_match.ts";
import type { SearchOrder } from "./search.ts";
import { SearchEvents } from "./search_events.ts";
import { DEFAULT_MODES } from "./search_modes.ts";
import { ABANDONED_MS, END_REMEMBERED_MS, Searches } from "./searches.ts";
import { SearchStore } from "./search_store.ts";
import { testMode } from "./testing.ts";

interface Bench {
  readonly clock: ManualClock;
  readonly searches: Searches;
  readonly store: SearchStore;
  readonly kvStore: MemoryKvStore;
  /** Matches that were opened for groups. */
  readonly opened: GroupOrder[];
  /** Places that were asked for in drop-in matches. */
  readonly finds: FindOrder[];
  readonly expected: RatedMatch[];
  /** Events that others heard, without what differs each time. */
  readonly events: string[];
  /** Servers take no match while true. */
  isFull: boolean;
  /** Another matchmaker on the same store. */
  another(): Searches;
  /** Lets time pass, with a step every 100 ms. */
  pass(ms: number): Promise<void>;
  start(accountId: string, order?: Partial<SearchOrder>): Promise<FindReply>;
}

const RATINGS: Readonly<Record<string, number>> = { master: 2_400 };

function openBench(options: { readonly searchesMax?: number } = {}): Bench {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  const log = silentLog;
  const none = (): number => 0;
  const metrics = openMatchmakerMetrics(new Metrics({ process: false }), {
    servers: none,
    openMatches: none,
    searches: none,
    isLeader: () => true,
  });
  let ids = 0;
  const newId = (): string => `id-${++ids}`;
  const { opened, finds, expected, events } = {
    opened: [] as GroupOrder[],
    finds: [] as FindOrder[],
    expected: [] as RatedMatch[],
    events: [] as string[],
  };
  const place = (): Promise<PlaceResult> =>
    Promise.resolve(
      bench.isFull ? { ok: false, code: "no_servers", message: "None" } : {
        ok: true,
        kind: "new_match",
        place: {
          match_id: `m${opened.length + finds.length}`,
          websocket_url: "ws://h/ws",
          udp: { host: "h", port: 1 },
        },
      },
    );
  const store = new SearchStore({
    kvStore,
    log,
    failed: metrics.searchesNotKept,
    modes: DEFAULT_MODES,
    searchesMax: 1_000,
  });
  const open = (): Searches =>
    new Searches({
      matchmaker: {
        find: (order) => {
          finds.push(order);
          return place();
        },
        openMatch: (order) => {
          opened.push(order);
          return place();
        },
        admit: (found, { accountId, playerId, authSessionId = "" }) => {
          const token = `${accountId}/${playerId}${authSessionId}`;
          return Promise.resolve({ ok: true, found: { ...found, token } });
        },
      },
      store,
      events: new SearchEvents({
        workQueue: {
          publishFanout: (exchange, message) => {
            const { event_type, reason = "" } = tryJsonObject(message) ?? {};
            events.push(`${exchange} ${event_type} ${reason}`.trim());
            return Promise.resolve();
          },
        },
        clock,
        serverId: "mm-1",
        newId,
        log,
        dropped: metrics.searchEventsDropped,
      }),
      skill: {
        ratingOf: (accountId) => Promise.resolve(RATINGS[accountId] ?? 1_500),
        expect: (match) => {
          expected.push(match);
          return Promise.resolve();
        },
      },
      clock,
      log,
      newId,
      metrics,
      searchesMax: options.searchesMax ?? 1_000,
    });
  const searches = open();
  const bench: Bench = {
    clock,
    searches,
    store,
    kvStore,
    opened,
    finds,
    expected,
    events,
    isFull: false,
    another: open,
    pass: async (ms) => {
      for (let left = ms; left > 0; left -= 100) {
        await clock.advance(Math.min(100, left));
        searches.step();
        await searches.settled();
      }
    },
    start: (accountId, order = {}) =>
      searches.start({
        accountId,
        playerId: `name of ${accountId}`,
        mode: testMode("ranked_duel"),
        traveller: { pings: new Map() },
        members: [accountId],
        partyId: "",
        explain: false,
        ...order,
      }),
  };
  return bench;
}

const idOf = (reply: FindReply): string => "search" in reply ? reply.search.search_id : "";

function briefly(reply: FindReply): string {
  if (!reply.ok) return reply.code;
  return "found" in reply ? `${reply.found.match_id} ${reply.found.token}` : reply.search.state;
}

Deno.test("A search waits for an opponent, who then plays in the same match", async () => {
  const bench = openBench();
  const first = await bench.start("a");
  assertEquals(first, {
    ok: true,
    search: {
      search_id: "id-1",
      state: "waiting",
      game_mode: "ranked_duel",
      waited_ms: 0,
      party_size: 1,
      party_accepted: 1,
    },
  });
  await bench.pass(1_000);
  const second = await bench.start("b");
  await bench.pass(100);
  assertEquals(briefly(await bench.searches.poll(idOf(first), "a")), "m1 a/name of a");
  const login = { authSessionId: " by s2" };
  assertEquals(
    briefly(await bench.searches.poll(idOf(second), "b", login)),
    "m1 b/name of b by s2",
  );
  const [order] = bench.opened;
  assertEquals([order?.gameMode, order?.botTeams, order?.accounts.toSorted()], ["duel", [], [
    "a",
    "b",
  ]]);
  assertEquals([...order?.teams.values() ?? []].toSorted(), [1, 2]);
  const teams = bench.expected.map(({ mode, players }) => [mode, players.length]);
  assertEquals(teams, [["ranked_duel", 2]]);
  const exchange = "searcher_service.events";
  assertEquals(bench.events, [
    `${exchange} search_started`,
    `${exchange} search_started`,
    `${exchange} opponent_found`,
  ]);
});

Deno.test("A search is shown to its account alone, and stopped by it alone", async () => {
  const { start, searches, events } = openBench();
  const id = idOf(await start("a"));
  assertEquals(briefly(await searches.poll(id, "b")), "unknown_search");
  assertEquals(briefly(searches.stop(id, "b")), "unknown_search");
  assertEquals(briefly(searches.stop(id, "a")), "stopped");
  assertEquals(briefly(await searches.poll(id, "a")), "unknown_search");
  assertEquals(events.at(-1), "searcher_service.events search_stopped stopped");
});

Deno.test("Who asks again for the same goes on searching; for something else begins anew", async () => {
  const { start, searches } = openBench();
  const id = idOf(await start("a"));
  assertEquals(idOf(await start("a")), id);
  const other = idOf(await start("a", { mode: testMode("ranked_team") }));
  assertEquals(other === id, false);
  assertEquals([briefly(await searches.poll(id, "a")), searches.count], ["unknown_search", 1]);
});

Deno.test("Who is given a match elsewhere waits for none, and nobody is brought together with them", async () => {
  const bench = openBench();
  const id = idOf(await bench.start("a"));
  bench.searches.stopFor("nobody");
  bench.searches.stopFor("a");
  assertEquals(briefly(await bench.searches.poll(id, "a")), "unknown_search");
  assertEquals(bench.events.at(-1), "searcher_service.events search_stopped stopped");
  await bench.start("b");
  await bench.pass(1_000);
  assertEquals([bench.opened, bench.expected], [[], []]);
  assertEquals((await bench.kvStore.keys("search:", 9)).length, 1);
});

Deno.test("A search without a match ends in time, and says why", async () => {
  const bench = openBench();
  const id = idOf(await bench.start("a"));
  await bench.start("master");
  for (let second = 0; second < 59; second++) {
    await bench.pass(1_000);
    assertEquals(briefly(await bench.searches.poll(id, "a")), "waiting");
  }
  await bench.pass(1_000);
  assertEquals(briefly(await bench.searches.poll(id, "a")), "no_opponents");
  await bench.pass(END_REMEMBERED_MS + 1_000);
  assertEquals([bench.searches.count, await bench.kvStore.keys("search:", 9)], [0, []]);
});

Deno.test("A search whose client asks no more is ended", async () => {
  const bench = openBench();
  await bench.start("a");
  await bench.pass(ABANDONED_MS + 1_000);
  assertEquals(bench.searches.count, 0);
  assertEquals(bench.events.at(-1), "searcher_service.events search_stopped abandoned");
  await bench.start("b");
  await bench.pass(1_000);
  assertEquals(bench.opened, []);
});

Deno.test("A party plays when every member has asked for it, in one match and on one team", async () => {
  const bench = openBench();
  const mode = testMode("team");
  const party = { mode, partyId: "p" };
  const first = await bench.start("a", { ...party, members: ["a", "b"] });
  assertEquals("search" in first && [first.search.party_accepted, first.search.party_size], [1, 2]);
  await bench.pass(5_000);
  assertEquals(bench.finds, []);
  // Whoever names others gets no place for them, and none with them.
  await bench.start("eve", { ...party, members: ["eve", "a"] });
  assertEquals(bench.finds, []);
  assertEquals(
    briefly(await bench.start("b", { ...party, members: ["b", "a"] })),
    "m1 b/name of b",
  );
  assertEquals(briefly(await bench.searches.poll(idOf(first), "a")), "m1 a/name of a");
  assertEquals(bench.finds.map(({ accounts }) => accounts), [["a", "b"]]);
});

Deno.test("A party whose members do not all come is told so, and may be left", async () => {
  const bench = openBench();
  const mode = testMode("ranked_team");
  const join = (id: string, ...others: string[]) =>
    bench.start(id, { mode, members: [id, ...others] });
  const [a, b] = [idOf(await join("a", "b", "c")), idOf(await join("b", "a", "c"))];
  bench.searches.stop(b, "b");
  const { search } = { search: undefined, ...await bench.searches.poll(a, "a") };
  assertEquals(search?.party_accepted, 1);
  for (let second = 0; second < 61; second++) {
    await bench.pass(1_000);
    await bench.searches.poll(a, "a");
  }
  assertEquals(briefly(await bench.searches.poll(a, "a")), "party_incomplete");
  assertEquals(bench.opened, []);
});

Deno.test("A complete party that loses a member waits for that one again", async () => {
  const bench = openBench();
  const mode = testMode("ranked_team");
  const join = (id: string, other: string) => bench.start(id, { mode, members: [id, other] });
  await join("a", "b");
  const b = idOf(await join("b", "a"));
  bench.searches.stop(b, "b");
  await bench.pass(29_000);
  assertEquals(bench.opened, []);
  await join("b", "a");
  await bench.pass(31_000);
  assertEquals(bench.opened, []);
});

Deno.test("Bots take the free places of a mode that has them, and nobody is rated for it", async () => {
  const bench = openBench();
  const mode = testMode("ranked_team");
  await bench.start("a", { mode, members: ["a", "b"] });
  await bench.start("b", { mode, members: ["b", "a"] });
  await bench.pass(30_000);
  const [order] = bench.opened;
  assertEquals([order?.accounts, [...order?.teams.values() ?? []]], [["a", "b"], [1, 1]]);
  assertEquals(order?.botTeams, [1, 1, 1, 2, 2, 2, 2, 2]);
  assertEquals(bench.expected, []);
});

Deno.test("A squad against bots starts without those who did not come", async () => {
  const bench = openBench();
  await bench.start("a", { mode: testMode("pve_squad") });
  await bench.pass(14_900);
  assertEquals(bench.opened, []);
  await bench.pass(100);
  // The server fills the bots' own team by itself.
  assertEquals(bench.opened.map(({ gameMode, botTeams }) => [gameMode, botTeams]), [
    ["pve_heist", undefined],
  ]);
  assertEquals(bench.expected, []);
});

Deno.test("Players who no server takes go on waiting, and are tried again", async () => {
  const bench = openBench();
  const id = idOf(await bench.start("a"));
  await bench.start("b");
  bench.isFull = true;
  await bench.pass(1_900);
  assertEquals(briefly(await bench.searches.poll(id, "a")), "waiting");
  assertEquals(bench.opened.length, 1);
  bench.isFull = false;
  await bench.pass(300);
  assertEquals(briefly(await bench.searches.poll(id, "a")), "m2 a/name of a");
});

Deno.test("Another matchmaker goes on with those who wait, and with those who have a match", async () => {
  const bench = openBench();
  const [a, b] = [idOf(await bench.start("a")), idOf(await bench.start("b"))];
  await bench.pass(100);
  const c = idOf(await bench.start("c", { traveller: { pings: new Map([["RU-SPE", 7]]) } }));
  const half = idOf(await bench.start("d", { mode: testMode("team"), members: ["d", "e"] }));
  const heir = bench.another();
  heir.adopt(await bench.store.load(bench.clock.nowMs()));
  bench.searches.clear();
  assertEquals([bench.searches.count, heir.count], [0, 4]);
  assertEquals(briefly(await heir.poll(a, "a")), "m1 a/name of a");
  assertEquals(briefly(await heir.poll(b, "b")), "m1 b/name of b");
  assertEquals(briefly(await heir.poll(half, "d")), "waiting");
  await heir.start({
    accountId: "f",
    playerId: "f",
    mode: testMode("ranked_duel"),
    traveller: { pings: new Map() },
    members: ["f"],
    partyId: "",
    explain: false,
  });
  heir.step();
  await heir.settled();
  assertEquals(briefly(await heir.poll(c, "c")), "m2 c/name of c");
  const pings = bench.opened.at(-1)?.travellers.map((traveller) => [...traveller.pings]);
  assertEquals(pings?.toSorted(), [[], [["RU-SPE", 7]]]);
});

Deno.test("Searches beyond the bound are refused", async () => {
  const bench = openBench({ searchesMax: 1 });
  await bench.start("a");
  assertEquals(briefly(await bench.start("b")), "unavailable");
  assertEquals(bench.searches.count, 1);
});
