import type { JsonObject } from "../../core/json.ts";

/** What a command comes to: rows for a table, or one line. */
export type OperatorAnswer =
  | { readonly ok: true; readonly rows: readonly JsonObject[] }
  | { readonly ok: true; readonly done: string; readonly fields: JsonObject }
  | { readonly ok: false; readonly message: string };

/** The answer as one line of JSON: a list of objects, or an object with `ok`. */
export function answerJson(answer: OperatorAnswer): string {
  if (!answer.ok) return JSON.stringify({ ok: false, message: answer.message });
  if ("rows" in answer) return JSON.stringify(answer.rows);
  return JSON.stringify({ ok: true, ...answer.fields });
}

/** The answer for a person; times, in milliseconds since the epoch, as dates. */
export function answerText(answer: OperatorAnswer): string {
  if (!answer.ok) return answer.message;
  return "rows" in answer ? tableText(answer.rows) : answer.done;
}

function tableText(rows: readonly JsonObject[]): string {
  const [first] = rows;
  if (first === undefined) return "none";
  const columns = Object.keys(first);
  const lines = [
    columns.map((column) => column.replace(/_ms$/, "").replaceAll("_", " ")),
    ...rows.map((row) => columns.map((column) => cellText(column, row[column]))),
  ];
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((line) => [...(line[index] ?? "")].length))
  );
  return lines.map((line) =>
    line.map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - [...cell].length))
      .join("  ").trimEnd()
  ).join("\n");
}

function cellText(column: string, value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (column.endsWith("_ms") && typeof value === "number") {
    return new Date(value).toISOString().slice(0, 19).replace("T", " ");
  }
  return String(value);
}
