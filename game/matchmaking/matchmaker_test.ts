import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { encodeMatchOwner, matchOwnerKey } from "../../core/protocol/match_owner.ts";
import { redeemTicket } from "../../core/protocol/match_ticket.ts";
import type { FindReply } from "../../core/protocol/matchmaking_messages.ts";
import {
  encodeServerCommandReply,
  type PrepareMatch,
  type ServerCommandReply,
  serverCommandSubject,
  tryParseServerCommand,
} from "../../core/protocol/server_command.ts";
import type { ServerStatus } from "../../core/protocol/server_status.ts";
import { placeOn } from "./match_place.ts";
import { Matchmaker } from "./matchmaker.ts";
import { openMatchmakerMetrics } from "./matchmaker_metrics.ts";
import { OpenMatches } from "./open_matches.ts";
import { ServerRegistry } from "./registry.ts";
import { Reservations } from "./reservations.ts";
import { openStatus, testMode } from "./testing.ts";

type Answer = (command: PrepareMatch) => ServerCommandReply | undefined;

interface Bench {
  readonly clock: ManualClock;
  readonly registry: ServerRegistry;
  readonly reservations: Reservations;
  readonly kvStore: MemoryKvStore;
  /** What servers were told: server, match and players. */
  readonly told: (readonly [string, string, readonly string[]])[];
  /** In which kinds of matches places were found. */
  readonly kinds: string[];
  readonly counts: ReturnType<typeof openMatchmakerMetrics>;
  /** Adds a server; without an answer nobody listens there. */
  serve(status: ServerStatus, answer?: Answer): void;
  find(accountId: string, options?: { mode?: string; explain?: boolean }): Promise<FindReply>;
}

const prepared: Answer = ({ matchId }) => ({ ok: true, matchId });

function openBench(): Bench {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const kvStore = new MemoryKvStore({ clock });
  const registry = new ServerRegistry({ clock, timeoutMs: 15_000, serversMax: 100 });
  const reservations = new Reservations({ clock });
  const kinds: string[] = [];
  const told: [string, string, readonly string[]][] = [];
  const none = (): number => 0;
  const gauges = { servers: none, openMatches: none, searches: none, isLeader: () => true };
  const counts = openMatchmakerMetrics(new Metrics({ process: false }), gauges);
  let ids = 0;
  const matchmaker = new Matchmaker({
    registry,
    matches: new OpenMatches({ clock, openMs: 20_000, matchesMax: 1_000 }),
    reservations,
    random: () => 0,
    locate: () => undefined,
    newId: () => `m${++ids}`,
    pubSub,
    kvStore,
    clock,
    log: silentLog,
    metrics: counts,
    websocketUrl: new URL("ws://127.0.0.1:8080/ws"),
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
  });
  return {
    clock,
    registry,
    reservations,
    kvStore,
    told,
    kinds,
    counts,
    serve(status, answer): void {
      registry.observe(status);
      const { serverId } = status;
      if (answer === undefined) return;
      pubSub.subscribe(serverCommandSubject(serverId), ({ payload, respond }) => {
        const command = tryParseServerCommand(payload);
        if (command?.command !== "prepare_match") {
          throw new Error(`Cannot read command: ${payload}`);
        }
        told.push([serverId, command.matchId, command.players]);
        const reply = answer(command);
        if (reply !== undefined) respond(encodeServerCommandReply(reply));
      });
    },
    async find(accountId, { mode = "duel", explain = false } = {}): Promise<FindReply> {
      const accounts = [accountId];
      const order = { accounts, mode: testMode(mode), explain, travellers: [] };
      const result = await matchmaker.find(order);
      if (!result.ok) return result;
      kinds.push(result.kind);
      return await matchmaker.admit(result.place, {
        accountId,
        playerId: `name of ${accountId}`,
      });
    },
  };
}

const matchOf = (reply: FindReply): string =>
  "found" in reply ? reply.found.match_id : reply.ok ? "" : reply.code;

