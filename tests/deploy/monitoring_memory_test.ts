/** The alert of much memory, held against the limits at which a service is killed. */
import { assert, assertEquals } from "@std/assert";
import { SERVICES } from "../../deploy/service_target.ts";
import { objectAt, textAt } from "../clients/json_fields.ts";
import { readComposeFile, ROOT } from "./compose_file.ts";
import { containersOf, parseObjects, workloadsOf } from "./kubernetes_render.ts";
import { readRules } from "./monitoring_files.ts";

const UNITS: Readonly<Record<string, number>> = {
  m: 1_048_576,
  g: 1_073_741_824,
  Mi: 1_048_576,
  Gi: 1_073_741_824,
};
/** What of its limit a service may have before somebody is told. */
const SHARE_MAX = 0.75;
const MANIFESTS = [
  ...["central/auth", "game/game", "entry/gateway", "central/matchmaker", "central/status_worker"]
    .map((name) => `deploy/kubernetes/base/${name}.yaml`),
  "deploy/agones/fleet.yaml",
];

interface Bound {
  readonly jobs: readonly string[];
  readonly isComposeOnly: boolean;
  readonly bytes: number;
}

function bytesOf(text: string): number {
  const [, count, unit = ""] = /^(\d+)(\w+)$/.exec(text) ?? [];
  return Number(count) * (UNITS[unit] ?? NaN);
}

async function readBounds(): Promise<Bound[]> {
  const alerts = await readRules("rules/alerts.yaml");
  const expr = alerts.find(({ name }) => name === "MemoryHigh")?.expr ?? "";
  const pattern = /^process_resident_memory_bytes\{job=~?"([^"]+)"(,namespace="")?\} > (\d+)$/;
  return expr.split(" or ").map((part) => {
    const [, jobs = "", namespace, bytes] = pattern.exec(part.trim()) ?? [];
    return {
      jobs: jobs.split("|"),
      isComposeOnly: namespace !== undefined,
      bytes: Number(bytes),
    };
  });
}

const bounds = await readBounds();

function boundOf(job: string, where: "kubernetes" | "compose"): number {
  const own = bounds.filter(({ jobs, isComposeOnly }) =>
    jobs.includes(job) && (where === "compose" || !isComposeOnly)
  );
  return Math.min(...own.map(({ bytes }) => bytes));
}

Deno.test("Prometheus' alert of much memory comes before a service's limit in Kubernetes", async () => {
  const seen = new Set<string>();
  for (const path of MANIFESTS) {
    const objects = parseObjects(await Deno.readTextFile(new URL(path, ROOT)));
    for (const workload of workloadsOf(objects)) {
      for (const container of containersOf(workload)) {
        const { name } = workload;
        seen.add(name);
        const limits = objectAt(objectAt(container, "resources"), "limits");
        assertEquals(boundOf(name, "kubernetes"), SHARE_MAX * bytesOf(textAt(limits, "memory")));
      }
    }
  }
  assertEquals([...seen].toSorted(), [...SERVICES].toSorted());
});

Deno.test("Prometheus' alert of much memory comes before a service's limit in compose", async () => {
  const { services } = await readComposeFile();
  for (const name of SERVICES) {
    const limit = bytesOf(textAt(services.get(name) ?? {}, "mem_limit"));
    assert(boundOf(name, "compose") <= SHARE_MAX * limit, `${name} may have ${limit}`);
  }
});
