import { assertEquals, assertRejects } from "@std/assert";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { MemoryRpc } from "./memory_rpc.ts";
import { RpcError } from "./rpc.ts";

Deno.test("MemoryRpc keeps a place for a call given up until its handler is done", async () => {
  const clock = new ManualClock();
  const rpc = new MemoryRpc({ clock, log: silentLog, callsMax: 1 });
  const gate = Promise.withResolvers<void>();
  await rpc.serve("s", async () => {
    await gate.promise;
    return "done";
  });
  const first = assertRejects(() => rpc.call("s", 1, { deadlineMs: 100 }), RpcError, "100 ms");
  await clock.advance(100);
  await first;
  const refused = await assertRejects(() => rpc.call("s", 1, { deadlineMs: 100 }), RpcError);
  assertEquals(refused.failure, "overloaded");
  gate.resolve();
  await clock.advance(0);
  assertEquals(await rpc.call("s", 1, { deadlineMs: 100 }), "done");
  assertEquals(clock.timerCount, 0);
  await rpc.close();
});

Deno.test("MemoryRpc passes over a server that is full", async () => {
  const clock = new ManualClock();
  const rpc = new MemoryRpc({ clock, log: silentLog, callsMax: 1 });
  const gate = Promise.withResolvers<void>();
  await rpc.serve("s", () => gate.promise.then(() => "slow"));
  await rpc.serve("s", () => Promise.resolve("fast"));
  const slow = rpc.call("s", 0, { deadlineMs: 100 });
  for (let index = 0; index < 4; index++) {
    assertEquals(await rpc.call("s", index, { deadlineMs: 100 }), "fast");
  }
  gate.resolve();
  assertEquals(await slow, "slow");
  await rpc.close();
});
