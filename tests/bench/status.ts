import { findFreePort } from "../brokers/free_port.ts";
import { type Address, ServiceProcess } from "../fuzz/service_process.ts";
import { type Figure, figureOf, type Round } from "./figure.ts";
import { hasWrk, type HttpLoad, loadHttp } from "./http_load.ts";
import { delay, LOAD_CPU, SERVER_CPU } from "./program.ts";
import { serviceEnv } from "./service_env.ts";

const ROUNDS = 5;
const SECONDS = 2;
const WARM_UP_SECONDS = 1;
const CONNECTIONS = 32;
const AIM = 0.8;
const START_MS_MAX = 10_000;
const LOOK_MS = 50;

/**
 * Requests for the status a second, beside a bare `Deno.serve` that gives the same bytes: while the
 * cache is warm, and while the database is down and nothing was ever read from it.
 */
export async function measureStatus(dataDir: string): Promise<Figure[]> {
  const warm = await measureOne({
    env: serviceEnv(`${dataDir}/status`),
    source: "cache",
    name: "Status requests over HTTP",
  });
  const down = await measureOne({
    env: {
      ...serviceEnv(`${dataDir}/status_down`),
      DB_HOST: "127.0.0.1",
      // Nobody listens there.
      DB_PORT: String(findFreePort()),
    },
    source: "default",
    name: "Status requests while the database is down",
  });
  return [...warm, ...down];
}

interface StatusCase {
  readonly env: Readonly<Record<string, string>>;
  /** Where its answers come from. */
  readonly source: string;
  readonly name: string;
}

interface Measured extends HttpLoad {
  /** Responses by second of processor time. */
  readonly perCpuSecond: number;
}

async function measureOne({ env, source, name }: StatusCase): Promise<Figure[]> {
  const cpu = SERVER_CPU === undefined ? {} : { cpu: SERVER_CPU };
  await using status = await ServiceProcess.start({
    script: "status-worker/main.ts",
    env: { ...env, LOG_LEVEL: "INFO" },
    awaited: ["status-worker http", "status-worker ops"],
    ...cpu,
  });
  const url = urlOf(status.address("status-worker", "http"));
  await untilFrom(url, source);
  await using bare = await ServiceProcess.start({
    script: "tests/bench/bare_http.ts",
    args: [url],
    awaited: ["bare http"],
    ...cpu,
  });
  const bareUrl = urlOf(bare.address("bare", "http"));
  for (const address of [url, bareUrl]) {
    await loadHttp({ ...loadOf(address), seconds: WARM_UP_SECONDS });
  }
  const rounds: Round[] = [];
  const cpuRounds: Round[] = [];
  const latenciesMs: [status: number, bare: number][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const own = await measure(status, url);
    const other = await measure(bare, bareUrl);
    rounds.push({ value: own.perSecond, baseline: other.perSecond });
    cpuRounds.push({ value: own.perCpuSecond, baseline: other.perCpuSecond });
    latenciesMs.push([own.p99Ms, other.p99Ms]);
  }
  const best = (index: 0 | 1): string =>
    Math.min(...latenciesMs.map((pair) => pair[index])).toFixed(2);
  const text = { baseline: "bare Deno.serve", aim: AIM };
  return [
    figureOf({
      ...text,
      name,
      unit: "requests/s",
      notes: [
        `${CONNECTIONS} connections of ${hasWrk ? "wrk" : "a client of our own, for want of wrk"}`,
        `99 of 100 within ${best(0)} ms, of the baseline's within ${best(1)} ms, in the best round`,
      ],
    }, rounds),
    figureOf({
      ...text,
      name: "The same by processor time",
      unit: "requests/CPU s",
      notes: [],
    }, cpuRounds),
  ];
}

async function measure(server: ServiceProcess, url: string): Promise<Measured> {
  const startCpuS = await server.cpuSeconds() ?? NaN;
  const load = await loadHttp(loadOf(url));
  const cpuS = (await server.cpuSeconds() ?? NaN) - startCpuS;
  return { ...load, perCpuSecond: load.count / cpuS };
}

function loadOf(url: string): Parameters<typeof loadHttp>[0] {
  return { url, connections: CONNECTIONS, seconds: SECONDS, cpu: LOAD_CPU };
}

function urlOf({ hostname, port }: Address): string {
  return `http://${hostname}:${port}/api/server/status`;
}

/** Waits until the answers are what shall be measured. @throws Error where they do not become that */
async function untilFrom(url: string, source: string): Promise<void> {
  const giveUpAtMs = performance.now() + START_MS_MAX;
  while (performance.now() < giveUpAtMs) {
    const { _cache } = await (await fetch(url)).json();
    if (_cache.source === source) return;
    await delay(LOOK_MS);
  }
  throw new Error(`Cannot measure: ${url} does not answer from ${source}`);
}
