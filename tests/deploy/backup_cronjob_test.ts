/** The CronJobs that run the backup scripts, held against the scripts and against compose.yaml. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { listAt, objectAt, objectsAt, textAt } from "../clients/json_fields.ts";
import { readComposeFile, readYamlFile, ROOT } from "./compose_file.ts";
import {
  containersOf,
  OVERLAYS,
  renderOverlay,
  whyNoKustomize,
  workloadsOf,
} from "./kubernetes_render.ts";

/** The databases, and which of their variables a script cannot do without. */
const DATABASES = [
  { name: "redis", variables: ["REDIS_HOST", "REDIS_PORT", "REDISCLI_AUTH"] },
  {
    name: "postgres",
    variables: ["POSTGRES_ADDRESS", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD"],
  },
] as const;

for (const { name, variables } of DATABASES) {
  Deno.test(`The CronJob of ${name} runs its script on the image of compose.yaml`, async () => {
    const { pod, container } = await readCronJob(name);
    const compose = await readComposeFile();
    assertEquals(container.image, compose.services.get(name)?.image);
    const kustomization = await readYamlFile(`deploy/${name}/kustomization.yaml`);
    const [scripts] = objectsAt(kustomization, "configMapGenerator");
    assertEquals(listAt(kustomization, "resources"), ["backup_cronjob.yaml", "backup_volume.yaml"]);
    const [shell, path = ""] = listAt(container, "command").map(String);
    const mounts = new Map(
      objectsAt(container, "volumeMounts")
        .map((mount) => [textAt(mount, "name"), textAt(mount, "mountPath")]),
    );
    assertEquals([shell, path], ["sh", `${mounts.get("scripts")}/backup.sh`]);
    for (const file of listAt(scripts ?? {}, "files")) {
      assert((await Deno.stat(new URL(`deploy/${name}/${file}`, ROOT))).isFile);
    }
    const volumes = new Map(
      objectsAt(pod, "volumes").map((volume) => [textAt(volume, "name"), volume]),
    );
    assertEquals(objectAt(volumes.get("scripts") ?? {}, "configMap").name, scripts?.name);
    const claim = await readYamlFile(`deploy/${name}/backup_volume.yaml`);
    assertEquals(
      objectAt(volumes.get("backups") ?? {}, "persistentVolumeClaim").claimName,
      objectAt(claim, "metadata").name,
    );
    assertEquals([...mounts.keys()], [...volumes.keys()]);
  });

  Deno.test(`The CronJob of ${name} tells its script all that it asks for`, async () => {
    const { container } = await readCronJob(name);
    const given = new Map(
      objectsAt(container, "env").map((entry) => [textAt(entry, "name"), entry]),
    );
    assertEquals(
      [...given.keys()].toSorted(),
      [...variables, "BACKUP_DIR", "BACKUP_KEEP"].toSorted(),
    );
    const script = await Deno.readTextFile(new URL(`deploy/${name}/backup.sh`, ROOT));
    for (const variable of given.keys()) assert(script.includes(variable), variable);
    assertMatch(String(given.get("BACKUP_KEEP")?.value), /^[1-9]\d*$/);
    for (const [variable, entry] of given) {
      const isElsewhere = /AUTH|PASSWORD|_ADDRESS/.test(variable);
      assertEquals("valueFrom" in entry, isElsewhere, variable);
      assertEquals("value" in entry, !isElsewhere, variable);
    }
  });

  Deno.test(`The CronJob of ${name} has no more rights than it needs, and one runs at a time`, async () => {
    const { spec, pod, container } = await readCronJob(name);
    assertEquals(spec.concurrencyPolicy, "Forbid");
    assertMatch(textAt(spec, "schedule"), /^\d+ \S+ \* \* \*$/);
    assertEquals(pod.automountServiceAccountToken, false);
    assertEquals(objectAt(pod, "securityContext").runAsNonRoot, true);
    assertEquals(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    assert("memory" in objectAt(objectAt(container, "resources"), "limits"));
  });
}

const whyNoKubectl = await whyNoProgram("kubectl");
const whyNotRendered = await whyNoKustomize();

for (const { name } of DATABASES) {
  Deno.test({
    name: `kubectl renders deploy/${name}${whyNoKubectl ? ` (skipped: ${whyNoKubectl})` : ""}`,
    ignore: whyNoKubectl !== undefined,
    fn: async () => {
      const folder = new URL(`deploy/${name}`, ROOT).pathname;
      const kubectl = new Deno.Command("kubectl", { args: ["kustomize", folder] });
      const { success, stdout, stderr } = await kubectl.output();
      const [text, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assert(success, error);
      const kinds = [...text?.matchAll(/^kind: (\w+)$/gm) ?? []].map(([, kind]) => kind);
      assertEquals(kinds.toSorted(), ["ConfigMap", "CronJob", "PersistentVolumeClaim"]);
    },
  });
}

Deno.test({
  name: "The CronJob of postgres saves the database of the services, by their own configuration" +
    (whyNotRendered ? ` (skipped: ${whyNotRendered})` : ""),
  ignore: whyNotRendered !== undefined,
  fn: async () => {
    const workloads = workloadsOf(await renderOverlay(OVERLAYS.production));
    const [ofAuth, ofJob] = ["auth", "postgres-backup"].map((name) => {
      const containers = workloads.filter((one) => one.name === name).flatMap(containersOf);
      const variables = containers.flatMap((container) => objectsAt(container, "env"));
      const address = variables.find((variable) => variable.name === "POSTGRES_ADDRESS");
      const { name: config, key } = objectAt(
        objectAt(address ?? {}, "valueFrom"),
        "configMapKeyRef",
      );
      return { config, key };
    });
    assertMatch(String(ofJob?.config), /^tanks-config-/);
    assertEquals(ofJob, ofAuth);
  },
});

async function readCronJob(
  name: string,
): Promise<{ spec: JsonObject; pod: JsonObject; container: JsonObject }> {
  const job = await readYamlFile(`deploy/${name}/backup_cronjob.yaml`);
  assertEquals([job.apiVersion, job.kind], ["batch/v1", "CronJob"]);
  const spec = objectAt(job, "spec");
  const template = objectAt(objectAt(objectAt(spec, "jobTemplate"), "spec"), "template");
  const pod = objectAt(template, "spec");
  const [container] = objectsAt(pod, "containers");
  return { spec, pod, container: container ?? {} };
}
