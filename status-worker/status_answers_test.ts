import { assertEquals, assertNotEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { DEFAULT_STATUS, STATUS_SOURCES, type StatusSource } from "./status.ts";
import { StatusAnswers } from "./status_answers.ts";
import type { StatusReading } from "./status_reader.ts";

function readingOf(clock: ManualClock, source: StatusSource = "cache"): StatusReading {
  const status = { ...DEFAULT_STATUS, updated_at: clock.nowMs() / 1_000 };
  return { source, status, entityTag: `W/"${source}"` };
}

async function cacheNoteOf(response: Response): Promise<unknown> {
  return (await response.json())._cache;
}

Deno.test("StatusAnswers let others keep what is up to date, and nothing else", () => {
  const clock = new ManualClock();
  const answers = new StatusAnswers(clock);
  const kept = STATUS_SOURCES.map((source) => {
    const { status, headers } = answers.respond(readingOf(clock, source), null);
    assertEquals([status, headers.get("etag")], [200, `W/"${source}"`]);
    assertEquals(headers.get("content-type"), "application/json; charset=utf-8");
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    return headers.get("cache-control");
  });
  assertEquals(kept, ["public, max-age=10", "public, max-age=10", "no-cache", "no-cache"]);
});

Deno.test("StatusAnswers say each second how old the status is", async () => {
  const clock = new ManualClock();
  const answers = new StatusAnswers(clock);
  const reading = readingOf(clock);
  for (const [passMs, ageSeconds] of [[0, 0], [999, 0], [1, 1], [0, 1], [2_500, 3]] as const) {
    await clock.advance(passMs);
    const note = { cached: true, age_seconds: ageSeconds, source: "cache" };
    assertEquals(await cacheNoteOf(answers.respond(reading, null)), note);
  }
});

Deno.test("StatusAnswers forget what they said when there is another reading", async () => {
  const clock = new ManualClock();
  const answers = new StatusAnswers(clock);
  const first = answers.respond(readingOf(clock), null);
  const second = answers.respond(readingOf(clock, "stale"), null);
  assertNotEquals(first.headers.get("etag"), second.headers.get("etag"));
  const note = { cached: true, age_seconds: 0, source: "stale" };
  assertEquals(await cacheNoteOf(second), note);
});

Deno.test("StatusAnswers have no body for who has it already", async () => {
  const clock = new ManualClock();
  const answers = new StatusAnswers(clock);
  const reading = readingOf(clock);
  const { entityTag } = reading;
  for (const [ifNoneMatch, status] of [[entityTag, 304], ['"other"', 200], [null, 200]] as const) {
    const response = answers.respond(reading, ifNoneMatch);
    assertEquals([response.status, response.headers.get("etag")], [status, entityTag]);
    assertEquals(response.headers.has("content-type"), status === 200);
    assertEquals((await response.text()).length > 0, status === 200);
  }
});

Deno.test("StatusAnswers do not pass on what somebody does to the headers of one", () => {
  const clock = new ManualClock();
  const answers = new StatusAnswers(clock);
  const reading = readingOf(clock);
  for (let times = 0; times < 2; times++) {
    const { headers } = answers.respond(reading, null);
    assertEquals(headers.get("cache-control"), "public, max-age=10");
    headers.set("cache-control", "no-store");
  }
});
