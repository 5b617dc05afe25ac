/** The root of the repository, where README's commands are run. */
export const ROOT = new URL("../../", import.meta.url);

/** A command of the README and what it answers by the block after it, shortened with `…`. */
export interface Example {
  /** What is typed into a shell. */
  readonly command: string;
  /** What stands below it; undefined: nothing. */
  readonly answer: string | undefined;
}

const BLOCK = /```sh\n([^`]*)```(?:\s*```text\n([^`]*)```)?/g;
const INLINE = /`(deno task [a-z][^`]*)`/g;

/**
 * The commands that the README has in blocks of their own. A command that is alone in its block has all of
 * the block of answers; several have a line of it each.
 */
export function parseExamples(readme: string): Example[] {
  return [...readme.matchAll(BLOCK)].flatMap(([, lines = "", block]) => {
    const commands = lines.trim().split("\n");
    const answers = commands.length === 1 ? [block?.trim()] : block?.trim().split("\n") ?? [];
    return commands.map((command, index) => ({ command, answer: answers[index] }));
  });
}

/** The programs in TypeScript that the README has. */
export function parsePrograms(readme: string): string[] {
  return [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, program = ""]) => program);
}

/** The figures in the README's table of results: of each row what was measured, the baseline, ratio and aim. */
export function parseFigures(readme: string): string[] {
  const rows = readme.split("## Measure it").at(-1)?.match(/^\| .*[0-9].* \|$/gm) ?? [];
  return rows.flatMap((row) => {
    const [, , value = "", beside = "", ratio = "", aim = ""] = row.split("|");
    const baseline = beside.split(", ").at(-1) ?? "";
    return [value, baseline, ratio, aim].map((figure) => figure.trim());
  });
}

/** The tasks that the README names in its text, each once. */
export function parseTasks(readme: string): string[] {
  // A line may end in the middle of one.
  const text = readme.replaceAll(BLOCK, "").replaceAll(/\s+/g, " ");
  return [...new Set([...text.matchAll(INLINE)].map(([, command = ""]) => command))];
}

/** The lines that the README has for one who keeps `nc -u` open. */
export function parseTypedLines(readme: string): string[] {
  const blocks = [...readme.matchAll(/```text\n((?:\{"action"[^\n]*\}\n)+)```/g)];
  const typed = blocks.map(([, lines = ""]) => lines.trim().split("\n"));
  return typed.find((lines) => lines.length > 1) ?? [];
}

/** What an answer has to be like. */
export function patternOf(answer: string): RegExp {
  const parts = answer.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*?")}$`);
}