Deno.test("Matchmaker has a match prepared and lets the player in by a ticket", async () => {
  const bench = openBench();
  bench.serve(openStatus("a", { publicIp: "1.2.3.4", udpPort: 9000 }), prepared);
  const reply = await bench.find("p1");
  const token = "found" in reply ? reply.found.token : "";
  assertEquals(reply, {
    ok: true,
    found: {
      match_id: "m1",
      websocket_url: "ws://127.0.0.1:8080/ws",
      udp: { host: "1.2.3.4", port: 9000 },
      token,
    },
  });
  assertEquals(bench.told, [["a", "m1", ["p1"]]]);
  assertEquals(await redeemTicket(bench.kvStore, token), {
    matchId: "m1",
    accountId: "p1",
    playerId: "name of p1",
  });
  assertEquals(bench.kinds, ["new_match"]);
});

Deno.test("Matchmaker lets players in where the match is by now", async () => {
  const udpOf = (reply: FindReply): unknown => "found" in reply ? reply.found.udp : reply;
  // Where its owner does not say at which host, the first server's stands.
  for (const [host, expected] of [["5.6.7.8", "5.6.7.8"], ["", "1.2.3.4"]] as const) {
    const bench = openBench();
    bench.serve(openStatus("a", { publicIp: "1.2.3.4", udpPort: 9000 }), prepared);
    assertEquals(udpOf(await bench.find("p1")), { host: "1.2.3.4", port: 9_000 });
    const owner = { serverId: "b", epoch: 2, host, udpPort: 7_000 };
    await bench.kvStore.set(matchOwnerKey("m1"), encodeMatchOwner(owner));
    assertEquals(udpOf(await bench.find("p2")), { host: expected, port: 7_000 });
  }
});

Deno.test("Matchmaker tells the server of everybody who comes to a match", async () => {
  const bench = openBench();
  bench.serve(openStatus("a"), prepared);
  const replies = await Promise.all(["p1", "p2", "p1", "p3"].map((id) => bench.find(id)));
  assertEquals(replies.map(matchOf), ["m1", "m1", "m1", "m2"]);
  assertEquals(bench.told, [
    ["a", "m1", ["p1"]],
    ["a", "m1", ["p2"]],
    ["a", "m1", ["p1"]],
    ["a", "m2", ["p3"]],
  ]);
  assertEquals(bench.kinds.toSorted(), ["new_match", "new_match", "open_match", "same_match"]);
});

Deno.test("Matchmaker goes to another server where one refuses, hangs or is gone", async () => {
  const bench = openBench();
  bench.serve(openStatus("gone"));
  bench.serve(openStatus("full"), () => ({ ok: false, reason: "full" }));
  bench.serve(openStatus("hangs"), () => undefined);
  bench.serve(openStatus("good", { currentPlayers: 1 }), prepared);
  const finding = bench.find("p1");
  await bench.clock.advance(1_500);
  const reply = await finding;
  assertEquals(matchOf(reply), "m4");
  assertEquals(bench.told.map(([serverId]) => serverId), ["full", "hangs", "good"]);
  const { unreachable, full } = bench.counts.prepareFailures;
  assertEquals([unreachable.value, full.value], [2, 1]);
  // What was promised elsewhere is given back, and nobody else waits for the silent ones.
  for (const id of ["gone", "full", "hangs"]) {
    assertEquals(bench.reservations.of(id), { matches: 0, players: 0 });
  }
  assertEquals(bench.registry.alive().map(({ serverId }) => serverId), ["full", "good"]);
});

Deno.test("Matchmaker makes a new match where the open one is over", async () => {
  const bench = openBench();
  const over = new Set<string>();
  bench.serve(
    openStatus("a"),
    ({ matchId }) =>
      over.has(matchId) ? { ok: false, reason: "match_over" } : { ok: true, matchId },
  );
  assertEquals(matchOf(await bench.find("p1")), "m1");
  over.add("m1");
  assertEquals(matchOf(await bench.find("p2")), "m2");
  assertEquals(matchOf(await bench.find("p1")), "m2");
});

Deno.test("Matchmaker says so where no server takes a match", async () => {
  const bench = openBench();
  assertEquals(matchOf(await bench.find("p1")), "no_servers");
  bench.serve(openStatus("draining", { draining: true }), prepared);
  bench.serve(openStatus("full", { maxMatches: 0 }), prepared);
  assertEquals(matchOf(await bench.find("p1")), "no_servers");
  assertEquals(bench.told, []);
});

