import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { type MysqlVariables, runMysql } from "../brokers/mariadb_broker.ts";
import { type Address, ServiceProcess } from "../fuzz/service_process.ts";

/** Where visitors ask. */
export const STATUS_PATH = "/api/server/status";

const REQUEST_DEADLINE_MS = 20_000;

/** What came back. */
export interface StatusReply {
  /** The status code. */
  readonly status: number;
  /** The body, where it is a JSON object, else an empty one. */
  readonly body: JsonObject;
  /** The body as it came. */
  readonly text: string;
  /** What the answer says of where it came from. */
  readonly source: unknown;
}

/** A status worker, or a process with one in it, on free ports and in a folder of its own. */
export class StatusProcess {
  readonly #process: ServiceProcess;
  readonly #dataDir: string;

  private constructor(process: ServiceProcess, dataDir: string) {
    this.#process = process;
    this.#dataDir = dataDir;
  }

  /** Starts one; `script` is the status worker alone by default. */
  static async start(
    env: Readonly<Record<string, string>>,
    script = "status-worker/main.ts",
  ): Promise<StatusProcess> {
    const dataDir = await Deno.makeTempDir({ prefix: "tanks-status-" });
    const process = await ServiceProcess.start({
      script,
      env: {
        DATA_DIR: dataDir,
        LISTEN_HOST: "127.0.0.1",
        LOG_FORMAT: "json",
        STATUS_HTTP_PORT: "0",
        STATUS_OPS_PORT: "0",
        ...env,
      },
      awaited: ["status-worker http", "status-worker ops"],
    });
    return new StatusProcess(process, dataDir);
  }

  /** Asks over HTTP. */
  async get(path = STATUS_PATH): Promise<StatusReply> {
    const { hostname, port } = this.#process.address("status-worker", "http");
    const signal = AbortSignal.timeout(REQUEST_DEADLINE_MS);
    const response = await fetch(`http://${hostname}:${port}${path}`, { signal });
    const text = await response.text();
    const body = tryJsonObject(tryParseJson(text)) ?? {};
    return { status: response.status, body, text, source: tryJsonObject(body._cache)?.source };
  }

  /** The value of a metric with its labels as printed; NaN where there is none. */
  async metric(name: string): Promise<number> {
    return (await this.#process.metrics("status-worker")).get(name) ?? NaN;
  }

  /** Where another service of the same process listens. @throws Error where it does not */
  address(service: string, name: string): Address {
    return this.#process.address(service, name);
  }

  /** What it logged under the name of an event. */
  logged(event: string): readonly JsonObject[] {
    return this.#process.logLines
      .map((line) => tryJsonObject(tryParseJson(line)) ?? {})
      .filter((entry) => entry.event === event);
  }

  /** Ends it as a crash would. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** Ends it and removes what it kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
    await Deno.remove(this.#dataDir, { recursive: true });
  }
}

/** How many times the server was asked to select something, by its own count. */
export async function countSelects(variables: MysqlVariables): Promise<number> {
  const [line = ""] = await runMysql(variables, "SHOW GLOBAL STATUS LIKE 'Com_select'");
  return Number(line.split("\t")[1] ?? NaN);
}

/** Sends `count` requests, `atOnce` at a time, to processes in turn, and counts sources of answers. */
export async function askMany(
  processes: readonly StatusProcess[],
  options: { readonly count: number; readonly atOnce: number },
): Promise<ReadonlyMap<unknown, number>> {
  const sources = new Map<unknown, number>();
  let sent = 0;
  const visit = async (): Promise<void> => {
    while (sent < options.count) {
      const { source } = await processes[sent++ % processes.length]?.get() ?? {};
      sources.set(source, (sources.get(source) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, visit));
  return sources;
}

/** Sends one command to a Redis, in words without spaces, and gives the first line of its reply. */
export async function askRedis(port: number, ...words: readonly string[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(`${words.join(" ")}\r\n`));
  const buffer = new Uint8Array(1_024);
  const count = await connection.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0)).split("\r\n")[0] ?? "";
}
