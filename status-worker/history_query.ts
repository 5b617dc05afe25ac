import type { SeriesRange } from "./history_series.ts";

/** How far back is remembered, and the longest range, in seconds: a week. */
export const HISTORY_S_MAX = 604_800;

/** The shortest and the longest step, in seconds. */
export const STEP_S = { min: 60, max: 86_400 } as const;

/** Points of an answer at most. */
export const POINTS_MAX = 1_500;

const DEFAULT_RANGE_S = 86_400;
const DEFAULT_POINTS = 144;

/** What was asked for, or why that cannot be answered. */
export type HistoryQuery =
  | { readonly ok: true; readonly range: SeriesRange }
  | { readonly ok: false; readonly code: HistoryRefusal; readonly message: string };

/** Why a query is refused. */
export type HistoryRefusal = "bad_from" | "bad_to" | "bad_step" | "bad_range" | "too_many_points";

/**
 * Reads `from`, `to` (seconds since the Unix epoch, or a time as ISO 8601 has it) and `step` (seconds).
 * Without them it is the day until now, in steps of ten minutes. The future is left out.
 *
 * @param nowS now, in seconds since the Unix epoch
 */
export function parseHistoryQuery(query: URLSearchParams, nowS: number): HistoryQuery {
  const asked = query.get("to");
  const to = asked === null ? nowS : tryParseTime(asked);
  if (to === undefined) return refuse("bad_to", "to must be seconds or an ISO 8601 time");
  const toS = Math.min(to, nowS);
  const askedFrom = query.get("from");
  const fromS = askedFrom === null ? toS - DEFAULT_RANGE_S : tryParseTime(askedFrom);
  if (fromS === undefined) return refuse("bad_from", "from must be seconds or an ISO 8601 time");
  const rangeS = toS - fromS;
  if (rangeS <= 0) return refuse("bad_range", "from must be before to, and before now");
  if (rangeS > HISTORY_S_MAX) {
    return refuse("bad_range", `from to to must be at most ${HISTORY_S_MAX} seconds`);
  }
  const stepS = tryParseStep(query.get("step"), rangeS);
  if (stepS === undefined) {
    return refuse("bad_step", `step must be ${STEP_S.min}..${STEP_S.max} whole seconds`);
  }
  if (Math.ceil(rangeS / stepS) > POINTS_MAX) {
    return refuse("too_many_points", `step must be so that there are ${POINTS_MAX} points at most`);
  }
  return { ok: true, range: { fromS, toS, stepS } };
}

function refuse(code: HistoryRefusal, message: string): HistoryQuery {
  return { ok: false, code, message };
}

function tryParseTime(text: string): number | undefined {
  if (/^\d{1,11}(?:\.\d{1,9})?$/.test(text)) return Number(text);
  // A plus in a query is a space, and many write their offset without knowing that.
  const match = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+ -]\d\d:\d\d))?$/
    .exec(text);
  const milliseconds = match === null ? NaN : Date.parse(text.replace(" ", "+"));
  return Number.isFinite(milliseconds) && milliseconds >= 0 ? milliseconds / 1_000 : undefined;
}

function tryParseStep(text: string | null, rangeS: number): number | undefined {
  if (text === null) {
    const { min } = STEP_S;
    return Math.max(min, Math.ceil(rangeS / DEFAULT_POINTS / min) * min);
  }
  const step = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  return step >= STEP_S.min && step <= STEP_S.max ? step : undefined;
}
