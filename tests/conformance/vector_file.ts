import type { JsonObject } from "../../core/json.ts";

/** One question to a codec and its one right answer. */
export interface VectorCase {
  /** What it is about. */
  readonly name: string;
  /** What the codec is asked; `op` says what for. */
  readonly request: JsonObject;
  /** What it answers; the order of keys is of no account. */
  readonly response: JsonObject;
}

/** A file of vectors. */
export interface VectorFile {
  /** Its name without `.json`. */
  readonly name: string;
  /** What its cases are about. */
  readonly about: string;
  /** Independent of one another. */
  readonly cases: readonly VectorCase[];
}

/** Where the files are. */
export const VECTORS_FOLDER: URL = new URL("./vectors/", import.meta.url);

/** A file as text, one case a line. */
export function vectorText({ about, cases }: VectorFile): string {
  const lines = cases.map((vector) => `    ${JSON.stringify(vector)}`);
  return `{\n  "about": ${JSON.stringify(about)},\n  "cases": [\n${lines.join(",\n")}\n  ]\n}\n`;
}
