import { equal } from "@std/assert";
import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { type VectorCase, VECTORS_FOLDER } from "./vector_file.ts";

/** A case that a codec answered otherwise. */
export interface VectorFailure {
  /** Which case. */
  readonly name: string;
  /** What it should have answered. */
  readonly expected: JsonObject;
  /** What it answered; undefined: nothing. */
  readonly received: JsonObject | undefined;
}

/** How a codec did. */
export interface VectorReport {
  /** How many cases it was asked. */
  readonly cases: number;
  /** Those that it did not answer as it should. */
  readonly failures: readonly VectorFailure[];
}

/** Every case of every file. @throws TypeError where a file is no file of vectors */
export async function readVectors(): Promise<VectorCase[]> {
  const cases: VectorCase[] = [];
  const names = Array.from(Deno.readDirSync(VECTORS_FOLDER), ({ name }) => name).toSorted();
  for (const name of names) {
    const file = tryJsonObject(JSON.parse(await Deno.readTextFile(new URL(name, VECTORS_FOLDER))));
    if (!Array.isArray(file?.cases)) throw new TypeError(`Cannot read ${name}: it has no cases`);
    for (const value of file.cases) cases.push(caseOf(tryJsonObject(value) ?? {}));
  }
  return cases;
}

/** Asks a command all cases at once. @throws Error where it ends with anything but 0 */
export async function runVectors(
  command: readonly string[],
  cases: readonly VectorCase[],
): Promise<VectorReport> {
  const [program = "", ...args] = command;
  const options = { args, stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
  const child = new Deno.Command(program, options).spawn();
  const lines = cases.map(({ request }, id) => `${JSON.stringify({ id, ...request })}\n`);
  // Both at once: a codec that answers line by line would fill its pipe otherwise.
  const [, { code, stdout }] = await Promise.all([
    new Blob(lines).stream().pipeTo(child.stdin).catch(ignoreBrokenPipe),
    child.output(),
  ]);
  if (code !== 0) throw new Error(`Cannot run vectors: ${program} ended with ${code}`);
  const answers = new Map<unknown, JsonObject | undefined>();
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    const answer = tryJsonObject(tryParseJson(line));
    if (answer !== undefined) answers.set(answer.id, tryJsonObject(answer.response));
  }
  const failures = cases.flatMap(({ name, response: expected }, id): VectorFailure[] => {
    const received = answers.get(id);
    return equal(received, expected) ? [] : [{ name, expected, received }];
  });
  return { cases: cases.length, failures };
}

/** A codec that ends before it has read everything is told by the answers that it owes. */
function ignoreBrokenPipe(error: unknown): void {
  if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
}

function caseOf(value: JsonObject): VectorCase {
  const request = tryJsonObject(value.request);
  const response = tryJsonObject(value.response);
  if (typeof value.name !== "string" || request === undefined || response === undefined) {
    throw new TypeError("Cannot read vectors: a case is incomplete");
  }
  return { name: value.name, request, response };
}
