import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { ReadOptions, StoredEvent } from "../../core/ports/event_log.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { newMatchId } from "../../core/protocol/match_id.ts";
import { matchOwnerKey } from "../../core/protocol/match_owner.ts";
import { nextTask } from "../../tests/contract/eventually.ts";
import { RECORDED_MATCH_ID, recordMatch } from "../../tests/fixtures/recorded_match.ts";
import type { Film, FilmRequest } from "./replay_film.ts";
import {
  REPLAY_MS_MAX,
  REPLAY_OUTCOMES,
  REPLAY_SEARCH_MS,
  REPLAY_WAIT_MS_MAX,
  ReplayLibrary,
  REPLAYS_WAITING_MAX,
  SILENCE_MS_MAX,
} from "./replay_library.ts";
import { makeFilmInThread } from "./replay_thread.ts";

const { events } = recordMatch({ seed: 1, ticks: 95, botCount: 2, endReason: "match_over" });
const FILM: Film = { kind: "made", bytes: Uint8Array.of(1, 2, 3) };
const IP = "192.0.2.1";
const STARTED_S = new ManualClock().nowMs() / 1_000;

interface BenchOptions {
  readonly stored?: readonly JsonObject[];
  readonly makeFilm?: (request: FilmRequest, signal: AbortSignal) => Promise<Film>;
  readonly burst?: number;
  readonly isBroken?: boolean;
  /** What is searched for until it is told to stop. */
  readonly lost?: string;
}

function openBench(options: BenchOptions = {}): {
  readonly replays: ReplayLibrary;
  readonly clock: ManualClock;
  readonly kvStore: MemoryKvStore;
  readonly made: FilmRequest[];
  /** What the log was asked for. */
  readonly asked: ReadOptions[];
} {
  const { stored = events, makeFilm, burst = 100, isBroken = false, lost } = options;
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  const made: FilmRequest[] = [];
  const asked: ReadOptions[] = [];
  const replays = new ReplayLibrary({
    eventLog: {
      read: (topic, options = {}) => {
        const { key = "", after = "-1", signal } = options;
        asked.push(options);
        if (key === lost) return searchUntil(signal);
        if (isBroken) throw new Error("Kafka is away");
        const found = stored.map((value, index): StoredEvent => {
          return { topic, key, value, position: `${index}` };
        });
        return ReadableStream.from(topic === "match_inputs" ? found.slice(Number(after) + 1) : []);
      },
    },
    kvStore,
    makeFilm: (request, signal) => {
      made.push(request);
      return makeFilm?.(request, signal) ?? Promise.resolve(FILM);
    },
    addresses: new RateLimiter({ ratePerSecond: 1, burst, keysMax: 10, clock }),
    outcomes: new Metrics({ process: false }).counters({
      name: "replays_total",
      help: "Replays",
      label: "outcome",
      values: REPLAY_OUTCOMES,
    }),
    clock,
    log: silentLog,
  });
  return { replays, clock, kvStore, made, asked };
}

