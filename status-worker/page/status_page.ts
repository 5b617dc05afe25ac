// Long because the page is one template, read from top to bottom as the browser shows it.
import type { SeriesPoint } from "../history_series.ts";
import type { LiveStatus } from "../live_status.ts";
import type { ServerStatus, StatusSource } from "../status.ts";
import { makeHeadline } from "./headline.ts";
import { type Html, html } from "./html.ts";
import { clockTime, formatCount, formatPercent, formatSpan } from "./page_format.ts";
import { playersPlot } from "./players_plot.ts";
import { uptimeStrip } from "./uptime_strip.ts";

/** Seconds of a point of the players' plot: 144 points a day. */
export const PLOT_STEP_S = 600;

/** Seconds of a bar of the uptime strip: 48 bars a day. */
export const STRIP_STEP_S = 1_800;

/** Seconds after which a browser without scripts asks again. */
const RELOAD_S = 60;

/** What the page shows. */
export interface StatusPageModel {
  /** What is known of the server. */
  readonly status: ServerStatus;
  /** Where that comes from. */
  readonly source: StatusSource;
  /** The last day by {@linkcode PLOT_STEP_S}. */
  readonly plot: readonly SeriesPoint[];
  /** The last day by {@linkcode STRIP_STEP_S}. */
  readonly strip: readonly SeriesPoint[];
  /** The last day as one. */
  readonly day: SeriesPoint | undefined;
  /** Where style and script are, relative to the page. */
  readonly assets: { readonly style: string; readonly script: string; readonly icon: string };
}

