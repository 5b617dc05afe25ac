import { ROOT } from "./compose_file.ts";

/** The variables in the text of `.env.example` or of a file made of it, as they are written. */
export function parseEnvLines(text: string): Map<string, string> {
  const lines = text.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm);
  return new Map([...lines].map(([, name = "", value = ""]) => [name, value]));
}

/** `.env.example` as it is written. */
export function readEnvExample(): Promise<string> {
  return Deno.readTextFile(new URL(".env.example", ROOT));
}

/**
 * Makes a `.env` in a folder with the command that `.env.example` names.
 *
 * @returns the shell's exit code: not 0 where there was a `.env`
 */
export async function makeEnvFile(folder: string): Promise<number> {
  const example = await readEnvExample();
  const command = /^#\s+(\(set -C;.*\))$/m.exec(example)?.[1];
  if (command === undefined) throw new Error("Cannot find the command in .env.example");
  await Deno.writeTextFile(`${folder}/.env.example`, example);
  const { code } = await new Deno.Command("sh", {
    args: ["-c", command],
    cwd: folder,
    stderr: "null",
  }).output();
  return code;
}
