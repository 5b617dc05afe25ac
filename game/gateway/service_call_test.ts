import { assertEquals, assertRejects } from "@std/assert";
import type { JsonValue } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import type { Rpc, RpcFailure, RpcHandler } from "../../core/ports/rpc.ts";
import { GatewayMetrics } from "./gateway_metrics.ts";
import { callService } from "./service_call.ts";

const CALL = { service: "auth", request: { action: "login" }, deadlineMs: 1_000 };

interface Bench {
  readonly clock: ManualClock;
  readonly metrics: GatewayMetrics;
  readonly rpc: Rpc;
  /** Calls the service and gives the reply, or the status and code of the response. */
  call(rpc?: Rpc): Promise<JsonValue>;
}

async function openBench(handler?: RpcHandler): Promise<Bench> {
  const clock = new ManualClock();
  const rpc = new MemoryRpc({ clock, log: silentLog, callsMax: 1 });
  if (handler !== undefined) await rpc.serve("auth", handler);
  const metrics = new GatewayMetrics(new Metrics({ process: false }), ["/"]);
  const bench: Bench = {
    clock,
    metrics,
    rpc,
    async call(through = rpc): Promise<JsonValue> {
      const outcome = await callService(CALL, { rpc: through, log: silentLog, metrics });
      if (outcome.ok) return outcome.reply;
      const { error } = await outcome.response.json();
      return [outcome.response.status, error.code];
    },
  };
  return bench;
}

function countsOf({ metrics }: Bench): Partial<Record<RpcFailure, number>> {
  const counts = Object.entries(metrics.rpcFailures).map(([reason, { value }]) => [reason, value]);
  return Object.fromEntries(counts.filter(([, value]) => value !== 0));
}

Deno.test("A call brings the service's reply", async () => {
  const bench = await openBench((request) => Promise.resolve({ asked: request }));
  assertEquals(await bench.call(), { asked: { action: "login" } });
  assertEquals(countsOf(bench), {});
});

Deno.test("A call to nobody is answered with 503", async () => {
  const bench = await openBench();
  assertEquals(await bench.call(), [503, "unavailable"]);
  assertEquals(countsOf(bench), { unavailable: 1 });
});

Deno.test("A call that fails is answered with 502", async () => {
  const bench = await openBench(() => Promise.reject(new Error("broken")));
  assertEquals(await bench.call(), [502, "failed"]);
  assertEquals(countsOf(bench), { failed: 1 });
});

Deno.test("A call that takes too long is answered with 504, one too many with 503", async () => {
  const gate = Promise.withResolvers<JsonValue>();
  const bench = await openBench(() => gate.promise);
  const late = bench.call();
  await bench.clock.advance(999);
  assertEquals(await bench.call(), [503, "busy"]);
  await bench.clock.advance(1);
  assertEquals(await late, [504, "deadline_exceeded"]);
  assertEquals(countsOf(bench), { overloaded: 1, deadline_exceeded: 1 });
  gate.resolve(null);
});

Deno.test("A fault of ours in a call is not hidden", async () => {
  const bench = await openBench();
  const broken: Rpc = {
    call: () => Promise.reject(new TypeError("ours")),
    serve: () => Promise.reject(new Error("unused")),
    close: () => Promise.resolve(),
  };
  await assertRejects(() => bench.call(broken), TypeError, "ours");
});
