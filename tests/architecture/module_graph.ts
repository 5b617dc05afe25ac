import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { type ImportRef, readImports } from "./import_reader.ts";
import { type Comment, scanSource } from "./source_scanner.ts";

/** What a specifier leads to: a file of the tree, or a package or built-in module by its name. */
export type ImportTarget =
  | { readonly kind: "local"; readonly path: string }
  | { readonly kind: "npm" | "jsr" | "node" | "remote"; readonly name: string }
  /** A bare specifier that deno.json does not map, or a dynamic import's computed one. */
  | { readonly kind: "unknown"; readonly name: string };

/** A place in which a file names another, with what it leads to. */
export interface ModuleImport extends ImportRef {
  /** What the specifier leads to. */
  readonly target: ImportTarget;
  /** Counted from 1. */
  readonly line: number;
}

/** A TypeScript or JavaScript file. */
export interface Module {
  /** From the root, with slashes. */
  readonly path: string;
  /** As it stands in the file. */
  readonly text: string;
  /** The text with comments and literals blanked: see {@linkcode scanSource}. */
  readonly code: string;
  /** In the order of the text. */
  readonly comments: readonly Comment[];
  /** In the order of the text. */
  readonly imports: readonly ModuleImport[];
}

/** A repository as the rules see it. */
export interface SourceTree {
  /** The texts of all files by path; the empty text for those that are not read. */
  readonly sources: ReadonlyMap<string, string>;
  /** The TypeScript and JavaScript files by path. */
  readonly modules: ReadonlyMap<string, Module>;
  /** What deno.json says; empty where there is none. */
  readonly config: JsonObject;
}

/**
 * The modules of a repository and what they import.
 *
 * @param sources the texts of all its files by path from the root
 * @throws Error where deno.json is not JSON
 */
export function parseTree(sources: ReadonlyMap<string, string>): SourceTree {
  const config = readConfig(sources);
  const modules = new Map<string, Module>();
  for (const [path, text] of sources) {
    if (isModulePath(path)) modules.set(path, parseModule(path, text, config));
  }
  return { sources, modules, config };
}

/** Whether a file of that name is TypeScript or JavaScript. */
export function isModulePath(path: string): boolean {
  return /\.(?:ts|mts|js|mjs)$/.test(path);
}

/** Whether a file is a test, a benchmark, or something that only those use. */
export function isTestPath(path: string): boolean {
  return path.startsWith("tests/") || /_(?:test|bench)\.(?:ts|js)$/.test(path);
}

/** The line, counted from 1, in which an offset stands. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** The folder that browsers see as the root of the site. */
const WEB_ROOT = "game/web";

/** The path that a specifier in a file leads to, relative or, in a page, absolute. */
export function resolvePath(specifier: string, from: string): string {
  const isOfSite = specifier.startsWith("/") && from.startsWith(`${WEB_ROOT}/`);
  if (isOfSite) return resolvePath(`.${specifier}`, `${WEB_ROOT}/`);
  const { pathname } = new URL(specifier, `file:///${from}`);
  return decodeURIComponent(pathname.slice(1));
}

/** What is imported at run time, before the module itself runs: neither types nor lazily. */
export function isEager(ref: ImportRef): boolean {
  return !ref.isTypeOnly && (ref.kind === "import" || ref.kind === "export");
}

/**
 * The modules that come with a module at run time, itself among them, each with the module that
 * brought it in (undefined for the first).
 */
export function eagerClosure(tree: SourceTree, path: string): Map<string, string | undefined> {
  const reached = new Map<string, string | undefined>([[path, undefined]]);
  for (const from of reached.keys()) {
    for (const ref of tree.modules.get(from)?.imports ?? []) {
      if (ref.target.kind !== "local" || !isEager(ref) || reached.has(ref.target.path)) continue;
      reached.set(ref.target.path, from);
    }
  }
  return reached;
}

function parseModule(path: string, text: string, config: JsonObject): Module {
  const scanned = scanSource(text);
  const imports = readImports(text, scanned).map((ref): ModuleImport => ({
    ...ref,
    target: resolveRef(ref, path, config),
    line: lineAt(text, ref.start),
  }));
  return { path, text, ...scanned, imports };
}

function resolveRef(ref: ImportRef, from: string, config: JsonObject): ImportTarget {
  const { specifier, kind } = ref;
  if (specifier === undefined) return { kind: "unknown", name: "a computed specifier" };
  if (kind === "url" || /^\.{0,2}\//.test(specifier)) {
    return { kind: "local", path: resolvePath(specifier, from) };
  }
  return resolveExternal(specifier) ?? resolveBare(specifier, config);
}

/** What deno.json maps a bare specifier to. */
function resolveBare(specifier: string, config: JsonObject): ImportTarget {
  for (const [name, mapped] of Object.entries(tryJsonObject(config.imports) ?? {})) {
    const isNamed = specifier === name || specifier.startsWith(`${name.replace(/\/$/, "")}/`);
    if (!isNamed || typeof mapped !== "string") continue;
    if (!mapped.startsWith("./")) return resolveExternal(mapped) ?? { kind: "unknown", name };
    const rest = specifier.slice(name.length);
    return { kind: "local", path: resolvePath(mapped + rest, "deno.json") };
  }
  return { kind: "unknown", name: specifier };
}

function resolveExternal(specifier: string): ImportTarget | undefined {
  const scheme = /^(npm|jsr|node|https?|data|blob|file):/.exec(specifier)?.[1];
  if (scheme === undefined) return undefined;
  if (scheme !== "npm" && scheme !== "jsr" && scheme !== "node") {
    return { kind: "remote", name: specifier };
  }
  const name = /^\w+:\/?((?:@[^/]+\/)?[^/@]+)/.exec(specifier)?.[1] ?? specifier;
  return { kind: scheme, name: scheme === "node" ? specifier : name };
}

function readConfig(sources: ReadonlyMap<string, string>): JsonObject {
  const text = sources.get("deno.json");
  if (text === undefined) return {};
  const config = tryJsonObject(tryParseJson(text));
  if (config === undefined) throw new Error("Cannot read deno.json: not a JSON object");
  return config;
}
