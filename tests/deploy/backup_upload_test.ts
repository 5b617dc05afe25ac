/** Backups in object storage: rclone takes them to a server of its own, over WebDAV. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { findLowPort } from "../brokers/low_port.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { ServerProcess } from "../brokers/server_process.ts";
import { objectAt, objectsAt } from "../clients/json_fields.ts";
import { runScript, type ScriptResult } from "./backup_script.ts";
import { ROOT } from "./compose_file.ts";
import { containersOf, renderOverlay, whyNoKustomize, workloadsOf } from "./kubernetes_render.ts";
import { findSchemaProblems } from "./kubernetes_schemas.ts";

const whyNot = await whyNoProgram("rclone");
const whyNoKubectl = await whyNoKustomize();
const NAMES = ["postgres-20260101T000000Z.dump", "redis-20260101T000000Z.rdb"];

brokerTest(
  "Whole backups go to object storage, stay as they were there, and a failure is seen",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const [here, there] = [await makeFolder(opened), await makeFolder(opened)];
    for (const name of [...NAMES, "redis-20260102T000000Z.rdb.partial", "notes"]) {
      await Deno.writeTextFile(`${here}/${name}`, `what ${name} holds`);
    }
    const { url, server } = await serve(there, opened);
    const first = await upload(here, url);
    assertEquals([first.code, first.output], [0, "backups:tanks"], first.error);
    assertEquals(await list(`${there}/tanks`), NAMES);
    const [name = ""] = NAMES;
    assertEquals(await Deno.readTextFile(`${there}/tanks/${name}`), `what ${name} holds`);

    // Here the oldest goes; there it stays.
    await Deno.remove(`${here}/${name}`);
    await Deno.writeTextFile(`${here}/redis-20260103T000000Z.rdb`, "new");
    assertEquals((await upload(here, url)).code, 0);
    assertEquals(await list(`${there}/tanks`), [...NAMES, "redis-20260103T000000Z.rdb"]);

    await Deno.writeTextFile(`${there}/tanks/${NAMES[1]}`, "not what was saved");
    const changed = await upload(here, url);
    assert(changed.code !== 0);
    assertStringIncludes(changed.error, "immutable");
    assertEquals(await Deno.readTextFile(`${there}/tanks/${NAMES[1]}`), "not what was saved");
    await server.kill();
    assert((await upload(here, url)).code !== 0);
    assert((await runScript("object_storage/upload.sh", { env: {} })).code !== 0);
  },
);

Deno.test({
  name: "Kubernetes' CronJobs make a backup first and take it away then, with no more rights" +
    (whyNoKubectl ? ` (skipped: ${whyNoKubectl})` : ""),
  ignore: whyNoKubectl !== undefined,
  fn: async () => {
    await using opened = new AsyncDisposableStack();
    const folder = await makeFolder(opened);
    const deploy = `${"../".repeat(folder.split("/").length - 1)}${ROOT.pathname.slice(1)}deploy`;
    await Deno.writeTextFile(
      `${folder}/kustomization.yaml`,
      JSON.stringify({
        apiVersion: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        resources: [`${deploy}/redis`, `${deploy}/postgres`],
        components: [`${deploy}/object_storage`],
      }),
    );
    const objects = await renderOverlay(folder);
    for (const { kind, name, fields } of objects) {
      assertEquals(findSchemaProblems(fields), [], `${kind} ${name}`);
    }
    const jobs = workloadsOf(objects);
    assertEquals(jobs.map(({ name }) => name), ["postgres-backup", "redis-backup"]);
    for (const job of jobs) {
      const [first] = objectsAt(job.pod, "initContainers");
      assertEquals(first?.command, ["sh", "/scripts/backup.sh"]);
      const [second] = containersOf(job);
      assertEquals(second?.command, ["sh", "/upload/upload.sh"]);
      assertEquals(second?.securityContext, first?.securityContext);
      const volumes = objectsAt(job.pod, "volumes").map(({ name }) => name);
      for (const { name } of objectsAt(second ?? {}, "volumeMounts")) {
        assert(volumes.includes(name ?? ""), String(name));
      }
      const script = objectsAt(job.pod, "volumes").find(({ name }) => name === "upload") ?? {};
      const { name } = objectAt(script, "configMap");
      assert(objects.some((one) => one.kind === "ConfigMap" && one.name === name), String(name));
    }
  },
});

async function serve(
  folder: string,
  opened: AsyncDisposableStack,
): Promise<{ url: string; server: ServerProcess }> {
  const address = `127.0.0.1:${findLowPort()}`;
  const server = await ServerProcess.start({
    command: "rclone",
    args: ["--config=", "serve", "webdav", "--dir-cache-time=0s", "--addr", address, folder],
    owner: undefined,
    readyPattern: /Serving on|WebDav Server started/i,
  });
  opened.defer(() => server.kill());
  return { url: `http://${address}`, server };
}

function upload(folder: string, url: string): Promise<ScriptResult> {
  return runScript("object_storage/upload.sh", {
    env: {
      BACKUP_DIR: folder,
      BACKUP_REMOTE: "backups:tanks",
      RCLONE_CONFIG_BACKUPS_TYPE: "webdav",
      RCLONE_CONFIG_BACKUPS_VENDOR: "other",
      RCLONE_CONFIG_BACKUPS_URL: url,
    },
  });
}

async function makeFolder(opened: AsyncDisposableStack): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tanks-upload-" });
  opened.defer(() => Deno.remove(folder, { recursive: true }));
  return folder;
}

async function list(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).toSorted();
}
