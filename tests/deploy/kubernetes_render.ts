import { parseAllDocuments } from "yaml";
import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { objectAt, objectsAt, textAt } from "../clients/json_fields.ts";
import { ROOT } from "./compose_file.ts";

/** What can be applied. */
export const OVERLAYS = {
  dev: "deploy/kubernetes/overlays/dev",
  production: "deploy/kubernetes/overlays/production",
  central: "deploy/kubernetes/overlays/central",
  region: "deploy/kubernetes/overlays/region",
  agones: "deploy/agones",
} as const;

/** The name of one of {@linkcode OVERLAYS}. */
export type OverlayName = keyof typeof OVERLAYS;

/** An object as the cluster would be given it. */
export interface KubernetesObject {
  /** Such as `Deployment`. */
  readonly kind: string;
  /** Its name. */
  readonly name: string;
  /** All of it. */
  readonly fields: JsonObject;
}

/** Pods that somebody keeps running or runs now and then. */
export interface Workload extends KubernetesObject {
  /** The pods' labels. */
  readonly labels: JsonObject;
  /** The pods' `spec`. */
  readonly pod: JsonObject;
}

/** Why nothing can be rendered here: Debian 12's own kubectl has kustomize 2, which reads none of this. */
export async function whyNoKustomize(): Promise<string | undefined> {
  const missing = await whyNoProgram("kubectl");
  if (missing !== undefined) return missing;
  const { stdout } = await new Deno.Command("kubectl", {
    args: ["version", "--client", "--output=json"],
    stderr: "null",
  }).output();
  const version = tryJsonObject(tryParseJson(new TextDecoder().decode(stdout)))?.kustomizeVersion;
  return typeof version === "string" ? undefined : "kubectl is older than 1.24";
}

/** Renders a folder with kubectl. @throws Error with what it said against it, also where it only warned */
export async function renderOverlay(folder: string): Promise<KubernetesObject[]> {
  const { success, stdout, stderr } = await new Deno.Command("kubectl", {
    args: ["kustomize", new URL(folder, ROOT).pathname],
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (!success || said !== "") throw new Error(`Cannot render ${folder}: ${said}`);
  return parseObjects(new TextDecoder().decode(stdout));
}

/** The objects of a YAML text. @throws Error where a document in it is none */
export function parseObjects(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    const fields = tryJsonObject(document.toJS());
    if (document.errors.length > 0 || fields === undefined) throw new Error(`no object: ${text}`);
    return {
      kind: textAt(fields, "kind"),
      name: textAt(objectAt(fields, "metadata"), "name"),
      fields,
    };
  });
}

/** Those that make pods. */
export function workloadsOf(objects: readonly KubernetesObject[]): Workload[] {
  return objects.flatMap((object) => {
    const template = podTemplate(object);
    if (template === undefined) return [];
    const labels = objectAt(objectAt(template, "metadata"), "labels");
    return [{ ...object, labels, pod: objectAt(template, "spec") }];
  });
}

/** The containers of a workload's pods. */
export function containersOf({ pod }: Workload): JsonObject[] {
  return objectsAt(pod, "containers");
}

/** The ports of a workload's containers by name; of a Fleet also those that Agones adds. */
export function portsOf(workload: Workload): Map<string, number> {
  const { kind, fields } = workload;
  const ports = containersOf(workload).flatMap((container) =>
    "ports" in container ? objectsAt(container, "ports") : []
  );
  if (kind === "Fleet") {
    const server = objectAt(objectAt(fields, "spec"), "template");
    ports.push(...objectsAt(objectAt(server, "spec"), "ports"));
  }
  return new Map(ports.map((port) => [textAt(port, "name"), Number(port.containerPort)]));
}

/** Whether labels are those that a selector asks for. */
export function selects(selector: JsonObject, labels: JsonObject): boolean {
  const equal = "matchLabels" in selector || "matchExpressions" in selector
    ? tryJsonObject(selector.matchLabels) ?? {}
    : selector;
  const expressions = "matchExpressions" in selector ? objectsAt(selector, "matchExpressions") : [];
  return Object.entries(equal).every(([key, value]) => labels[key] === value) &&
    expressions.every(({ key, operator, values }) =>
      operator === "In" && Array.isArray(values) && values.includes(labels[String(key)] ?? "")
    );
}

function podTemplate({ kind, fields }: KubernetesObject): JsonObject | undefined {
  switch (kind) {
    case "Deployment":
    case "StatefulSet":
      return objectAt(objectAt(fields, "spec"), "template");
    case "CronJob": {
      const job = objectAt(objectAt(fields, "spec"), "jobTemplate");
      return objectAt(objectAt(job, "spec"), "template");
    }
    case "Fleet": {
      const server = objectAt(objectAt(fields, "spec"), "template");
      return objectAt(objectAt(server, "spec"), "template");
    }
    default:
      return undefined;
  }
}
