import type { Env, Variable } from "./config.ts";

/**
 * The settings that `parse` reads, in the order in which it first reads each.
 *
 * @param samples values of variables without which others would not be read
 */
export function listVariables(
  parse: (env: Env) => unknown,
  samples: ReadonlyMap<string, string> = new Map(),
): Variable[] {
  const found = new Map<string, Variable>();
  parse({
    get: (name) => samples.get(name),
    declare: (variable) => {
      if (!found.has(variable.name)) found.set(variable.name, variable);
    },
  });
  return [...found.values()];
}

/** A line for each setting: its name, its default, and what it may be. */
export function describeVariables(variables: readonly Variable[]): string[] {
  const rows = variables.map(({ name, rule, fallback }) => [name, fallback ?? "-", rule] as const);
  const widthOf = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => row[column].length));
  const [nameWidth, fallbackWidth] = [widthOf(0), widthOf(1)];
  return rows.map(([name, fallback, rule]) =>
    `${name.padEnd(nameWidth)}  ${fallback.padEnd(fallbackWidth)}  ${rule}`
  );
}
