/** The root of the repository, where README's commands are run. */
export const ROOT = new URL("../../", import.meta.url);

/** A command of the README and the block after it: what it answers, shortened with `…`. */
export interface Example {
  /** What is typed into a shell. */
  readonly command: string;
  /** What stands below it; undefined: nothing. */
  readonly answer: string | undefined;
}

const BLOCK = /```sh\n([^`]*)```(?:\s*```text\n([^`]*)```)?/g;
const INLINE = /`(deno task [a-z][^`]*)`/g;

/** The commands that the README has in blocks of their own; of a block's lines the last has the answer. */
export function parseExamples(readme: string): Example[] {
  return [...readme.matchAll(BLOCK)].flatMap(([, lines = "", answer]) => {
    const commands = lines.trim().split("\n");
    return commands.map((command, index) => ({
      command,
      answer: index === commands.length - 1 ? answer?.trim() : undefined,
    }));
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
