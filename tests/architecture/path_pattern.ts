/**
 * Patterns for paths from the root: `**` stands for any folders, `*` for anything but a slash,
 * `{a,b}` for either.
 */
export type PathPattern = string;

const compiled = new Map<PathPattern, RegExp>();

/** Whether the path matches at least one of the patterns as a whole. */
export function matchesAny(path: string, patterns: readonly PathPattern[]): boolean {
  return patterns.some((pattern) => compilePattern(pattern).test(path));
}

/** The patterns, each word of `{a,b}` taken alone, that match none of the paths. */
export function stalePatterns(
  paths: readonly string[],
  patterns: readonly PathPattern[],
): PathPattern[] {
  return patterns.flatMap(expandWords)
    .filter((pattern) => !paths.some((path) => matchesAny(path, [pattern])));
}

function expandWords(pattern: PathPattern): PathPattern[] {
  const [, before = "", words, after = ""] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(pattern) ?? [];
  if (words === undefined) return [pattern];
  return words.split(",").flatMap((word) => expandWords(`${before}${word}${after}`));
}

function compilePattern(pattern: PathPattern): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const source = pattern
    .replaceAll(/[.+^$()|[\]\\]/g, "\\$&")
    .replaceAll(/\*\*\/|\*\*|\*|\{([^}]*)\}/g, (part: string, words?: string) => {
      if (words !== undefined) return `(?:${words.replaceAll(",", "|")})`;
      if (part === "*") return "[^/]*";
      return part === "**" ? ".*" : "(?:.*/)?";
    });
  const regexp = new RegExp(`^${source}$`);
  compiled.set(pattern, regexp);
  return regexp;
}
