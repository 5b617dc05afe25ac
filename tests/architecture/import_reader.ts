import type { ScannedSource } from "./source_scanner.ts";

/**
 * How a file names another: `import` for a static import or a types comment, `export` for a re-export,
 * `dynamic` for a call of `import()`, `url` for `new URL("…", import.meta.url)`.
 */
export type ImportKind = "import" | "export" | "dynamic" | "url";

/** One place in which a file names another. */
export interface ImportRef {
  /** How it names it. */
  readonly kind: ImportKind;
  /** The specifier as written; undefined where a dynamic import computes it. */
  readonly specifier: string | undefined;
  /** Whether nothing but types comes through it, so that it is gone at run time. */
  readonly isTypeOnly: boolean;
  /** Where the statement starts, in UTF-16 code units from the start of the file. */
  readonly start: number;
  /** Where it ends, after the specifier. */
  readonly end: number;
}

// All of them run over code with its literals blanked, hence the `[^"']*` between quotes.
const STRING = String.raw`(?:"[^"\n]*"|'[^'\n]*')`;
const NAMED_IMPORT = new RegExp(
  String.raw`(?<![.\w$])import\b(?<clause>[^"'();=.]*?\bfrom\b\s*|\s*)(?<string>${STRING})`,
  "g",
);
const RE_EXPORT = new RegExp(
  String.raw`(?<![.\w$])export\b(?<clause>\s*(?:type\b\s*)?` +
    String.raw`(?:\*[^"'();={}]*|\{[^}]*\}\s*)\bfrom\b\s*)(?<string>${STRING})`,
  "g",
);
const DYNAMIC_IMPORT = new RegExp(
  String.raw`(?<![.\w$])import\s*\(\s*(?:(?<string>${STRING})(?=\s*[,)]))?`,
  "g",
);
const MODULE_URL = new RegExp(
  String.raw`(?<![.\w$])new\s+URL\s*\(\s*(?<string>${STRING})(?=\s*,\s*import\.meta\.url\b)`,
  "g",
);
const TYPES_COMMENT =
  /@(?:ts-)?types\s*=\s*["']([^"'\n]+)["']|<reference\s+(?:types|path)\s*=\s*["']([^"'\n]+)["']/;

/** Every place in which the file names another, in the order in which they stand there. */
export function readImports(text: string, scanned: ScannedSource): ImportRef[] {
  const { code, comments } = scanned;
  const refs: ImportRef[] = [];
  const collect = (pattern: RegExp, kind: ImportKind): void => {
    for (const match of code.matchAll(pattern)) {
      const { string, clause = "" } = match.groups ?? {};
      const end = match.index + match[0].length;
      // A file's blanked literal has the length of the real one: the specifier is read from the text.
      const specifier = string === undefined
        ? undefined
        : text.slice(end - string.length + 1, end - 1);
      refs.push({ kind, specifier, isTypeOnly: isTypeClause(clause), start: match.index, end });
    }
  };
  collect(NAMED_IMPORT, "import");
  collect(RE_EXPORT, "export");
  collect(DYNAMIC_IMPORT, "dynamic");
  collect(MODULE_URL, "url");
  for (const comment of comments) {
    const match = TYPES_COMMENT.exec(comment.text);
    const specifier = match?.[1] ?? match?.[2];
    if (specifier === undefined) continue;
    const end = comment.offset + comment.text.length;
    refs.push({ kind: "import", specifier, isTypeOnly: true, start: comment.offset, end });
  }
  return refs.toSorted((a, b) => a.start - b.start);
}

/** Whether an import clause, such as `type A, { type B }`, brings in nothing but types. */
function isTypeClause(clause: string): boolean {
  if (/^\s*type\s+(?!from\b)/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}/.exec(clause)?.[1]?.split(",").filter((name) =>
    name.trim() !== ""
  );
  if (names === undefined || names.length === 0) return false;
  return names.every((name) => /^\s*type\s+(?!as\b|$)/.test(name));
}
