import { objectAt, parseJsonObject, textAt } from "../clients/json_fields.ts";

const ROOT = new URL("../../", import.meta.url);

/** What a task says that is not a permission: the program, how it is run, and its script. */
const OTHER_WORDS = /^(?:deno|run|--no-prompt|--quiet|\S+\.ts)$/;

/**
 * The permissions of a task of deno.json, as flags; the folder `./data`, which is all that it may write, is
 * `dataDir` in them.
 *
 * @throws AssertionError where there is no such task
 */
export async function readTaskFlags(task: string, dataDir: string): Promise<string[]> {
  const config = parseJsonObject(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const command = textAt(objectAt(objectAt(config, "tasks"), task), "command");
  return command.split(" ")
    .filter((word) => !OTHER_WORDS.test(word))
    .map((flag) => flag.replaceAll("./data", dataDir).replaceAll("./core", `${ROOT.pathname}core`));
}