/** The page, readable without scripts. Its parts with `data-part` are those that a script renews. */
export function renderStatusPage(model: StatusPageModel): string {
  const { assets, status, source } = model;
  const { title } = makeHeadline(status, source);
  const page = html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <title>${title} – Tanks Blitz status</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f4f5f1">
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#121511">
        <meta name="description"
          content="Whether Tanks Blitz is open, who is online, and how it was over the last day.">
        <link rel="icon" type="image/svg+xml" href="${assets.icon}">
        <link rel="stylesheet" href="${assets.style}">
        <script type="module" src="${assets.script}"></script>
        <noscript><meta http-equiv="refresh" content="${RELOAD_S}"></noscript>
      </head>
      <body>
        <header>
          <p
            class="brand"><img src="${assets
              .icon}" width="28" height="28" alt="">Tanks Blitz <span>status</span></p>
          <p class="pulse" id="pulse" hidden></p>
        </header>
        <main>
          <section class="hero" data-part="hero" aria-live="polite">${hero(model)}</section>
          <dl class="cards" data-part="cards">${cards(model)}</dl>
          <section aria-labelledby="players">
            <div class="section-head">
              <h2 id="players">Players online</h2>
              <p class="muted" id="readout">last 24 hours, <span data-zone>UTC</span></p>
            </div>
            <div data-part="plot">${plot(model)}</div>
            <details>
              <summary>The same as a table</summary>
              <div class="scroll" data-part="table">${hours(model)}</div>
            </details>
          </section>
          <section aria-labelledby="uptime">
            <div class="section-head">
              <h2 id="uptime">Uptime</h2>
              <p class="muted">last 24 hours, half an hour a bar</p>
            </div>
            <div data-part="uptime">${uptime(model)}</div>
          </section>
          <div class="pair">
            <section aria-labelledby="regions">
              <h2 id="regions">Regions</h2>
              <div class="scroll" data-part="regions">${regions(status.live)}</div>
            </section>
            <section aria-labelledby="rates">
              <h2 id="rates">Rates</h2>
              <div data-part="rates">${rates(status)}</div>
            </section>
          </div>
        </main>
        <footer data-part="footer">${footer(model)}</footer>
      </body>
    </html>
  `;
  return page.markup;
}

function hero({ status, source }: StatusPageModel): Html {
  const { state, title, detail } = makeHeadline(status, source);
  const updatedAt = status.updated_at;
  const notice = source === "stale" && updatedAt !== null
    ? html`
      <p
        class="notice">The database does not answer. State and rates are those of ${clockTime(
          updatedAt,
        )} <span data-zone>UTC</span>.</p>
    `
    : source === "default"
    ? html`<p class="notice">The database does not answer. State and rates are the usual ones.</p>`
    : undefined;
  return html`
    <p
      class="state ${state}"><span class="lamp" aria-hidden="true"></span><strong>${title}</strong></p>
    <p class="detail">${detail}</p>${notice}
  `;
}

function cards({ status: { live }, day }: StatusPageModel): Html {
  const isPart = day !== undefined && day.observed_s < 0.95 * 86_400;
  const known = day === undefined || day.uptime === null
    ? "no history yet"
    : isPart
    ? `over ${formatSpan(day.observed_s)} so far`
    : "last 24 hours";
  const peak = day?.players_online_max ?? null;
  return html`${
    card(
      "Players online",
      countOr(live?.players_online),
      peak === null ? "in matches" : `24 h peak ${formatCount(peak)}`,
    )
  }${card("Matches running", countOr(live?.matches_running), "now")}${
    card("Game servers", countOr(live?.servers), live === null ? "listening" : inRegions(live))
  }${
    card(
      "Uptime",
      day === undefined || day.uptime === null ? "–" : formatPercent(day.uptime),
      known,
    )
  }`;
}

function card(name: string, value: string, note: string): Html {
  return html`
    <div class="card">
      <dt>${name}</dt>
      <dd class="value">${value}</dd>
      <dd class="muted">${note}</dd>
    </div>
  `;
}

function countOr(count: number | undefined): string {
  return count === undefined ? "–" : formatCount(count);
}

function inRegions({ regions }: LiveStatus): string {
  if (regions.length === 0) return "none heard";
  return regions.length === 1 ? "in 1 region" : `in ${regions.length} regions`;
}

function plot({ plot }: StatusPageModel): Html {
  if (plot.every(({ players_online }) => players_online === null)) {
    return html`<p class="empty">Nothing is known of the last day yet.</p>`;
  }
  return playersPlot(plot, PLOT_STEP_S);
}

function hours({ strip }: StatusPageModel): Html {
  const rows = strip.filter(({ players_online }) => players_online !== null).toReversed();
  return html`
    <table>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col" class="number">Players</th>
          <th scope="col" class="number">At most</th>
          <th scope="col" class="number">Matches</th>
        </tr>
      </thead>
      <tbody>${rows.map((row) =>
        html`
          <tr>
            <th scope="row">${clockTime(row.at)}</th>
            <td class="number">${formatCount(row.players_online ?? 0)}</td>
            <td class="number">${formatCount(row.players_online_max ?? 0)}</td>
            <td class="number">${formatCount(row.matches_running ?? 0)}</td>
          </tr>
        `
      )}</tbody>
    </table>
  `;
}

function uptime({ strip, day }: StatusPageModel): Html {
  return html`${
    uptimeStrip(strip, day?.uptime ?? null)
  }<p class="legend muted" aria-hidden="true"><span>24 hours ago</span><span>now</span></p>`;
}

function regions(live: LiveStatus | null): Html {
  if (live === null) return html`<p class="empty">Listening for game servers.</p>`;
  if (live.regions.length === 0) return html`<p class="empty">No game server is online.</p>`;
  return html`
    <table>
      <thead>
        <tr>
          <th scope="col">Region</th>
          <th scope="col" class="number">Servers</th>
          <th scope="col" class="number">Players</th>
          <th scope="col" class="number">Matches</th>
        </tr>
      </thead>
      <tbody>${live.regions.map(({ region, city, servers, players_online, matches_running }) =>
        html`
          <tr>
            <th scope="row">${region}<span class="muted">${city}</span></th>
            <td class="number">${formatCount(servers)}</td>
            <td class="number">${formatCount(players_online)}</td>
            <td class="number">${formatCount(matches_running)}</td>
          </tr>
        `
      )}</tbody>
    </table>
  `;
}

function rates({ rates, _meta }: ServerStatus): Html {
  const rows: readonly [name: string, rate: number, constant: string][] = [
    ["Experience", rates.exp, "RateExp"],
    ["Battles between players", rates.pvp, "RatePvp"],
    ["Battles against bots", rates.pve, "RatePve"],
    ["Rare enemies", rates.color_mob, "RateColorMob"],
    ["Crew skill", rates.skill, "RateSkill"],
  ];
  return html`
    <table>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col" class="number">Rate</th>
        </tr>
      </thead>
      <tbody>${rows.map(([name, rate, constant]) =>
        html`
          <tr>
            <th scope="row" title="${_meta[constant] ?? name}">${name}</th>
            <td class="number${rate === 1 ? "" : " raised"}">×${rate.toLocaleString("en", {
              maximumFractionDigits: 3,
            })}</td>
          </tr>
        `
      )}</tbody>
    </table>
  `;
}

function footer({ status: { updated_at } }: StatusPageModel): Html {
  const read = updated_at === null
    ? html`The table of rates has not been read yet.`
    : html`Rates as of ${clockTime(updated_at)} <span data-zone>UTC</span>.`;
  return html`
    <p>${read}</p>
    <p>For programs: <a href="api/server/status">status</a>, <a href="api/server/status/history">history</a></p>
  `;
}
