import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { listAt, objectAt } from "../clients/json_fields.ts";

/** The event of the line that the probe writes. */
export const PROBED_EVENT = "probed";

/** What a probe found that it may do. */
export interface ProbeReport {
  /** How each attempt ended, by its name: `allowed`, or the name of an error. */
  readonly outcomes: Readonly<Record<string, string>>;
  /** Hosts of others from which code may be loaded. */
  readonly importable: readonly string[];
  /** The variables that it can see. */
  readonly variables: readonly string[];
}

/** What a line of a process' output says, where the probe wrote it. */
export function tryProbeReport(line: string): ProbeReport | undefined {
  const entry = tryJsonObject(tryParseJson(line));
  return entry?.event === PROBED_EVENT ? toProbeReport(entry) : undefined;
}

/** Reads what the probe wrote. @throws Error where it did not */
export function toProbeReport(entry: JsonObject): ProbeReport {
  const outcomes = Object.entries(objectAt(entry, "outcomes"));
  return {
    outcomes: Object.fromEntries(outcomes.map(([name, outcome]) => [name, String(outcome)])),
    importable: listAt(entry, "importable").map(String),
    variables: listAt(entry, "variables").map(String),
  };
}

/** The attempts that Deno did not refuse for want of a right, sorted. */
export function notRefused({ outcomes }: ProbeReport): string[] {
  // `PermissionDenied`, which the system says too, is Deno's word for a Worker that wants more.
  const isRefused = (name: string): boolean =>
    outcomes[name] === "NotCapable" ||
    (name === "raise_rights" && outcomes[name] === "PermissionDenied");
  return Object.keys(outcomes).filter((name) => !isRefused(name)).toSorted();
}
