import { assert, assertEquals } from "@std/assert";
import { findLowPort } from "../brokers/low_port.ts";
import { listAt, objectAt, objectsAt, parseJsonObject } from "../clients/json_fields.ts";
import { eventually } from "../contract/eventually.ts";
import type { Address } from "../fuzz/service_process.ts";
import { MONITORING, RULE_FILES } from "./monitoring_files.ts";

const HOSTNAME = "127.0.0.1";

/** Where the services' metrics are, by job. */
export type ScrapeTargets = Readonly<
  Record<"auth" | "game" | "gateway" | "matchmaker" | "status-worker", Address>
>;

const PORTS: Readonly<Record<keyof ScrapeTargets, number>> = {
  auth: 8000,
  game: 8001,
  gateway: 8002,
  matchmaker: 8003,
  "status-worker": 8004,
};

/** Where alerts go, before who watches Alertmanager itself. */
const ALERTING = '- targets: ["alertmanager:9093"]';

/** The real Prometheus with the files that are deployed, in which only targets and periods are others. */
export class PrometheusProcess {
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(child: Deno.ChildProcess, folder: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.#url = url;
  }

  /**
   * Starts it and waits until it has scraped every job; of those that watch none is there.
   *
   * @param options `alertmanager`: where that listens, if anywhere; `upCount`: how many jobs answer, all
   * services by default
   * @throws Error where it does not
   */
  static async start(
    targets: ScrapeTargets,
    options: { readonly alertmanager?: string; readonly upCount?: number } = {},
  ): Promise<PrometheusProcess> {
    const { alertmanager, upCount = Object.keys(PORTS).length } = options;
    const folder = await Deno.makeTempDir({ prefix: "tanks-prometheus-" });
    await Deno.mkdir(`${folder}/rules`);
    for (const path of ["prometheus.yaml", ...RULE_FILES]) {
      const text = await Deno.readTextFile(new URL(path, MONITORING));
      const replaced = replaceTargets(path, text, targets);
      await Deno.writeTextFile(
        `${folder}/${path}`,
        hurry(
          alertmanager ? replaced.replace(ALERTING, `- targets: ["${alertmanager}"]`) : replaced,
        ),
      );
    }
    const port = findLowPort();
    const child = new Deno.Command("prometheus", {
      args: [
        ...[`--config.file=${folder}/prometheus.yaml`, `--storage.tsdb.path=${folder}/data`],
        ...[`--web.listen-address=${HOSTNAME}:${port}`, "--log.level=error"],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const prometheus = new PrometheusProcess(child, folder, `http://${HOSTNAME}:${port}`);
    try {
      await eventually(async () => {
        assertEquals((await prometheus.ask("up == 1")).length, upCount);
        assert((await prometheus.ask("up")).length >= Object.keys(PORTS).length);
      });
    } catch (error) {
      await prometheus.close();
      throw error;
    }
    return prometheus;
  }

  /** The values that a query has now, those left out that are no numbers. @throws Error for a bad query */
  async ask(query: string): Promise<number[]> {
    const url = `${this.#url}/api/v1/query?query=${encodeURIComponent(query)}`;
    const reply = parseJsonObject(await (await fetch(url)).text());
    if (reply.status !== "success") throw new Error(`${query}: ${reply.error}`);
    const values = objectsAt(objectAt(reply, "data"), "result").map((sample) =>
      Number(listAt(sample, "value")[1])
    );
    return values.filter(Number.isFinite);
  }

  /** Ends it and removes what it kept. */
  async close(): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function replaceTargets(path: string, text: string, targets: ScrapeTargets): string {
  if (path !== "prometheus.yaml") return text;
  let replaced = text;
  for (const [job, { hostname, port }] of Object.entries(targets)) {
    const from = `"${job}:${PORTS[job as keyof ScrapeTargets]}"`;
    assertEquals(replaced.split(from).length, 2, `${from} in ${path}`);
    replaced = replaced.replace(from, `"${hostname}:${port}"`);
  }
  return replaced;
}

function hurry(text: string): string {
  return text.replaceAll(/(interval|timeout): \d+s/g, "$1: 1s").replaceAll(/for: \d+m/g, "for: 1s");
}
