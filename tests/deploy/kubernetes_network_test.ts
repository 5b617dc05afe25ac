/** Who reaches whom in Kubernetes, in all that can be applied. */
import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { objectAt, objectsAt, textAt } from "../clients/json_fields.ts";
import {
  containersOf,
  type KubernetesObject,
  OVERLAYS,
  renderOverlay,
  selects,
  whyNoKustomize,
  workloadsOf,
} from "./kubernetes_render.ts";

const whyNot = await whyNoKustomize();
const ignore = whyNot !== undefined;
/** Where PostgreSQL may be: it is a provider's or an operator's. */
const PRIVATE_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

Deno.test({
  name: "Kubernetes' jobs that save databases reach them, and names, and nothing else",
  ignore,
  fn: async () => {
    const policies = policiesOf(await renderOverlay(OVERLAYS.production));
    const names = '[{"port":53,"protocol":"UDP"},{"port":53,"protocol":"TCP"}]';
    const expected = {
      "postgres-backup": [`${PRIVATE_NETWORKS} [{"port":5432}]`, `pods or namespaces ${names}`],
      "redis-backup": ['pods or namespaces [{"port":6379}]', `pods or namespaces ${names}`],
    };
    for (const [name, rules] of Object.entries(expected)) {
      const labels = {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": "tanks-blitz",
      };
      const own = policies.filter((spec) => selects(objectAt(spec, "podSelector"), labels))
        .flatMap((spec) => "egress" in spec ? objectsAt(spec, "egress") : []);
      assertEquals(own.map(describeRule).toSorted(), rules.toSorted(), name);
    }
  },
});

Deno.test({
  name: "Kubernetes' network names only ports that the pods' own containers have",
  ignore,
  fn: async () => {
    let count = 0;
    for (const folder of Object.values(OVERLAYS)) {
      const objects = await renderOverlay(folder);
      const workloads = workloadsOf(objects);
      for (const spec of policiesOf(objects)) {
        const behind = workloads.filter(({ labels }) =>
          selects(objectAt(spec, "podSelector"), labels)
        );
        for (const port of ingressPortsOf(spec)) {
          for (const workload of behind) {
            // Not those that Agones adds: it gives them no name.
            const names = containersOf(workload).flatMap((container) =>
              "ports" in container ? objectsAt(container, "ports").map(({ name }) => name) : []
            );
            const isThere = typeof port === "number" || names.includes(port);
            assert(isThere, `${folder}: ${workload.name} has no port ${port}`);
            count++;
          }
        }
      }
    }
    assert(count > 50, `${count} ports`);
  },
});

Deno.test({
  name: "Kubernetes' services spread connections over their pods, whoever hands them on",
  ignore,
  fn: async () => {
    for (const folder of Object.values(OVERLAYS)) {
      for (const { kind, name, fields } of await renderOverlay(folder)) {
        if (kind !== "Service") continue;
        // TCP comes from nginx alone, so by address each nginx would know one server.
        assertEquals("sessionAffinity" in objectAt(fields, "spec"), false, `${folder}: ${name}`);
      }
    }
  },
});

function policiesOf(objects: readonly KubernetesObject[]): JsonObject[] {
  return objects.filter(({ kind }) => kind === "NetworkPolicy")
    .map(({ fields }) => objectAt(fields, "spec"));
}

function ingressPortsOf(spec: JsonObject): (string | number)[] {
  if (!("ingress" in spec)) return [];
  return objectsAt(spec, "ingress").flatMap((rule) =>
    objectsAt(rule, "ports").map(({ port }) => typeof port === "number" ? port : String(port))
  );
}

function describeRule(rule: JsonObject): string {
  const networks = objectsAt(rule, "to").flatMap((peer) =>
    "ipBlock" in peer ? [textAt(objectAt(peer, "ipBlock"), "cidr")] : []
  );
  const to = networks.length > 0 ? networks.toString() : "pods or namespaces";
  return `${to} ${JSON.stringify(rule.ports)}`;
}
