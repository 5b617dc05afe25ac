import { assertEquals } from "@std/assert";
import { DEFAULT_STATUS } from "./status.ts";
import { liveWith } from "./live_fixture.ts";
import { toSampleEvent, tryParseSample } from "./status_sample.ts";

Deno.test("A sample survives its event", () => {
  const event = toSampleEvent({ ...DEFAULT_STATUS, live: liveWith(8) }, "status_updated");
  assertEquals(tryParseSample({ ...event, timestamp: 2.5 }), {
    atMs: 2_500,
    isUp: true,
    players: 8,
    matches: 2,
    servers: 1,
  });
  assertEquals(event.rates, { ...DEFAULT_STATUS.rates });
});

Deno.test("A sample is up where the table says open and a server may be there", () => {
  const cases: [serverStatus: number, servers: number | null, isUp: boolean][] = [
    [1, 3, true],
    [1, null, true],
    [1, 0, false],
    [0, 3, false],
    [-1, null, false],
  ];
  for (const [server_status, servers, isUp] of cases) {
    const event = { event_type: "status_sampled", timestamp: 1, server_status, servers };
    assertEquals(tryParseSample(event)?.isUp, isUp, `${server_status} ${servers}`);
  }
});

Deno.test("tryParseSample takes nothing for a sample that is none, and no wrong number", () => {
  const event = toSampleEvent({ ...DEFAULT_STATUS, live: null }, "status_sampled");
  const sample = { atMs: 1_000, isUp: true, players: null, matches: null, servers: null };
  assertEquals(tryParseSample({ ...event, timestamp: 1 }), sample);
  assertEquals(
    tryParseSample({ ...event, timestamp: 1, players_online: -1, servers: "x" }),
    sample,
  );
  assertEquals(tryParseSample({ ...event, timestamp: "1" }), undefined);
  assertEquals(tryParseSample({ ...event, timestamp: 1, server_status: null }), undefined);
  assertEquals(tryParseSample({ ...event, timestamp: 1, event_type: "match_over" }), undefined);
});
