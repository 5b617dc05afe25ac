import { assertEquals, assertThrows } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { MATCH_OWNER_TTL_MS, matchOwnerKey } from "../core/protocol/match_owner.ts";
import { encodeServerCommand } from "../core/protocol/server_command.ts";
import { answerServerCommands, type Prepared, type ServerCommandsOptions } from "./match_orders.ts";

type Order = Parameters<ServerCommandsOptions["prepare"]>[0];

interface Bench {
  readonly clock: ManualClock;
  readonly kvStore: MemoryKvStore;
  readonly orders: Order[];
  readonly close: () => Promise<void>;
  ask(payload: string): Promise<unknown>;
}

function openBench(prepare: (order: Order) => Prepared): Bench {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const kvStore = new MemoryKvStore({ clock });
  const orders: Order[] = [];
  const subscription = answerServerCommands({
    pubSub,
    kvStore,
    serverId: "game-1",
    prepare: (order) => {
      orders.push(order);
      return prepare(order);
    },
    log: silentLog,
  });
  return {
    clock,
    kvStore,
    orders,
    close: () => subscription.close(),
    ask: async (payload) =>
      JSON.parse(await pubSub.request("server.command.game-1", payload, { deadlineMs: 1_000 })),
  };
}

const ORDER = { matchId: "m1", mode: "duel", players: ["a"] };
const PREPARE = encodeServerCommand({ command: "prepare_match", ...ORDER });

Deno.test("A game server prepares a match and is written down as its owner", async () => {
  const bench = openBench(() => ({ ok: true }));
  assertEquals(await bench.ask(PREPARE), { ok: true, match_id: "m1" });
  assertEquals(bench.orders, [ORDER]);
  assertEquals(await bench.kvStore.get(matchOwnerKey("m1")), "game-1");
  assertEquals(await bench.kvStore.ttlMs("match:m1"), MATCH_OWNER_TTL_MS);
});

Deno.test("A game server that prepares no match says why and owns nothing", async () => {
  const refusing = openBench(() => ({ ok: false, reason: "full" }));
  assertEquals(await refusing.ask(PREPARE), { ok: false, reason: "full" });
  const throwing = openBench(() => {
    throw new Error("broken");
  });
  assertEquals(await throwing.ask(PREPARE), { ok: false, reason: "failed" });
  for (const { kvStore } of [refusing, throwing]) {
    assertEquals(await kvStore.get("match:m1"), undefined);
  }
});

Deno.test("A game server refuses a command that it does not know", async () => {
  const bench = openBench(() => ({ ok: true }));
  for (const payload of ["", "{}", '{"command":"drain"}']) {
    assertEquals(await bench.ask(payload), { ok: false, reason: "unknown_command" }, payload);
  }
  assertEquals(bench.orders, []);
});

Deno.test("A game server prepares a match while the store is away", async () => {
  const bench = openBench(() => ({ ok: true }));
  await bench.kvStore.close();
  assertEquals(await bench.ask(PREPARE), { ok: true, match_id: "m1" });
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
  const options = {
    pubSub: new MemoryPubSub({ clock, log: silentLog }),
    kvStore: new MemoryKvStore({ clock }),
    prepare: (): Prepared => ({ ok: true }),
    log: silentLog,
  };
  assertThrows(() => answerServerCommands({ ...options, serverId: "my server" }), TypeError);
});
