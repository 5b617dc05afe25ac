import type { Clock } from "../core/clock.ts";
import { errorResponse, jsonResponse, type Route } from "../core/net/http_server.ts";
import { parseHistoryQuery } from "./history_query.ts";
import { makeSeries } from "./history_series.ts";
import type { StatusHistory } from "./status_history.ts";

/** How long an answer may be given again, in seconds; samples are taken once a minute. */
const MAX_AGE_S = 30;

/** What {@linkcode historyRoute} needs. */
export interface HistoryRouteOptions {
  /** How the server was. */
  readonly history: StatusHistory;
  /** Says what is past. */
  readonly clock: Clock;
}

/** Serves how the server was, as points for a plot. */
export function historyRoute({ history, clock }: HistoryRouteOptions): Route {
  return {
    method: "GET",
    path: "/api/server/status/history",
    handler: async (_request, { url }) => {
      const query = parseHistoryQuery(url.searchParams, clock.nowMs() / 1_000);
      if (!query.ok) return errorResponse(400, query.code, query.message);
      await history.refresh();
      const { fromS, toS, stepS } = query.range;
      const { samples, isComplete } = history;
      const [whole] = makeSeries(samples, { fromS, toS, stepS: toS - fromS });
      return jsonResponse({
        from: fromS,
        to: toS,
        step: stepS,
        // False where the event log could not be read to its end just now.
        complete: isComplete,
        uptime: whole?.uptime ?? null,
        observed_s: whole?.observed_s ?? 0,
        points: makeSeries(samples, query.range),
      }, {
        headers: { "cache-control": isComplete ? `public, max-age=${MAX_AGE_S}` : "no-cache" },
      });
    },
  };
}
