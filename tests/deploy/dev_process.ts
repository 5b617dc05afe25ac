import { ROOT } from "./compose_file.ts";
import { LoggedProcess } from "./logged_process.ts";

/** `deno task dev` with the very flags of deno.json, in a folder of a test's own. */
export class DevProcess extends LoggedProcess {
  /** Starts it in `folder`, where its `.env` and data are. */
  static async start(
    folder: string,
    options: { readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> },
  ): Promise<DevProcess> {
    const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    const root = ROOT.pathname;
    const [, ...flags]: string[] = tasks.dev.command.split(" ");
    // The task runs in the repository; ./data and ./.env are the folder's.
    const moved = flags.map((flag) =>
      flag.replace(",./core,./game", `,${root}core,${root}game`)
        .replace(/^deploy\//, `${root}deploy/`)
    );
    const [command = "run", ...rest] = moved;
    return new DevProcess(
      new Deno.Command(Deno.execPath(), {
        args: [command, "--quiet", "--config", `${root}deno.json`, ...rest, ...options.args],
        cwd: folder,
        env: { ...options.env },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }),
    );
  }
}
