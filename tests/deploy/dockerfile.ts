import { ROOT } from "./compose_file.ts";

/** A line of a Dockerfile, with those that continue it. */
export interface Instruction {
  /** In capitals, such as `COPY`. */
  readonly name: string;
  /** What follows it. */
  readonly text: string;
  /** How many `FROM` there were up to here, itself included. */
  readonly stage: number;
}

/** The instructions of `deploy/Dockerfile`, in order. */
export async function readDockerfile(): Promise<Instruction[]> {
  const text = await Deno.readTextFile(new URL("deploy/Dockerfile", ROOT));
  const lines = text.replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, "").split("\n");
  let stage = 0;
  return lines.filter((line) => line.trim() !== "").map((line) => {
    const [name = "", ...words] = line.split(" ");
    if (name === "FROM") stage++;
    return { name, text: words.join(" "), stage };
  });
}

/** The values that `ENV` sets in the image. */
export function environmentOf(instructions: readonly Instruction[]): Record<string, string> {
  const pairs = instructions.filter(({ name }) => name === "ENV")
    .flatMap(({ text }) => text.split(" "))
    .map((pair): [string, string] => [
      pair.slice(0, pair.indexOf("=")),
      pair.slice(pair.indexOf("=") + 1),
    ]);
  return Object.fromEntries(pairs);
}

/** Copies to a folder what `COPY` brings into the build from the repository. */
export async function copySources(
  instructions: readonly Instruction[],
  folder: string,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const { name, text } of instructions) {
    if (name !== "COPY" || text.startsWith("--from")) continue;
    const paths = text.split(" ");
    const target = paths.pop() ?? "";
    const to = target === "./" ? `${folder}/` : `${folder}/${target}`;
    const { success, stderr } = await new Deno.Command("cp", {
      args: ["-r", ...paths, to],
      cwd: ROOT,
    }).output();
    if (!success) throw new Error(`Cannot copy ${text}: ${new TextDecoder().decode(stderr)}`);
  }
}
