import type { Clock } from "../core/clock.ts";
import { matchesEntityTag } from "../core/net/entity_tag.ts";
import { ageSecondsOf, annotateStatus } from "./status.ts";
import type { StatusReading } from "./status_reader.ts";

/**
 * How long browsers and proxies may give an answer again, in seconds. Short beside the interval: a
 * visitor sees an update soon, and a proxy still takes nearly all of the load.
 */
const MAX_AGE_S = 10;

/** One that is ready to be sent, again and again. */
interface Answer {
  readonly reading: StatusReading;
  readonly ageSeconds: number | null;
  readonly text: string;
  readonly whole: ResponseInit;
  readonly unchanged: ResponseInit;
}

/**
 * Answers to visitors. Text and headers of the last are kept, because they stay the same for a second,
 * and to make them anew costs as much as to send them.
 */
export class StatusAnswers {
  readonly #clock: Clock;
  #last: Answer | undefined;

  /** The clock says how old a status is. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The reading as a response, without a body where `ifNoneMatch`, the request's header, names it. */
  respond(reading: StatusReading, ifNoneMatch: string | null): Response {
    const ageSeconds = ageSecondsOf(reading.status, this.#clock.nowMs());
    let answer = this.#last;
    if (answer === undefined || answer.reading !== reading || answer.ageSeconds !== ageSeconds) {
      answer = makeAnswer(reading, ageSeconds);
      this.#last = answer;
    }
    return matchesEntityTag(ifNoneMatch, reading.entityTag)
      ? new Response(null, answer.unchanged)
      : new Response(answer.text, answer.whole);
  }
}

function makeAnswer(reading: StatusReading, ageSeconds: number | null): Answer {
  const { status, source, entityTag } = reading;
  const isFresh = source === "cache" || source === "database";
  const headers = {
    "x-content-type-options": "nosniff",
    "etag": entityTag,
    // What is not up to date is asked for again each time.
    "cache-control": isFresh ? `public, max-age=${MAX_AGE_S}` : "no-cache",
  };
  return {
    reading,
    ageSeconds,
    text: JSON.stringify(annotateStatus(status, { source, ageSeconds })),
    whole: { headers: { ...headers, "content-type": "application/json; charset=utf-8" } },
    unchanged: { status: 304, headers },
  };
}
