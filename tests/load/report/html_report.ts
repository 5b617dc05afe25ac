import { ERROR_REASONS } from "../error_reason.ts";
import type { LoadOptions } from "../load_options.ts";
import { MEASURE_NAMES, MEASURES } from "../measure.ts";
import type { LoadResult } from "../run_load.ts";
import type { SloVerdict } from "../slo.ts";
import { numberText, summaryOf } from "../summary.ts";
import { distributionPlotHtml } from "./distribution_plot.ts";
import { escapeHtml } from "./escape_html.ts";
import { REPORT_STYLE } from "./report_style.ts";
import { TimePlots } from "./time_plots.ts";

const COLUMNS = ["count", "mean", "p50", "p90", "p99", "p999", "max"] as const;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** What a load came to, as a page that needs nothing beside itself and runs no script. */
export function htmlReport(result: LoadResult, verdicts: readonly SloVerdict[]): string {
  const plots = new TimePlots(result.rows);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>Load of ${result.options.players} players</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<h1>Load of ${result.options.players} players</h1>
<p class="dim">${escapeHtml(describeLoad(result))}</p>
${figuresHtml(result, verdicts)}
${verdictsHtml(verdicts)}
<h2>In the course of time</h2>
<div class="plots">
${plots.players()}
${plots.rates()}
${plots.joins()}
${plots.traffic()}
</div>
<h2>What was measured</h2>
${measuresTableHtml(result)}
<h2>Errors by reason</h2>
${errorsHtml(result)}
<h2>Each measure</h2>
${measuresHtml(result, plots)}
<h2>What was asked for</h2>
${optionsHtml(result.options)}
</main>
</body>
</html>
`;
}

function describeLoad({ startedAtMs, tookMs, options }: LoadResult): string {
  const at = new Date(startedAtMs).toISOString().replace("T", " ").slice(0, 19);
  const mix = options.mix.map(({ transport, weight }) => `${transport} ${weight}`).join(", ");
  return `${at} UTC, ${numberText(tookMs / 1_000, 1)} s; ${mix}`;
}

function figuresHtml(result: LoadResult, verdicts: readonly SloVerdict[]): string {
  const { total, tookMs, playersPeak } = result;
  const perSecond = (count: number): string => numberText((count * 1_000) / tookMs, 1);
  const latency = summaryOf("input_to_state", total.histograms.input_to_state);
  const join = summaryOf("join", total.histograms.join);
  const missed = verdicts.filter(({ isMet }) => !isMet).length;
  const figures: [name: string, value: string, isBad: boolean][] = [
    ["players at once", String(playersPeak), false],
    ["inputs a second", perSecond(total.counts.inputs_applied), false],
    ["states a second", perSecond(total.counts.snapshots), false],
    ["input to state, p99", `${numberText(latency.p99, 0)} ms`, false],
    ["join, p99", `${numberText(join.p99, 0)} ms`, false],
    ["inputs lost", String(total.counts.inputs_lost), total.counts.inputs_lost > 0],
    ["errors", String(total.errorsTotal), total.errorsTotal > 0],
  ];
  if (verdicts.length > 0) {
    figures.push([
      "objectives held",
      `${verdicts.length - missed} of ${verdicts.length}`,
      missed > 0,
    ]);
  }
  const items = figures.map(([name, value, isBad]) =>
    `<div><dt>${name}</dt><dd${isBad ? ' class="bad"' : ""}>${escapeHtml(value)}</dd></div>`
  );
  return `<dl class="figures">${items.join("")}</dl>`;
}

function verdictsHtml(verdicts: readonly SloVerdict[]): string {
  if (verdicts.length === 0) return "";
  const rows = verdicts.map(({ slo, value, isMet }) =>
    `<tr><td class="text ${isMet ? "good" : "bad"}">${isMet ? "held" : "missed"}</td>` +
    `<th scope="row">${escapeHtml(slo.text)}</th><td>${numberText(value, 3)}</td></tr>`
  );
  return `<h2>Objectives</h2>
<div class="table objectives"><table><thead><tr><th scope="col"></th><th scope="col">what must hold</th>
<th scope="col">what was</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function measuresTableHtml({ total }: LoadResult): string {
  const rows = MEASURE_NAMES.flatMap((name) => {
    const histogram = total.histograms[name];
    if (histogram.count === 0) return [];
    const summary = summaryOf(name, histogram);
    const cells = COLUMNS.map((column) => {
      return `<td>${numberText(summary[column], column === "count" ? 0 : 1)}</td>`;
    });
    const { title, unit } = MEASURES[name];
    return [`<tr><th scope="row">${title} <small>${unit}</small></th>${cells.join("")}</tr>`];
  });
  const heads = COLUMNS.map((column) => `<th scope="col">${column.replace("p999", "p99.9")}</th>`);
  return `<div class="table"><table><thead><tr><th scope="col"></th>${
    heads.join("")
  }</tr></thead>` +
    `<tbody>${rows.join("\n")}</tbody></table></div>
<p class="dim"><small>Times count from when something was due; waits that were not begun because an
earlier one held them up are counted too.</small></p>`;
}

function errorsHtml({ total }: LoadResult): string {
  const most = Math.max(...ERROR_REASONS.map((reason) => total.errors[reason]));
  if (most === 0) return `<p class="good">None.</p>`;
  const rows = ERROR_REASONS.filter((reason) => total.errors[reason] > 0)
    .toSorted((a, b) => total.errors[b] - total.errors[a])
    .map((reason) => {
      const count = total.errors[reason];
      const width = ((100 * count) / most).toFixed(1);
      return `<tr><th scope="row">${reason}</th><td>${count}</td>` +
        `<td class="bar"><span style="width:${width}%"></span></td></tr>`;
    });
  return `<div class="table"><table><tbody>${rows.join("")}</tbody></table></div>`;
}

function measuresHtml({ total }: LoadResult, plots: TimePlots): string {
  return MEASURE_NAMES.flatMap((name) => {
    const histogram = total.histograms[name];
    if (histogram.count === 0) return [];
    const overTime = plots.tryMeasure(name) ?? "";
    return [
      `<section class="measure"><h3>${MEASURES[name].title}</h3><div class="plots">` +
      `${overTime}${distributionPlotHtml(name, histogram)}</div></section>`,
    ];
  }).join("\n");
}

function optionsHtml(options: LoadOptions): string {
  const rows = Object.entries(options).map(([name, value]) => {
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return `<tr><th scope="row">${name}</th><td class="text">${escapeHtml(text)}</td></tr>`;
  });
  return `<div class="table"><table><tbody>${rows.join("")}</tbody></table></div>`;
}
