import { assertEquals } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { watchHeartbeat } from "./broker_heartbeat.ts";

Deno.test("watchHeartbeat asks again and again while the broker answers", async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  let count = 0;
  const ping = (): Promise<void> => {
    count++;
    return Promise.resolve();
  };
  const watching = watchHeartbeat({ clock, periodMs: 100, ping, signal: stop.signal });
  await clock.advance(450);
  assertEquals(count, 4);
  stop.abort();
  assertEquals(await watching, undefined);
  assertEquals(clock.timerCount, 0);
});

Deno.test("watchHeartbeat finds a broker gone when asking fails", async () => {
  const clock = new ManualClock();
  const ping = (): Promise<void> => Promise.reject(new Error("timed out"));
  const { signal } = new AbortController();
  const watching = watchHeartbeat({ clock, periodMs: 100, ping, signal });
  await clock.advance(100);
  assertEquals(await watching, "no answer to a heartbeat within 100 ms");
});

Deno.test("watchHeartbeat finds a broker gone that does not answer within a period", async () => {
  const clock = new ManualClock();
  let result: string | undefined;
  const ping = (): Promise<void> => new Promise(() => {});
  const { signal } = new AbortController();
  void watchHeartbeat({ clock, periodMs: 100, ping, signal }).then((reason) => {
    result = reason;
  });
  await clock.advance(199);
  assertEquals(result, undefined);
  await clock.advance(1);
  assertEquals(result, "no answer to a heartbeat within 100 ms");
});

Deno.test("watchHeartbeat ends at its signal while it waits for an answer", async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const ping = (): Promise<void> => new Promise(() => {});
  const watching = watchHeartbeat({ clock, periodMs: 100, ping, signal: stop.signal });
  await clock.advance(150);
  stop.abort();
  assertEquals(await watching, undefined);
  assertEquals(clock.timerCount, 0);
});
