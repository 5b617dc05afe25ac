/** What is rendered for Kubernetes, held against Kubernetes' own schemas. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { findAgonesProblems, isAgones } from "./agones_schema.ts";
import { ROOT } from "./compose_file.ts";
import {
  type KubernetesObject,
  OVERLAYS,
  parseObjects,
  renderOverlay,
  whyNoKustomize,
} from "./kubernetes_render.ts";
import { findSchemaProblems } from "./kubernetes_schemas.ts";

const FOLDERS = [...Object.values(OVERLAYS), "deploy/redis", "deploy/postgres", "deploy/nginx"];
/** What kustomize reads, and what it adds to an object. */
const NO_OBJECTS = ["kustomization.yaml", "name_references.yaml", "upload_container.yaml"];
const whyNot = await whyNoKustomize();

for (const folder of FOLDERS) {
  Deno.test({
    name: `Kubernetes' schemas know all that ${folder} renders${
      whyNot ? ` (skipped: ${whyNot})` : ""
    }`,
    ignore: whyNot !== undefined,
    fn: async () => {
      const objects = await renderOverlay(folder);
      assert(objects.length > 0);
      for (const object of objects) {
        assertEquals(findProblems(object), [], `${object.kind} ${object.name}`);
      }
    },
  });
}

Deno.test("Kubernetes' schemas know every object that is written here, before anything renders it", async () => {
  let count = 0;
  for await (const { path, objects } of readManifests()) {
    for (const object of objects) {
      assertEquals(findProblems(object), [], `${path}: ${object.kind} ${object.name}`);
      count++;
    }
  }
  assert(count > 40, `${count} objects`);
});

Deno.test("Kubernetes' schemas refuse a wrong type, a missing field and an unknown one", () => {
  const pod = (container: JsonObject): JsonObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "a", labels: { any: "label" } },
    spec: {
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels: { a: "b" } }, spec: { containers: [container] } },
    },
  });
  assertEquals(findSchemaProblems(pod({ name: "a", image: "b" })), []);
  assertMatch(findSchemaProblems(pod({ name: 1 })).join(), /containers\/0\/name.*"type":"string"/);
  assertMatch(findSchemaProblems(pod({ image: "b" })).join(), /"missingProperty":"name"/);
  assertEquals(findSchemaProblems(pod({ name: "a", readinesProbe: {} })), [
    "/spec/template/spec/containers/0/readinesProbe is unknown",
  ]);
  assertEquals(findSchemaProblems({ apiVersion: "v1", kind: "Pond" }), [
    "v1 Pond has no schema here",
  ]);
});

function findProblems(object: KubernetesObject): string[] {
  return isAgones(object) ? findAgonesProblems(object) : findSchemaProblems(object.fields);
}

/** Every file under deploy/ whose objects are whole: kustomizations and their patches are not. */
async function* readManifests(): AsyncGenerator<{ path: string; objects: KubernetesObject[] }> {
  for (
    const folder of ["kubernetes/base", "agones", "redis", "postgres", "nginx", "object_storage"]
  ) {
    for (const path of await listYaml(`deploy/${folder}`)) {
      yield { path, objects: parseObjects(await Deno.readTextFile(new URL(path, ROOT))) };
    }
  }
}

async function listYaml(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await listYaml(path));
    else if (name.endsWith(".yaml") && !NO_OBJECTS.includes(name)) paths.push(path);
  }
  return paths.toSorted();
}