Deno.test("Matchmaker gives up in time, however many servers hang", async () => {
  const bench = openBench();
  for (let server = 0; server < 9; server++) bench.serve(openStatus(`s${server}`), () => undefined);
  const finding = bench.find("p1");
  await bench.clock.advance(4_000);
  assertEquals(matchOf(await finding), "no_servers");
  assertEquals(bench.told.length, 3);
});

Deno.test("Matchmaker leaves a server that says of a new match that it is over", async () => {
  const bench = openBench();
  bench.serve(openStatus("odd"), () => ({ ok: false, reason: "match_over" }));
  assertEquals(matchOf(await bench.find("p1")), "no_servers");
  assertEquals(bench.told.length, 1);
});

Deno.test("Matchmaker counts a confirmed match until the server's next broadcast", async () => {
  const bench = openBench();
  bench.serve(openStatus("a"), prepared);
  await bench.find("p1");
  assertEquals(bench.reservations.of("a"), { matches: 1, players: 1 });
  bench.reservations.settle("a");
  assertEquals(bench.reservations.of("a"), { matches: 0, players: 1 });
});

Deno.test("Matchmaker says so where no ticket can be stored", async () => {
  const bench = openBench();
  bench.serve(openStatus("a"), prepared);
  await bench.kvStore.close();
  assertEquals(matchOf(await bench.find("p1")), "unavailable");
});

Deno.test("Matchmaker explains itself when asked", async () => {
  const bench = openBench();
  bench.serve(openStatus("a", { region: "RU-SPE", tickP99Ms: 2 }), prepared);
  bench.serve(openStatus("b", { draining: true }), prepared);
  const reply = await bench.find("p1", { explain: true });
  assertEquals("found" in reply && reply.found.explanation, {
    chosen: "a",
    place: "new_match",
    candidates: [
      {
        server_id: "a",
        region: "RU-SPE",
        ping_ms: 0,
        ping_source: "unknown",
        matches_penalty_ms: 0,
        players_penalty_ms: 0,
        tick_penalty_ms: 2,
        cost_ms: 2,
        refusal: null,
      },
      {
        server_id: "b",
        region: "",
        ping_ms: 0,
        ping_source: "unknown",
        matches_penalty_ms: 0,
        players_penalty_ms: 0,
        tick_penalty_ms: 0,
        cost_ms: 0,
        refusal: "draining",
      },
    ],
  });
});

Deno.test("A burst of 1 000 finds at once overbooks no server, and each match has its players", async () => {
  const bench = openBench();
  const players = new Map<string, number>();
  const matches = new Map<string, Set<string>>();
  for (let server = 0; server < 10; server++) {
    const serverId = `s${server}`;
    const own = new Set<string>();
    matches.set(serverId, own);
    bench.serve(openStatus(serverId, { maxMatches: 50 }), ({ matchId, players: { length } }) => {
      own.add(matchId);
      players.set(matchId, (players.get(matchId) ?? 0) + length);
      return { ok: true, matchId };
    });
  }
  const ids = Array.from({ length: 1_000 }, (_, index) => `p${index}`);
  const replies = await Promise.all(ids.map((id) => bench.find(id)));
  assertEquals(replies.every((reply) => reply.ok), true);
  assertEquals([...matches.values()].map(({ size }) => size), new Array(10).fill(50));
  assertEquals(new Set(players.values()), new Set([2]));
});

Deno.test("A match's place has the server's own host for datagrams alone, where it says one", () => {
  const cases = [
    ["wss://play.example.com:8443/ws", undefined, "play.example.com"],
    ["wss://[2001:db8::2]:8443/ws", undefined, "2001:db8::2"],
    ["wss://play.example.com:8443/ws", "10.0.3.7", "10.0.3.7"],
    ["wss://play.example.com:8443/ws", "2001:db8::1", "2001:db8::1"],
  ] as const;
  for (const [url, publicIp, host] of cases) {
    const options = { matchId: "m", websocketUrl: new URL(url), explanation: undefined };
    assertEquals(placeOn(openStatus("a", { publicIp, udpPort: 9_000 }), options), {
      match_id: "m",
      websocket_url: url,
      udp: { host, port: 9_000 },
    });
  }
});
