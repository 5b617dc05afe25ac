import { assertEquals } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { Health } from "../../core/health.ts";
import { silentLog } from "../../core/log.ts";
import { Metrics } from "../../core/metrics.ts";
import { AddressToken } from "../../core/net/address_token.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { MemoryWorkQueue } from "../../core/ports/memory_work_queue.ts";
import { SqliteEventLog } from "../../core/ports/sqlite_event_log.ts";
import { parseGameConfig } from "../config.ts";
import { openGameParts } from "../game_parts.ts";
import { DATAGRAM_TYPES } from "../wire/datagram.ts";
import { encodeHello, HELLO_BYTES } from "../wire/hello_message.ts";
import { openBinaryEndpoint } from "./open_binary_endpoint.ts";

Deno.test("openBinaryEndpoint answers a HELLO where the socket sends", async () => {
  const clock = systemClock;
  const log = silentLog;
  const ports = {
    eventLog: new SqliteEventLog({ path: ":memory:", clock, log }),
    workQueue: new MemoryWorkQueue({ clock, log }),
    rpc: new MemoryRpc({ clock, log }),
    pubSub: new MemoryPubSub({ clock, log }),
    kvStore: new MemoryKvStore({ clock }),
  };
  const deps = {
    ...ports,
    clock,
    log,
    health: new Health(),
    metrics: new Metrics({ process: false }),
  };
  const parts = openGameParts(parseGameConfig(new Map()), deps);
  try {
    const sent: number[] = [];
    const randomBytes = (count: number): Uint8Array => new Uint8Array(count).fill(7);
    const endpoint = openBinaryEndpoint(parts, {
      send: (bytes, to) => void sent.push(bytes[1] ?? 0, bytes.length, to.port),
      addressToken: new AddressToken({ secretLifetimeMs: 1_000, clock, randomBytes }),
      strangers: new RateLimiter({ ratePerSecond: 1, burst: 1, keysMax: 1, clock }),
      randomBytes,
      tell: () => true,
    });
    const hello = new Uint8Array(HELLO_BYTES);
    encodeHello({ clientNonce: randomBytes(8) }, hello);
    endpoint.onDatagram(hello, { hostname: "192.0.2.1", port: 9 });
    assertEquals(sent, [DATAGRAM_TYPES.challenge, 38, 9]);
  } finally {
    await parts.claims.close();
    for (const port of Object.values(ports)) await port.close();
  }
});
