import { tryJsonObject, tryParseJson } from "../core/json.ts";
import { runDeno } from "./run_deno.ts";

/** The files of the repository that a program consists of, as paths from its root. */
export interface ModuleFiles {
  /** Everything that is imported, texts and modules of Workers among them; sorted. */
  readonly all: readonly string[];
  /** The modules of Workers, which no import leads to; sorted. */
  readonly workers: readonly string[];
}

const WORKER = /\bnew\s+Worker\s*\(\s*new\s+URL\(\s*"([^"]+)"\s*,\s*import\.meta\.url\s*\)/g;

/**
 * Finds the files that a program consists of: what its entrypoint imports, the Workers that any of it
 * starts, and what those import.
 *
 * @param root the repository's folder, as a `file:` URL with a slash at its end
 * @throws Error where Deno cannot follow an import
 */
export async function findModuleFiles(main: string, root: URL): Promise<ModuleFiles> {
  const all = new Set<string>();
  const workers = new Set<string>();
  const queue = [main];
  for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
    for (const path of await findImported(entry, root)) {
      if (all.has(path)) continue;
      all.add(path);
      for (const worker of await findWorkers(path, root)) {
        if (workers.has(worker)) continue;
        workers.add(worker);
        queue.push(worker);
      }
    }
  }
  return { all: [...all].toSorted(), workers: [...workers].toSorted() };
}

/** Without what is imported for its types alone, which is not there when the program runs. */
async function findImported(entry: string, root: URL): Promise<string[]> {
  const result = await runDeno(["info", "--json", entry], { cwd: root });
  if (!result.success) throw new Error(`Cannot read what ${entry} imports: ${result.error}`);
  const { modules } = tryJsonObject(tryParseJson(result.output)) ?? {};
  const dependencies = new Map(
    toList(modules).map((module): [unknown, string[]] => {
      const { specifier, error, dependencies } = tryJsonObject(module) ?? {};
      if (error !== undefined) throw new Error(`Cannot read ${specifier}: ${error}`);
      return [specifier, toList(dependencies).flatMap((dependency) => codeOf(dependency))];
    }),
  );
  const seen = new Set<string>();
  const queue = [new URL(entry, root).href];
  for (let module = queue.pop(); module !== undefined; module = queue.pop()) {
    if (seen.has(module) || !module.startsWith(root.href)) continue;
    seen.add(module);
    queue.push(...dependencies.get(module) ?? []);
  }
  return [...seen].map((module) => module.slice(root.href.length));
}

function codeOf(dependency: unknown): string[] {
  const { specifier } = tryJsonObject(tryJsonObject(dependency)?.code) ?? {};
  return typeof specifier === "string" ? [specifier] : [];
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

async function findWorkers(path: string, root: URL): Promise<string[]> {
  if (!path.endsWith(".ts")) return [];
  const text = await Deno.readTextFile(new URL(path, root));
  return [...text.matchAll(WORKER)].map(([, name = ""]) =>
    new URL(name, new URL(path, root)).href.slice(root.href.length)
  );
}
