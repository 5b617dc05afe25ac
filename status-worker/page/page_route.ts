import type { Clock } from "../../core/clock.ts";
import { matchesEntityTag } from "../../core/net/entity_tag.ts";
import type { Route } from "../../core/net/http_server.ts";
import { makeEntityTag } from "../entity_tag.ts";
import { makeSeries } from "../history_series.ts";
import type { StatusHistory } from "../status_history.ts";
import type { StatusReader, StatusReading } from "../status_reader.ts";
import { ASSET_PATHS, ASSETS_VERSION } from "./page_assets.ts";
import { PackedText } from "./packed_text.ts";
import { PLOT_STEP_S, renderStatusPage, STRIP_STEP_S } from "./status_page.ts";

const DAY_S = 86_400;

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  // Asked for again each time, and answered with 304 as long as nothing is new.
  "cache-control": "no-cache",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

/** What {@linkcode statusPageRoute} needs. */
export interface StatusPageOptions {
  /** What is known of the server. */
  readonly reader: StatusReader;
  /** How it was. */
  readonly history: StatusHistory;
  /** Says when. */
  readonly clock: Clock;
}

/** Serves the page. It is rendered when something is new, not for each visitor. */
export function statusPageRoute(options: StatusPageOptions): Route {
  const { reader, history, clock } = options;
  let rendered: { readonly tag: string; readonly page: PackedText } | undefined;
  return {
    method: "GET",
    path: "/",
    handler: async (request) => {
      const [reading] = await Promise.all([reader.read(), history.refresh()]);
      const endS = Math.ceil(clock.nowMs() / 1_000 / PLOT_STEP_S) * PLOT_STEP_S;
      const tag = tagOf(reading, history, endS);
      if (rendered?.tag !== tag) rendered = { tag, page: render(reading, options, endS) };
      const headers = { ...HEADERS, etag: tag };
      return matchesEntityTag(request.headers.get("if-none-match"), tag)
        ? new Response(null, { status: 304, headers })
        : await rendered.page.respond(request, headers);
    },
  };
}

/** The same from every process that knows the same. */
function tagOf(reading: StatusReading, { samples }: StatusHistory, endS: number): string {
  const isFresh = reading.source === "cache" || reading.source === "database";
  const newestMs = samples.at(-1)?.atMs ?? 0;
  const parts = [ASSETS_VERSION, reading.entityTag, isFresh, samples.length, newestMs, endS];
  return makeEntityTag(parts.join());
}

function render(
  { status, source }: StatusReading,
  { history, clock }: StatusPageOptions,
  endS: number,
): PackedText {
  const { samples } = history;
  const nowS = clock.nowMs() / 1_000;
  const fromS = endS - DAY_S;
  const day = { fromS: nowS - DAY_S, toS: nowS, stepS: DAY_S };
  const text = renderStatusPage({
    status,
    source,
    plot: makeSeries(samples, { fromS, toS: endS, stepS: PLOT_STEP_S }),
    strip: makeSeries(samples, { fromS, toS: endS, stepS: STRIP_STEP_S }),
    day: makeSeries(samples, day)[0],
    assets: ASSET_PATHS,
  });
  return new PackedText(text);
}
