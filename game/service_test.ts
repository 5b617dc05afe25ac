import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../core/clock.ts";
import { Health } from "../core/health.ts";
import { silentLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../core/ports/memory_rpc.ts";
import { MemoryWorkQueue } from "../core/ports/memory_work_queue.ts";
import { SqliteEventLog } from "../core/ports/sqlite_event_log.ts";
import { parseGameConfig } from "./config.ts";
import { type GameDeps, startGame } from "./service.ts";

// What the service does for players is tested through its sockets in tests/e2e.

Deno.test("startGame is ready once it has started, and not any more once it closes", async () => {
  await withDeps(async (deps) => {
    const game = await startGame(configOn("0"), deps);
    assertEquals(deps.health.report().ready, true);
    await game.close();
    assertEquals(deps.health.report(), { ready: false, down: { service: "draining" } });
  });
});

Deno.test("startGame leaves nothing open where a port is taken", async () => {
  await withDeps(async (deps) => {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await assertRejects(() => startGame(configOn(String(taken.addr.port)), deps), Error);
    taken.close();
    // Leak tracing would tell of a socket; this tells of a consumer and of the name it has taken.
    const game = await startGame(configOn(String(taken.addr.port)), {
      ...deps,
      metrics: new Metrics({ process: false }),
    });
    await game.close();
  });
});

function configOn(tcpPort: string): ReturnType<typeof parseGameConfig> {
  return parseGameConfig(
    new Map([
      ["LISTEN_HOST", "127.0.0.1"],
      ["GAME_UDP_PORT", "0"],
      ["GAME_TCP_PORT", tcpPort],
      ["GAME_OPS_PORT", "0"],
    ]),
  );
}

async function withDeps(work: (deps: GameDeps) => Promise<void>): Promise<void> {
  const clock = systemClock;
  const log = silentLog;
  const eventLog = new SqliteEventLog({ path: ":memory:", clock, log });
  const workQueue = new MemoryWorkQueue({ clock, log });
  const rpc = new MemoryRpc({ clock, log });
  const pubSub = new MemoryPubSub({ clock, log });
  const kvStore = new MemoryKvStore({ clock });
  try {
    await work({
      log,
      clock,
      metrics: new Metrics({ process: false }),
      health: new Health(),
      eventLog,
      workQueue,
      rpc,
      pubSub,
      kvStore,
    });
  } finally {
    for (const port of [kvStore, pubSub, rpc, workQueue, eventLog]) await port.close();
  }
}
