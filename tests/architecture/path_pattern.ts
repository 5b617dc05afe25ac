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
