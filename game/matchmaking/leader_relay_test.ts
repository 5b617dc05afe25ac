import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import type { FindReply } from "../../core/protocol/matchmaking_messages.ts";
import { Leadership } from "./leadership.ts";
import { LeaderRelay } from "./leader_relay.ts";
import { openMatchmakerMetrics } from "./matchmaker_metrics.ts";

interface Bench {
  readonly clock: ManualClock;
  readonly kvStore: MemoryKvStore;
  /** Who answered what. */
  readonly answered: string[];
  open(id: string): { relay: LeaderRelay; leadership: Leadership; close(): Promise<void> };
}

function openBench(): Bench {
  const clock = new ManualClock();
  const log = silentLog;
  const kvStore = new MemoryKvStore({ clock });
  const pubSub = new MemoryPubSub({ clock, log });
  const answered: string[] = [];
  return {
    clock,
    kvStore,
    answered,
    open(id): ReturnType<Bench["open"]> {
      const leadership = new Leadership({
        kvStore,
        clock,
        log,
        id,
        onGain: () => Promise.resolve(),
        onLose: () => {},
      });
      const none = (): number => 0;
      const gauges = {
        servers: none,
        openMatches: none,
        searches: none,
        isLeader: () => leadership.isLeader,
      };
      const relay = new LeaderRelay({
        pubSub,
        leadership,
        id,
        answer: ({ game_mode }: JsonObject): Promise<FindReply> => {
          answered.push(`${id} ${game_mode}`);
          return Promise.resolve({ ok: false, code: "unknown_mode", message: id });
        },
        clock,
        log,
        metrics: openMatchmakerMetrics(new Metrics({ process: false }), gauges),
      });
      const listening = relay.listen();
      return {
        relay,
        leadership,
        close: async () => {
          await listening.close();
          await leadership.close();
        },
      };
    },
  };
}

const messageOf = (reply: FindReply): string => reply.ok ? "ok" : reply.message;

Deno.test("LeaderRelay has the leader answer, whoever is asked", async () => {
  const bench = openBench();
  const [a, b] = [bench.open("a"), bench.open("b")];
  await a.leadership.start();
  await b.leadership.start();
  assertEquals(messageOf(await b.relay.answer({ game_mode: "1" })), "a");
  assertEquals(messageOf(await a.relay.answer({ game_mode: "2" })), "a");
  assertEquals(bench.answered, ["a 1", "a 2"]);
  await a.close();
  // Nobody leads: who is asked does from now on.
  assertEquals(messageOf(await b.relay.answer({ game_mode: "3" })), "b");
  await b.close();
});

Deno.test("LeaderRelay waits for the next leader where the last one died", async () => {
  const bench = openBench();
  const [a, b] = [bench.open("a"), bench.open("b")];
  await b.leadership.start();
  await b.close();
  // A lease that its holder does not renew any more.
  await bench.kvStore.set("matchmaking:leader", "dead", { ttlMs: 3_000 });
  await a.leadership.start();
  const asked = a.relay.answer({ game_mode: "1" });
  await bench.clock.advance(4_500);
  assertEquals(messageOf(await asked), "a");
  await a.close();
});

Deno.test("LeaderRelay answers nothing for others where it does not lead", async () => {
  const bench = openBench();
  const [a, b] = [bench.open("a"), bench.open("b")];
  // Written by whoever leads; b has not heard that it does.
  await bench.kvStore.set("matchmaking:leader", "b", { ttlMs: 60_000 });
  const asked = a.relay.answer({ game_mode: "1" });
  await bench.clock.advance(4_500);
  assertEquals([messageOf(await asked), bench.answered], ["No matchmaker leads now", []]);
  await a.close();
  await b.close();
});

Deno.test("LeaderRelay says in time that nobody leads", async () => {
  const bench = openBench();
  const a = bench.open("a");
  await bench.kvStore.set("matchmaking:leader", "dead", { ttlMs: 60_000 });
  await a.leadership.start();
  const asked = a.relay.answer({ game_mode: "1" });
  await bench.clock.advance(4_500);
  assertEquals(messageOf(await asked), "No matchmaker leads now");
  await bench.kvStore.close();
  assertEquals(messageOf(await a.relay.answer({ game_mode: "2" })), "No matchmaker leads now");
  assertEquals(bench.answered, []);
  await a.close();
});