function searchUntil(signal: AbortSignal | undefined): ReadableStream<never> {
  return new ReadableStream({
    start: (controller) => {
      signal?.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
}

Deno.test("ReplayLibrary plays a recorded match again, off this thread", async () => {
  const { replays } = openBench({ makeFilm: makeFilmInThread });
  const answer = await replays.find(RECORDED_MATCH_ID, IP);
  assert(answer.kind === "found", answer.kind);
  const stream = new Blob([answer.bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { match_id, frames, end } = await new Response(stream).json();
  assertEquals(match_id, RECORDED_MATCH_ID);
  assertEquals([frames[0].tick, frames.at(-1).tick, end.tick], [0, 95, 95]);
  assertEquals(frames.at(-1).tanks.length, 2);
});

Deno.test("ReplayLibrary makes a replay once, however many ask and whenever", async () => {
  const { replays, made } = openBench({ burst: 1 });
  const answers = await Promise.all([1, 2, 3].map(() => replays.find(RECORDED_MATCH_ID, IP)));
  answers.push(await replays.find(RECORDED_MATCH_ID, IP));
  assertEquals(answers.map(({ kind }) => kind), Array(4).fill("found"));
  assertEquals(made.length, 1);
});

Deno.test("ReplayLibrary makes one at a time, and lets so many wait", async () => {
  const waiting: (() => void)[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const { replays, made } = openBench({
    makeFilm: async () => {
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      await new Promise<void>((resolve) => waiting.push(resolve));
      atOnce--;
      return FILM;
    },
  });
  const answers = Array.from(
    { length: REPLAYS_WAITING_MAX + 3 },
    (_, index) => replays.find(`m${index}`, IP),
  );
  const last = await Promise.all(answers.slice(-2));
  assertEquals(last.map(({ kind }) => kind), ["replay_busy", "replay_busy"]);
  for (let index = 0; index <= REPLAYS_WAITING_MAX; index++) {
    while (waiting.length === 0) await nextTask();
    waiting.shift()?.();
  }
  assertEquals((await answers[REPLAYS_WAITING_MAX])?.kind, "found");
  assertEquals([mostAtOnce, made.length], [1, REPLAYS_WAITING_MAX + 1]);
});

Deno.test("ReplayLibrary gives up what has waited too long for its turn, and makes it for nobody", async () => {
  const waiting: (() => void)[] = [];
  const { replays, clock, made } = openBench({
    makeFilm: async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return FILM;
    },
  });
  const first = replays.find("m0", IP);
  const others = [replays.find("m1", IP), replays.find("m2", IP)];
  while (waiting.length === 0) await nextTask();
  await clock.advance(REPLAY_WAIT_MS_MAX);
  const kinds = (await Promise.all(others)).map(({ kind }) => kind);
  assertEquals(kinds, ["replay_busy", "replay_busy"]);
  // Its turn is still after the first.
  const again = replays.find("m1", IP);
  await nextTask();
  assertEquals(made.map(({ matchId }) => matchId), ["m0"]);
  waiting.shift()?.();
  assertEquals((await first).kind, "found");
  while (waiting.length === 0) await nextTask();
  waiting.shift()?.();
  assertEquals((await again).kind, "found");
  assertEquals(made.map(({ matchId }) => matchId), ["m0", "m1"]);
});

Deno.test("ReplayLibrary knows a match that is played, one that was lost, and none", async () => {
  const open = events.slice(0, 2).map((event) => ({ ...event, timestamp: STARTED_S }));
  const { replays, clock, kvStore } = openBench({ stored: open });
  assertEquals((await replays.find("m", IP)).kind, "match_not_over");
  await clock.advance(SILENCE_MS_MAX);
  await kvStore.set(matchOwnerKey("m"), "somebody");
  assertEquals((await replays.find("m", IP)).kind, "match_not_over");
  await kvStore.delete(matchOwnerKey("m"));
  assertEquals((await replays.find("m", IP)).kind, "no_replay");
  assertEquals((await openBench({ stored: [] }).replays.find("m", IP)).kind, "no_replay");
  // No such thing is looked up, nor a match that is still to be made.
  const { replays: others, asked } = openBench();
  const nowMs = clock.nowMs() + 24 * 3_600_000;
  const future = newMatchId({ nowMs, randomBytes: (size) => new Uint8Array(size) });
  for (const id of ["../etc", future]) assertEquals((await others.find(id, IP)).kind, "no_replay");
  assertEquals(asked, []);
  // Of what an id without a time may be of, the newest is looked at.
  await others.find("m", IP);
  assert((asked[0]?.sinceMs ?? 0) > clock.nowMs() - 24 * 3_600_000);
});

Deno.test("ReplayLibrary takes the end of the last part for the match's", async () => {
  const [start = {}] = events;
  const takenOver = [...events, { ...start, part: 1, timestamp: STARTED_S }];
  const { replays } = openBench({ stored: takenOver });
  assertEquals((await replays.find("m", IP)).kind, "match_not_over");
});

Deno.test("ReplayLibrary limits what an address has made", async () => {
  const { replays, clock } = openBench({ burst: 1 });
  assertEquals((await replays.find("one", IP)).kind, "found");
  assertEquals((await replays.find("two", IP)).kind, "too_many_requests");
  assertEquals((await replays.find("two", "192.0.2.2")).kind, "found");
  await clock.advance(1_000);
  assertEquals((await replays.find("three", IP)).kind, "found");
});

Deno.test("ReplayLibrary has a search that finds nothing give way to those that wait", async () => {
  const { replays, clock, made } = openBench({ lost: "lost" });
  const answers: string[] = [];
  const lost = replays.find("lost", IP).finally(() => answers.push("lost"));
  await nextTask();
  // While nobody waits it may go on.
  await clock.advance(REPLAY_SEARCH_MS);
  await nextTask();
  assertEquals(answers, []);
  const other = replays.find("other", "192.0.2.2");
  await clock.advance(REPLAY_SEARCH_MS);
  assertEquals([(await lost).kind, (await other).kind], ["replay_busy", "found"]);
  assertEquals(made.map(({ matchId }) => matchId), ["other"]);
});

Deno.test("ReplayLibrary gives up what takes too long, what fails, and all of it when it closes", async () => {
  const forever = (_: FilmRequest, signal: AbortSignal): Promise<Film> =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const { replays, clock, made } = openBench({ makeFilm: forever });
  const late = replays.find("late", IP);
  while (made.length === 0) await nextTask();
  // What is found does not give way to others.
  const other = replays.find("other", IP);
  await clock.advance(REPLAY_MS_MAX);
  assertEquals([(await late).kind, (await other).kind], ["replay_too_long", "replay_busy"]);
  const closed = replays.find("closed", IP);
  await replays.close();
  assertEquals((await closed).kind, "unavailable");
  assertEquals((await openBench({ isBroken: true }).replays.find("m", IP)).kind, "unavailable");
});
