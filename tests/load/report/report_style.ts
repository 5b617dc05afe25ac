/** How the page looks: dark or light as the reader has it, one column on a phone. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --text: #1b1f27; --dim: #5b6472;
  --edge: #dfe3ea; --good: #0b7a4b; --bad: #b3261e;
  --line-1: #2563d9; --line-2: #b4540a; --line-3: #0b7d57; --line-4: #a12a86; }
@media (prefers-color-scheme: dark) {
  :root { --back: #11141a; --card: #1a1f28; --text: #e7eaf0; --dim: #9ca6b6; --edge: #2d3441;
    --good: #5fd3a0; --bad: #ff8a80;
    --line-1: #82b1ff; --line-2: #ffb070; --line-3: #5fd3a4; --line-4: #f19ad8; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.25rem 1rem 3rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
p { margin: 0 0 .5rem; }
.dim, small { color: var(--dim); }
small { font-size: .8rem; font-weight: normal; }
.figures { display: grid; gap: .75rem; margin: 1.25rem 0 0; padding: 0;
  grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); }
.figures div { background: var(--card); border: 1px solid var(--edge); border-radius: .6rem;
  padding: .6rem .8rem; }
.figures dt { color: var(--dim); font-size: .8rem; }
.figures dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.figures dd.bad { color: var(--bad); }
.plots { display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.measure { background: var(--card); border: 1px solid var(--edge); border-radius: .6rem;
  padding: .8rem; margin-bottom: .75rem; }
.measure .plot { border: 0; padding: 0; }
.plot { margin: 0; padding: .8rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: .6rem; min-width: 0; }
figcaption { font-weight: 600; font-size: .9rem; }
.plot > svg { display: block; width: 100%; height: auto; margin-top: .25rem; }
.grid { stroke: var(--edge); stroke-width: 1; }
.tick { fill: var(--dim); font-size: 9.5px; font-variant-numeric: tabular-nums; }
@media (max-width: 32rem) { .tick { font-size: 13px; } }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.line { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.line-1 { stroke: var(--line-1); }
.line-2 { stroke: var(--line-2); stroke-dasharray: 7 3; }
.line-3 { stroke: var(--line-3); stroke-dasharray: 2 3.5; }
.line-4 { stroke: var(--line-4); stroke-width: 1.1; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; list-style: none; margin: .4rem 0 0;
  padding: 0; font-size: .8rem; color: var(--dim); }
.legend svg { width: 1.5rem; height: .5rem; margin-right: .35rem; }
.table { overflow-x: auto; background: var(--card); border: 1px solid var(--edge);
  border-radius: .6rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .4rem .7rem; text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; border-top: 1px solid var(--edge); }
thead th { border-top: 0; color: var(--dim); font-weight: 600; }
th:first-child, td.text { text-align: left; }
.objectives th { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.objectives th:last-child { text-align: right; }
tbody th { font-weight: 500; }
td.bar { width: 45%; min-width: 6rem; }
.bar span { display: block; height: .7rem; border-radius: .2rem; background: var(--bad); }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
`;
