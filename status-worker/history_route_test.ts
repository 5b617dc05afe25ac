import { assertEquals } from "@std/assert";
import { tryJsonObject } from "../core/json.ts";
import { openBench, play } from "./service_fixture.ts";
import { HISTORY_TOPIC } from "./status_recorder.ts";

const STEP_MS = 1_000;
const HISTORY_PATH = "/api/server/status/history";

Deno.test("Status remembers updates and samples in the event log", async () => {
  await using bench = await openBench();
  await play(bench, 65 * STEP_MS);
  const kinds: unknown[] = [];
  for await (const { value } of bench.eventLog.read(HISTORY_TOPIC)) {
    kinds.push([value.event_type, value.server_id, value.players_online]);
  }
  assertEquals(kinds, [
    ["status_updated", "status-1", null],
    ["status_sampled", "status-1", 42],
  ]);
});

Deno.test("Status gives its history as points", async () => {
  await using bench = await openBench();
  await play(bench, 300 * STEP_MS);
  const { status, headers, body } = await bench.get(`${HISTORY_PATH}?step=60`);
  assertEquals([status, headers.get("cache-control")], [200, "public, max-age=30"]);
  const points = Array.isArray(body.points) ? body.points : [];
  assertEquals([points.length, body.step, body.complete, body.uptime], [1_440, 60, true, 1]);
  const last = tryJsonObject(points.at(-1));
  assertEquals([last?.players_online, last?.players_online_max, last?.servers], [42, 42, 2]);
  assertEquals(tryJsonObject(points[0])?.players_online, null);
});

Deno.test("Status refuses a history that is too long, and says why", async () => {
  await using bench = await openBench();
  const { status, body } = await bench.get(`${HISTORY_PATH}?from=0`);
  assertEquals([status, tryJsonObject(body.error)?.code], [400, "bad_range"]);
});
