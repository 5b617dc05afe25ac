import { assertEquals, assertThrows } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { encodeServerCommand } from "../core/protocol/server_command.ts";
import { answerServerCommands, type Prepared, type ServerCommandsOptions } from "./match_orders.ts";

interface Bench {
  readonly clock: ManualClock;
  readonly done: unknown[];
  readonly close: () => Promise<void>;
  ask(payload: string): Promise<unknown>;
}

function openBench(answer: () => Prepared): Bench {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const done: unknown[] = [];
  const subscription = answerServerCommands({
    pubSub,
    serverId: "game-1",
    prepare: (order) => {
      done.push(order);
      return answer();
    },
    restore: (order) => {
      done.push(order);
      return Promise.resolve().then(answer);
    },
    drain: () => void done.push("drain"),
    describe: ({ filter }) => Promise.resolve({ ok: true, about: { filter } }),
    kick: ({ whom }) => {
      done.push(whom);
      return { ok: false, reason: "unknown_player" };
    },
    watch: ({ watcher }) => ({ ok: true, about: { watcher } }),
    log: silentLog,
  });
  return {
    clock,
    done,
    close: () => subscription.close(),
    ask: async (payload) => {
      const reply = await pubSub.request("server.command.game-1", payload, { deadlineMs: 1_000 });
      return reply.startsWith("{") ? JSON.parse(reply) : reply;
    },
  };
}

const ORDER = { matchId: "m1", mode: "duel", players: ["a"] };
const PREPARE = encodeServerCommand({ command: "prepare_match", ...ORDER });
const HANDED = { matchId: "m1", fromServerId: "game-2", epoch: 3, offer: 1 };
const RESTORE = encodeServerCommand({ command: "restore_match", ...HANDED });

Deno.test("A game server prepares, restores and drains as it is told", async () => {
  const bench = openBench(() => ({ ok: true }));
  assertEquals(await bench.ask(PREPARE), { ok: true, match_id: "m1" });
  assertEquals(await bench.ask(RESTORE), { ok: true, match_id: "m1" });
  assertEquals(await bench.ask('{"command":"drain"}'), { ok: true });
  assertEquals(bench.done, [ORDER, HANDED, "drain"]);
});

Deno.test("A game server describes itself, lets matches be watched and kicks as operators ask", async () => {
  const bench = openBench(() => ({ ok: true }));
  const describe = encodeServerCommand({ command: "describe_server", filter: "al" });
  assertEquals(await bench.ask(describe), { ok: true, about: { filter: "al" } });
  const watch = encodeServerCommand({ command: "watch_match", matchId: "m", watcher: "w" });
  assertEquals(await bench.ask(watch), { ok: true, about: { watcher: "w" } });
  const whom = { matchId: "m", playerId: "p" };
  const kick = encodeServerCommand({ command: "kick_player", whom });
  assertEquals(await bench.ask(kick), { ok: false, reason: "unknown_player" });
  assertEquals(bench.done, [whom]);
});

Deno.test("A game server that does not do as told says why", async () => {
  const refusing = openBench(() => ({ ok: false, reason: "full" }));
  const throwing = openBench(() => {
    throw new Error("broken");
  });
  for (const payload of [PREPARE, RESTORE]) {
    assertEquals(await refusing.ask(payload), { ok: false, reason: "full" });
    assertEquals(await throwing.ask(payload), { ok: false, reason: "failed" });
  }
});

Deno.test("A game server refuses a command that it does not know", async () => {
  const bench = openBench(() => ({ ok: true }));
  for (const payload of ["", "{}", '{"command":"dance"}']) {
    assertEquals(await bench.ask(payload), { ok: false, reason: "unknown_command" }, payload);
  }
  assertEquals(bench.done, []);
});

Deno.test("A game server prepares no match whose id the binary protocol cannot carry", async () => {
  const bench = openBench(() => ({ ok: true }));
  const prepare = (matchId: string): Promise<unknown> =>
    bench.ask(encodeServerCommand({ command: "prepare_match", ...ORDER, matchId }));
  for (const matchId of ["x".repeat(65), "é".repeat(33)]) {
    assertEquals(await prepare(matchId), { ok: false, reason: "unknown_command" });
  }
  assertEquals(bench.done, []);
  for (const matchId of ["x".repeat(64), "é".repeat(32)]) {
    assertEquals(await prepare(matchId), { ok: true, match_id: matchId });
  }
});

Deno.test("A game server hears itself", async () => {
  const bench = openBench(() => ({ ok: true }));
  assertEquals(await bench.ask("?"), "here");
});

Deno.test("Answering ends with what is in hand answered", async () => {
  const bench = openBench(() => ({ ok: true }));
  const asked = bench.ask(PREPARE);
  await bench.clock.advance(0);
  await bench.close();
  assertEquals(await asked, { ok: true, match_id: "m1" });
});

Deno.test("Answering needs an id that can be part of a subject", () => {
  const clock = new ManualClock();
  const options: Omit<ServerCommandsOptions, "serverId"> = {
    pubSub: new MemoryPubSub({ clock, log: silentLog }),
    prepare: () => ({ ok: true }),
    restore: () => Promise.resolve({ ok: true }),
    drain: () => {},
    describe: () => Promise.resolve({ ok: true }),
    kick: () => ({ ok: true }),
    watch: () => ({ ok: true }),
    log: silentLog,
  };
  assertThrows(() => answerServerCommands({ ...options, serverId: "my server" }), TypeError);
});
