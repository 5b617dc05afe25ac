import type { JsonObject } from "../../core/json.ts";
import { objectAt, objectsAt, parseJsonObject, textAt } from "../clients/json_fields.ts";
import { readYamlFile, ROOT } from "./compose_file.ts";

/** The folder that is deployed. */
export const MONITORING = new URL("deploy/monitoring/", ROOT);

/** The dashboards, by the names of their files. */
export const DASHBOARDS = ["players", "tick", "network", "auth", "brokers", "status"] as const;

/** The files of rules. */
export const RULE_FILES = ["rules/recordings.yaml", "rules/alerts.yaml"] as const;

/** Something that is asked of Prometheus. */
export interface MonitoringQuery {
  /** Who asks. */
  readonly where: string;
  /** In Prometheus' language, with nothing left to fill in. */
  readonly expr: string;
}

/** A rule of Prometheus. */
export interface Rule {
  /** The metric that it records, or the alert that it raises. */
  readonly name: string;
  /** When it fires or what it records. */
  readonly expr: string;
  /** All of it. */
  readonly fields: JsonObject;
}

/** Reads a YAML file of the folder. @throws Error where it is no map */
export function readMonitoringYaml(path: string): Promise<JsonObject> {
  return readYamlFile(`deploy/monitoring/${path}`);
}

/** Reads a dashboard. */
export async function readDashboard(name: string): Promise<JsonObject> {
  const url = new URL(`grafana/dashboards/${name}.json`, MONITORING);
  return parseJsonObject(await Deno.readTextFile(url));
}

/** All rules of a file. */
export async function readRules(path: string): Promise<Rule[]> {
  const file = await readMonitoringYaml(path);
  return objectsAt(file, "groups").flatMap((group) => objectsAt(group, "rules")).map((fields) => ({
    name: textAt(fields, "alert" in fields ? "alert" : "record"),
    expr: textAt(fields, "expr"),
    fields,
  }));
}

/** Every query of every dashboard to Prometheus, over the last minute. */
export async function dashboardQueries(): Promise<MonitoringQuery[]> {
  const queries: MonitoringQuery[] = [];
  for (const name of DASHBOARDS) {
    for (const panel of objectsAt(await readDashboard(name), "panels")) {
      for (const target of objectsAt(panel, "targets")) {
        if (objectAt(target, "datasource").type !== "prometheus") continue;
        const expr = textAt(target, "expr").replaceAll("$__rate_interval", "1m");
        queries.push({ where: `${name}: ${textAt(panel, "title")}`, expr });
      }
    }
  }
  return queries;
}

/**
 * Every query of every rule. An alert has data only in trouble: of it, what is compared to its bound, in
 * each part that `and`, `or` or `unless` joins.
 */
export async function ruleQueries(): Promise<MonitoringQuery[]> {
  const queries: MonitoringQuery[] = [];
  for (const path of RULE_FILES) {
    for (const { name, expr } of await readRules(path)) {
      if (path === "rules/recordings.yaml") queries.push({ where: name, expr });
      else for (const part of comparedParts(name, expr)) queries.push({ where: name, expr: part });
    }
  }
  return queries;
}

function comparedParts(name: string, expr: string): string[] {
  return expr.split(/ (?:and|or|unless) (?:on \(\w+\) )?/).map((part) => {
    const compared = /^(.+) (?:==|!=|>=?|<=?) [\d.e+]+$/.exec(part)?.[1];
    if (compared === undefined) throw new Error(`${name} compares nothing: ${part}`);
    return compared;
  });
}
