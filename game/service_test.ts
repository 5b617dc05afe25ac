import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../core/clock.ts";
import { Health } from "../core/health.ts";
import { silentLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../core/ports/memory_rpc.ts";
import { MemoryWorkQueue } from "../core/ports/memory_work_queue.ts";
import { SqliteEventLog } from "../core/ports/sqlite_event_log.ts";
import { matchCheckpointKey, matchEpochKey } from "../core/protocol/match_owner.ts";
import {
  encodeServerCommand,
  type ServerCommand,
  serverCommandSubject,
} from "../core/protocol/server_command.ts";
import {
  SERVER_STATUS_PERIOD_MS,
  SERVER_STATUS_SUBJECT,
  tryParseServerStatus,
} from "../core/protocol/server_status.ts";
import { CutPorts } from "../tests/clients/cut_ports.ts";
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

Deno.test("A server that is told to drain says so at once", async () => {
  await withDeps(async (deps) => {
    const game = await startGame(configOn("0"), deps);
    const { pubSub } = deps;
    const said = Promise.withResolvers<boolean | undefined>();
    const listening = pubSub.subscribe(SERVER_STATUS_SUBJECT, ({ payload }) => {
      said.resolve(tryParseServerStatus(payload)?.draining);
    });
    const startMs = performance.now();
    await order(deps, { command: "drain" });
    assertEquals(await said.promise, true);
    assert(performance.now() - startMs < SERVER_STATUS_PERIOD_MS / 2, "in its turn");
    assertEquals(deps.health.draining, true);
    await listening.close();
    await game.close();
  });
});

for (const endsWithProcess of [true, false]) {
  const become = endsWithProcess ? "ended" : "left to others";
  Deno.test(
    `Matches of a server that closes are ${become} where its store ${
      endsWithProcess ? "ends with it" : "outlives it"
    }`,
    async () => {
      await withDeps(async (given) => {
        const { kvStore } = new CutPorts(given);
        const deps = endsWithProcess ? given : { ...given, kvStore };
        const game = await startGame(configOn("0"), deps);
        await order(deps, {
          command: "prepare_match",
          matchId: "m1",
          mode: "team",
          players: ["a"],
        });
        await game.close();
        const checkpoint = await kvStore.get(matchCheckpointKey("m1", 1));
        const removed: unknown[] = [];
        for await (const { value } of deps.eventLog.read("player_sessions_history", {})) {
          if (value.event_type === "session_removed") removed.push(value.reason);
        }
        assertEquals(await kvStore.get(matchEpochKey("m1")), endsWithProcess ? "0" : "1");
        assertEquals(checkpoint !== undefined, !endsWithProcess);
        assertEquals(removed, endsWithProcess ? ["server_closed"] : []);
      });
    },
  );
}

async function order({ pubSub }: GameDeps, command: ServerCommand): Promise<void> {
  const subject = serverCommandSubject("game-1");
  const reply = await pubSub.request(subject, encodeServerCommand(command), { deadlineMs: 1_000 });
  assertEquals(JSON.parse(reply).ok, true, reply);
}

Deno.test("startGame leaves nothing open where a port is taken", async () => {
  await withDeps(async (deps) => {
    const taken = listenBelowFreePorts();
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

/** On a port that nobody is given who asks for any: it is free again when this has let go of it. */
function listenBelowFreePorts(): Deno.TcpListener {
  for (let port = 20_000 + Deno.pid % 10_000;; port++) {
    try {
      return Deno.listen({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse) || port >= 32_000) throw error;
    }
  }
}

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
