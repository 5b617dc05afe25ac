import { whyNoProgram } from "../brokers/broker_here.ts";

/** What a load found. */
export interface HttpLoad {
  /** Responses a second. */
  readonly perSecond: number;
  /** Milliseconds within which 99 of 100 responses came. */
  readonly p99Ms: number;
  /** Responses in all. */
  readonly count: number;
}

/** How a server is loaded. */
export interface HttpLoadOptions {
  /** What is asked for, again and again. */
  readonly url: string;
  /** Connections, each of which has one request under way. */
  readonly connections: number;
  /** For how long. */
  readonly seconds: number;
  /** The core that the load is pinned to; undefined: any. */
  readonly cpu: number | undefined;
}

/** Whether `wrk` is there, whose client costs a fraction of ours. */
export const hasWrk: boolean = await whyNoProgram("wrk") === undefined;

const DECODER = new TextDecoder();
const LATENCY_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 };

/** Loads a server with `wrk`, else with a client of our own. @throws Error where a response is no 200 */
export async function loadHttp(options: HttpLoadOptions): Promise<HttpLoad> {
  const { url, connections, seconds, cpu } = options;
  const words = hasWrk ? ["wrk", "-t1", `-c${connections}`, `-d${seconds}`, "--latency", url] : [
    Deno.execPath(),
    "run",
    "--quiet",
    "--allow-net",
    clientPath(),
    url,
    `${connections}`,
    `${seconds}`,
  ];
  const [command = "", ...args] = cpu === undefined ? words : ["taskset", "-c", `${cpu}`, ...words];
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const text = DECODER.decode(stdout);
  if (!success || text.includes("Non-2xx")) {
    throw new Error(`Cannot load ${url}: ${text}${DECODER.decode(stderr)}`);
  }
  return hasWrk ? parseWrk(text) : JSON.parse(text);
}

/** Reads what `wrk --latency` prints. @throws Error where it is something else */
export function parseWrk(text: string): HttpLoad {
  const [, p99, unit = ""] = /^\s+99%\s+([\d.]+)(us|ms|s) *$/m.exec(text) ?? [];
  const perSecond = Number(/^Requests\/sec:\s+([\d.]+)$/m.exec(text)?.[1]);
  const count = Number(/^\s+(\d+) requests in /m.exec(text)?.[1]);
  const p99Ms = Number(p99) * (LATENCY_MS[unit] ?? NaN);
  if (Number.isFinite(perSecond + count + p99Ms)) return { perSecond, p99Ms, count };
  throw new Error(`Cannot read what wrk says: ${text}`);
}

function clientPath(): string {
  return new URL("http_client.ts", import.meta.url).pathname;
}
