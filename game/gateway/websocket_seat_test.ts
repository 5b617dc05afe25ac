import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { encodeMatchOwner, matchOwnerKey } from "../../core/protocol/match_owner.ts";
import { encodeRelaySeat, type RelayJoinReply } from "../../core/protocol/match_relay.ts";
import { askForSeat } from "./websocket_seat.ts";

const REQUEST = { matchId: "m", session: "s", token: "t", patienceMs: 1_000 };
const SEAT = { playerId: "p", tankId: "t", resumeToken: "r.1", epoch: 1 };

interface Bench {
  readonly clock: ManualClock;
  /** How often the store is to fail. */
  failures: number;
  /** Asks, and gives the answer once this much time has passed. */
  ask(request?: Partial<typeof REQUEST>, signal?: AbortSignal): Promise<RelayJoinReply>;
}

/** A match with an owner that answers. */
async function openBench(): Promise<Bench> {
  const clock = new ManualClock();
  const memory = new MemoryKvStore({ clock });
  const owner = encodeMatchOwner({ serverId: "g", epoch: 1, host: "", udpPort: 1 });
  await memory.set(matchOwnerKey("m"), owner);
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  pubSub.subscribe("match.m.input", ({ respond }) => respond(encodeRelaySeat(SEAT, "{}")));
  const kvStore = new Proxy<KvStore>(memory, {
    get: (target, name) => (...args: unknown[]) => {
      if (bench.failures-- > 0) return Promise.reject(new Error("away"));
      return Reflect.apply(Reflect.get(target, name), target, args);
    },
  });
  const bench: Bench = {
    clock,
    failures: 0,
    ask: async (request = {}, signal = new AbortController().signal) => {
      const options = { kvStore, pubSub, clock, log: silentLog };
      const answer = askForSeat({ ...REQUEST, ...request, signal }, options);
      await clock.advance(2 * REQUEST.patienceMs);
      return await answer;
    },
  };
  return bench;
}

Deno.test("askForSeat asks again where the store fails, as long as it is patient", async () => {
  const bench = await openBench();
  bench.failures = 3;
  assertEquals((await bench.ask()).ok, true);
  bench.failures = 1_000;
  assertEquals(await bench.ask(), { ok: false, reason: "Unavailable" });
});

Deno.test("askForSeat finds no match that nobody has, or whose id can be none", async () => {
  const bench = await openBench();
  for (const matchId of ["nobody", "a b", "*", ""]) {
    assertEquals(await bench.ask({ matchId }), { ok: false, reason: "Match not found" }, matchId);
  }
});

Deno.test("askForSeat asks no more for who has gone", async () => {
  const bench = await openBench();
  const gone = new AbortController();
  bench.clock.after(500, () => gone.abort());
  const answer = bench.ask({ matchId: "nobody", patienceMs: 60_000 }, gone.signal);
  assertEquals(await answer, { ok: false, reason: "Connection closed" });
});
