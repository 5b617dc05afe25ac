/**
 * What a scanner of SQL must not look into (string literals, quoted names, comments, PostgreSQL's
 * dollar quotes), and what it looks for: parameters and semicolons.
 */
const TOKEN =
  /'[^']*'|"[^"]*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|\$(\d+)|(;)/g;

/** A statement with SQLite's numbered parameters. */
export interface NumberedSql {
  /** The statement, with `?1` for `$1`. */
  readonly sql: string;
  /** The highest parameter's number; 0 where there is none. */
  readonly parameterCount: number;
}

/** Rewrites `$1` to `?1`, except in literals, quoted names and comments. */
export function numberParameters(sql: string): NumberedSql {
  let parameterCount = 0;
  const rewritten = sql.replace(TOKEN, (token, _tag: unknown, digits: string | undefined) => {
    if (digits === undefined) return token;
    parameterCount = Math.max(parameterCount, Number(digits));
    return `?${digits}`;
  });
  return { sql: rewritten, parameterCount };
}

/**
 * Splits a script at its semicolons, leaving out empty statements. A body of several statements
 * (a trigger's) must stand in a script of its own dialect's quotes, or not at all.
 */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let start = 0;
  for (const match of script.matchAll(TOKEN)) {
    if (match[3] === undefined) continue;
    statements.push(script.slice(start, match.index));
    start = match.index + 1;
  }
  statements.push(script.slice(start));
  return statements.map((statement) => statement.trim()).filter(hasCode);
}

function hasCode(statement: string): boolean {
  return statement.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "").trim() !== "";
}
