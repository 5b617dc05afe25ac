/** Who says how many pods there are: whoever applies the manifests, or an autoscaler. */
import { assertEquals } from "@std/assert";
import { objectAt, textAt } from "../clients/json_fields.ts";
import {
  type KubernetesObject,
  type OverlayName,
  OVERLAYS,
  renderOverlay,
  whyNoKustomize,
  workloadsOf,
} from "./kubernetes_render.ts";

const whyNot = await whyNoKustomize();
const ignore = whyNot !== undefined;

/** How many there are at least of what an autoscaler scales. */
const SCALED: Readonly<Record<OverlayName, Readonly<Record<string, number>>>> = {
  dev: {},
  production: { auth: 2, gateway: 2, game: 3 },
  central: { auth: 2, gateway: 2 },
  region: { gateway: 2, game: 2 },
  agones: { gateway: 2, game: 2 },
};

for (const [overlay, scaled] of Object.entries(SCALED)) {
  Deno.test({
    name:
      `Kubernetes' overlay ${overlay} leaves to autoscalers how many there are, once applied again`,
    ignore,
    fn: async () => {
      const objects = await renderOverlay(OVERLAYS[overlay as OverlayName]);
      const minimums = objects.flatMap(minimumOf);
      assertEquals(Object.fromEntries(minimums), { ...scaled });
      for (const { kind, name, fields } of workloadsOf(objects)) {
        if (kind === "CronJob") continue;
        const isFixed = "replicas" in objectAt(fields, "spec");
        assertEquals(isFixed, !(name in scaled), `${kind} ${name}`);
      }
    },
  });
}

Deno.test({
  name: "Kubernetes' overlay dev has one of each",
  ignore,
  fn: async () => {
    for (const { kind, name, fields } of workloadsOf(await renderOverlay(OVERLAYS.dev))) {
      assertEquals(objectAt(fields, "spec").replicas, 1, `${kind} ${name}`);
    }
  },
});

function minimumOf({ kind, fields }: KubernetesObject): [name: string, min: number][] {
  const spec = "spec" in fields ? objectAt(fields, "spec") : {};
  switch (kind) {
    case "HorizontalPodAutoscaler":
      return [[textAt(objectAt(spec, "scaleTargetRef"), "name"), Number(spec.minReplicas)]];
    case "FleetAutoscaler": {
      const buffer = objectAt(objectAt(spec, "policy"), "buffer");
      return [[textAt(spec, "fleetName"), Number(buffer.minReplicas)]];
    }
    default:
      return [];
  }
}
