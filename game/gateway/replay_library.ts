import type { Clock } from "../../core/clock.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { Counter } from "../../core/metrics.ts";
import { tryAddressKey } from "../../core/net/address_key.ts";
import type { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { EventSource } from "../../core/ports/event_source.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { matchOwnerKey } from "../../core/protocol/match_owner.ts";
import { mayBeRecorded } from "../replay/read_recording.ts";
import type { Film, FilmRequest } from "./replay_film.ts";
import { readMatchRecords } from "./replay_records.ts";
import { ReplayShelf } from "./replay_shelf.ts";

/** The closed set of what becomes of a request. */
export const REPLAY_OUTCOMES = [
  "found",
  /** Nothing was recorded, or it cannot be played again. */
  "no_replay",
  /** It is being played. */
  "match_not_over",
  /** The address has asked for too many. */
  "too_many_requests",
  /** Too many others wait. */
  "replay_busy",
  /** It takes too long, or would be too large. */
  "replay_too_long",
  /** The event log cannot be read. */
  "unavailable",
] as const;

/** A reason why there is no replay. */
export type ReplayRefusal = Exclude<typeof REPLAY_OUTCOMES[number], "found">;

/** The replay of a match, as JSON compressed with gzip, or why there is none. */
export type ReplayAnswer =
  | { readonly kind: "found"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: ReplayRefusal; readonly detail?: string };

/** What making replays works with. */
export interface ReplayLibraryOptions {
  /** Where matches are recorded. */
  readonly eventLog: Pick<EventSource, "read">;
  /** Says which matches are being played. */
  readonly kvStore: Pick<KvStore, "get">;
  /** Makes one, off this thread. */
  readonly makeFilm: (request: FilmRequest, signal: AbortSignal) => Promise<Film>;
  /** How many an address may have made. */
  readonly addresses: RateLimiter;
  /** Counts what becomes of requests. */
  readonly outcomes: Readonly<Record<typeof REPLAY_OUTCOMES[number], Counter>>;
  /** Bounds how long one takes. */
  readonly clock: Clock;
  /** Told of faults. */
  readonly log: Log;
}

const MATCH_ID = /^[\w.:-]{1,128}$/;
/** Replays that may wait until those before them are made. */
export const REPLAYS_WAITING_MAX = 8;
/** How long one may wait for that. Together with the time in which it is made less than a request may take. */
export const REPLAY_WAIT_MS_MAX = 2_500;
/**
 * So often a search that has found nothing of its match yet looks whether others wait, and gives way to
 * them: less than they wait at most, so that nobody keeps replays from others by asking for what is not there.
 */
export const REPLAY_SEARCH_MS = 2_000;
/** From the first look into the log until it is made. */
export const REPLAY_MS_MAX = 12_000;
/** A recording that goes on has an event a second: one that is silent for so long has lost its server. */
export const SILENCE_MS_MAX = 60_000;
/** Characters of a timeline: about 10 minutes of 10 tanks at the most frames a second. */
const LENGTH_MAX = 48_000_000;
/** What a tank takes in a frame, in characters, and a little more. */
const TANK_LENGTH = 200;
const FRAMES_PER_SECOND_MIN = 2;
const FRAMES_PER_SECOND_MAX = 10;
const SHELF_BYTES_MAX = 67_108_864;

/** Makes replays of matches that are over, one at a time, and keeps those asked for lately. */
export class ReplayLibrary {
  readonly #options: ReplayLibraryOptions;
  readonly #shelf = new ReplayShelf({ bytesMax: SHELF_BYTES_MAX });
  /** Those that are being made or wait for that, by match: who asks for the same one waits with them. */
  readonly #making = new Map<string, Promise<ReplayAnswer>>();
  /** Resolves when all those are made, or given up, that have asked until now. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #closing = new AbortController();

  /** Has made none yet. */
  constructor(options: ReplayLibraryOptions) {
    this.#options = options;
  }

  /** The replay of a match, for a client at that address. Never rejects. */
  async find(matchId: string, ip: string): Promise<ReplayAnswer> {
    const answer = await this.#find(matchId, ip);
    this.#options.outcomes[answer.kind].inc();
    return answer;
  }

  /** Makes no more, not even what is being made. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("Cannot replay match: the gateway is closing"));
    await Promise.all(this.#making.values());
  }

  #find(matchId: string, ip: string): ReplayAnswer | Promise<ReplayAnswer> {
    if (!MATCH_ID.test(matchId) || !mayBeRecorded(matchId, this.#options.clock.nowMs())) {
      return { kind: "no_replay" };
    }
    const bytes = this.#shelf.find(matchId);
    if (bytes !== undefined) return { kind: "found", bytes };
    const making = this.#making.get(matchId);
    if (making !== undefined) return making;
    if (!this.#options.addresses.tryTake(tryAddressKey(ip) ?? ip)) {
      return { kind: "too_many_requests" };
    }
    if (this.#making.size > REPLAYS_WAITING_MAX) return { kind: "replay_busy" };
    const made = this.#makeInTurn(matchId).finally(() => this.#making.delete(matchId));
    this.#making.set(matchId, made);
    return made;
  }

  /** Never rejects. */
  #makeInTurn(matchId: string): Promise<ReplayAnswer> {
    const answered = Promise.withResolvers<ReplayAnswer>();
    let isGivenUp = false;
    const cancel = this.#options.clock.after(REPLAY_WAIT_MS_MAX, () => {
      isGivenUp = true;
      answered.resolve({ kind: "replay_busy" });
    });
    this.#last = this.#last.then(async () => {
      cancel();
      if (!isGivenUp) answered.resolve(await this.#make(matchId));
    });
    return answered.promise;
  }

  /** Never rejects. */
  async #make(matchId: string): Promise<ReplayAnswer> {
    const { clock, log } = this.#options;
    const late = new AbortController();
    const cancel = clock.after(REPLAY_MS_MAX, () => late.abort(new Error("It takes too long")));
    const way = new AbortController();
    const stopLooking = clock.every(REPLAY_SEARCH_MS, () => {
      if (this.#making.size > 1) way.abort(new Error("Others wait"));
    });
    const signal = AbortSignal.any([late.signal, way.signal, this.#closing.signal]);
    try {
      return await this.#replay(matchId, { signal, onFound: stopLooking });
    } catch (error) {
      if (way.signal.aborted) return { kind: "replay_busy" };
      const kind = late.signal.aborted ? "replay_too_long" : "unavailable";
      log.warn("replay_failed", { match_id: matchId, kind, error: describeError(error) });
      return { kind };
    } finally {
      cancel();
      stopLooking();
    }
  }

  async #replay(
    matchId: string,
    { signal, onFound }: { readonly signal: AbortSignal; readonly onFound: () => void },
  ): Promise<ReplayAnswer> {
    const { eventLog, kvStore, clock, makeFilm } = this.#options;
    const records = await readMatchRecords(matchId, {
      eventLog,
      signal,
      nowMs: clock.nowMs(),
      onFound,
    });
    if (records.kind === "none") return { kind: "no_replay" };
    if (records.kind === "too_long") return { kind: "replay_too_long" };
    if (records.kind === "open") {
      const isPlayed = clock.nowMs() - records.newestAtMs < SILENCE_MS_MAX ||
        await kvStore.get(matchOwnerKey(matchId)) !== undefined;
      const detail = "The recording has no end: the match was lost";
      return isPlayed ? { kind: "match_not_over" } : { kind: "no_replay", detail };
    }
    const { events, seconds, tankCount } = records;
    const framesPerSecond = framesFor(seconds, tankCount);
    const request = { matchId, events, framesPerSecond, lengthMax: LENGTH_MAX };
    signal.throwIfAborted();
    const film = await makeFilm(request, signal);
    if (film.kind === "too_long") return { kind: "replay_too_long" };
    if (film.kind === "failed") return { kind: "no_replay", detail: film.reason };
    this.#shelf.add(matchId, film.bytes);
    return { kind: "found", bytes: film.bytes };
  }
}

/** Frames a second, so many that the timeline is of a bearable length. */
function framesFor(seconds: number, tankCount: number): number {
  const frames = Math.floor(LENGTH_MAX / (1 + seconds * tankCount * TANK_LENGTH));
  return Math.max(FRAMES_PER_SECOND_MIN, Math.min(FRAMES_PER_SECOND_MAX, frames));
}
