import { validate as autoscaler } from "kubernetes-models/_schemas/IoK8sApiAutoscalingV2HorizontalPodAutoscaler";
import { validate as configMap } from "kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap";
import { validate as cronJob } from "kubernetes-models/_schemas/IoK8sApiBatchV1CronJob";
import { validate as deployment } from "kubernetes-models/_schemas/IoK8sApiAppsV1Deployment";
import { validate as disruptionBudget } from "kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget";
import { validate as namespace } from "kubernetes-models/_schemas/IoK8sApiCoreV1Namespace";
import { validate as networkPolicy } from "kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy";
import { validate as podTemplate } from "kubernetes-models/_schemas/IoK8sApiCoreV1PodTemplateSpec";
import { validate as service } from "kubernetes-models/_schemas/IoK8sApiCoreV1Service";
import { validate as serviceAccount } from "kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount";
import { validate as statefulSet } from "kubernetes-models/_schemas/IoK8sApiAppsV1StatefulSet";
import { validate as volumeClaim } from "kubernetes-models/_schemas/IoK8sApiCoreV1PersistentVolumeClaim";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";

/** A schema of Kubernetes, compiled: what it says against a value is in `errors` afterwards. */
interface Schema {
  (value: unknown): boolean;
  errors?: unknown;
}

/** The schemas by version and kind. */
const SCHEMAS: Readonly<Record<string, Schema>> = {
  "apps/v1 Deployment": deployment,
  "apps/v1 StatefulSet": statefulSet,
  "autoscaling/v2 HorizontalPodAutoscaler": autoscaler,
  "batch/v1 CronJob": cronJob,
  "networking.k8s.io/v1 NetworkPolicy": networkPolicy,
  "policy/v1 PodDisruptionBudget": disruptionBudget,
  "v1 ConfigMap": configMap,
  "v1 Namespace": namespace,
  "v1 PersistentVolumeClaim": volumeClaim,
  "v1 Service": service,
  "v1 ServiceAccount": serviceAccount,
};

/** What Kubernetes says against an object: wrong types, what is missing, and fields that it does not know. */
export function findSchemaProblems(object: JsonObject): string[] {
  const kind = `${object.apiVersion} ${object.kind}`;
  const schema = SCHEMAS[kind];
  return schema === undefined ? [`${kind} has no schema here`] : check(schema, object);
}

/** What Kubernetes says against the template of a pod. */
export function findPodProblems(template: JsonObject): string[] {
  return check(podTemplate, template);
}

function check(schema: Schema, value: JsonObject): string[] {
  const seen = new Map<object, Set<string>>();
  if (!schema(watch(value, seen))) return [JSON.stringify(schema.errors)];
  return findUnseen(value, { seen, path: "" });
}

/**
 * The value, noting which fields of it are looked at: Kubernetes' schemas do not refuse a field that they do
 * not know, as the cluster does with `--validate=strict`, they only never look at it.
 */
function watch<Value>(value: Value, seen: Map<object, Set<string>>): Value {
  if (typeof value !== "object" || value === null) return value;
  const fields = new Set<string>();
  seen.set(value, fields);
  return new Proxy(value, {
    get: (target, key, receiver) => {
      if (typeof key === "string") fields.add(key);
      return watchAgain(Reflect.get(target, key, receiver), seen);
    },
    // A map, such as that of labels: all its keys are asked for.
    ownKeys: (target) => {
      const keys = Reflect.ownKeys(target);
      for (const key of keys) fields.add(String(key));
      return keys;
    },
  });
}

function watchAgain<Value>(value: Value, seen: Map<object, Set<string>>): Value {
  if (typeof value !== "object" || value === null) return value;
  const before = seen.get(value);
  const watched = watch(value, seen);
  // A value may be looked at twice, by two parts of a schema.
  for (const field of before ?? []) seen.get(value)?.add(field);
  return watched;
}

function findUnseen(
  value: unknown,
  about: { readonly seen: ReadonlyMap<object, ReadonlySet<string>>; readonly path: string },
): string[] {
  const { seen, path } = about;
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => findUnseen(item, { seen, path: `${path}/${index}` }));
  }
  const object = tryJsonObject(value);
  const fields = object && seen.get(object);
  if (object === undefined || fields === undefined) return [];
  return Object.entries(object).flatMap(([name, inner]) =>
    fields.has(name)
      ? findUnseen(inner, { seen, path: `${path}/${name}` })
      : [`${path}/${name} is unknown`]
  );
}
