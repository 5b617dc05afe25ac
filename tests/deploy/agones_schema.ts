import { objectAt, objectsAt } from "../clients/json_fields.ts";
import type { KubernetesObject } from "./kubernetes_render.ts";
import { findPodProblems } from "./kubernetes_schemas.ts";
import type { JsonObject } from "../../core/json.ts";

/** The fields of a GameServer's `spec` that we use, of those that Agones documents. */
const SERVER_FIELDS = ["container", "ports", "health", "sdkServer", "template"];
const PORT_POLICIES = ["Static", "Dynamic", "Passthrough", "None"];

/** Whether a kind is one of Agones' own, of which there is no schema here. */
export function isAgones({ fields }: KubernetesObject): boolean {
  return /^(?:autoscaling\.)?agones\.dev\//.test(String(fields.apiVersion));
}

/**
 * What Agones' documentation says against an object of its kinds.
 *
 * @see https://agones.dev/site/docs/reference/
 */
export function findAgonesProblems({ kind, fields }: KubernetesObject): string[] {
  const spec = objectAt(fields, "spec");
  if (kind === "Fleet") return findFleetProblems(spec);
  if (kind === "FleetAutoscaler") return findAutoscalerProblems(spec);
  return [`${kind} is no kind of Agones that is known here`];
}

function findFleetProblems(spec: JsonObject): string[] {
  const server = objectAt(objectAt(spec, "template"), "spec");
  const pod = objectAt(server, "template");
  const names = objectsAt(objectAt(pod, "spec"), "containers").map(({ name }) => name);
  const problems = Object.keys(server).filter((name) => !SERVER_FIELDS.includes(name))
    .map((name) => `${name} is unknown`);
  for (const { name, container, portPolicy, protocol, ...port } of objectsAt(server, "ports")) {
    if (!names.includes(container ?? "")) problems.push(`${name}: no container ${container}`);
    if (!PORT_POLICIES.includes(String(portPolicy))) problems.push(`${name}: policy ${portPolicy}`);
    if (!/^(?:TCP|UDP|TCPUDP)$/.test(String(protocol))) problems.push(`${name}: ${protocol}`);
    if (!(Number(port.containerPort) > 0)) problems.push(`${name}: no port`);
    if (("hostPort" in port) !== (portPolicy === "Static")) problems.push(`${name}: hostPort`);
  }
  if (!names.includes(server.container ?? "")) problems.push(`no container ${server.container}`);
  if (spec.scheduling !== "Packed" && spec.scheduling !== "Distributed") {
    problems.push("scheduling");
  }
  return [...problems, ...findPodProblems(pod)];
}

function findAutoscalerProblems(spec: JsonObject): string[] {
  const { type, buffer } = objectAt(spec, "policy");
  const { bufferSize, minReplicas, maxReplicas } = objectAt({ buffer: buffer ?? null }, "buffer");
  const problems = Object.keys(spec).filter((name) =>
    !["fleetName", "policy", "sync"].includes(name)
  );
  if (type !== "Buffer") problems.push(`policy ${type}`);
  const isOrdered = Number(bufferSize) > 0 && Number(bufferSize) <= Number(minReplicas) &&
    Number(minReplicas) <= Number(maxReplicas);
  return isOrdered ? problems : [...problems, "the buffer's sizes are out of order"];
}
