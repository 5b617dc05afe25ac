import { whyNoProgram } from "../brokers/broker_here.ts";
import { findLowPort } from "../brokers/low_port.ts";
import { ServerProcess } from "../brokers/server_process.ts";
import { MONITORING } from "./monitoring_files.ts";

/** What Debian calls it. */
const DEBIAN_COMMAND = "prometheus-alertmanager";

/** What can be said against starting Alertmanager here; undefined where nothing can. */
export async function whyNoAlertmanager(): Promise<string | undefined> {
  return await whyNoProgram(DEBIAN_COMMAND) ?? await whyNoProgram("amtool");
}

/** The real Alertmanager, started by the script that is deployed. */
export class AlertmanagerProcess implements AsyncDisposable {
  /** Its address, as `host:port`. */
  readonly address: string;
  readonly #process: ServerProcess;
  readonly #folder: string;

  private constructor(process: ServerProcess, address: string, folder: string) {
    this.#process = process;
    this.address = address;
    this.#folder = folder;
  }

  /** Starts one that tells a webhook, and waits not at all before it does. */
  static async start(webhookUrl: string): Promise<AlertmanagerProcess> {
    const folder = await makeAlertmanagerFolder();
    const address = `127.0.0.1:${findLowPort()}`;
    const args = [`--storage.path=${folder}/data`, `--web.listen-address=${address}`];
    try {
      const process = await ServerProcess.start({
        command: "env",
        args: [
          ...[`PATH=${folder}:${Deno.env.get("PATH")}`, `ALERT_WEBHOOK_URL=${webhookUrl}`],
          ...[`ALERT_CONFIG_DIR=${folder}/config`, "sh", `${folder}/alertmanager.sh`],
          ...[...args, "--cluster.listen-address="],
        ],
        owner: undefined,
        readyPattern: /Listening on/,
      });
      return new AlertmanagerProcess(process, address, folder);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** A folder with what is deployed, in a hurry, and with Debian's program under its usual name. */
export async function makeAlertmanagerFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tanks-alertmanager-" });
  await Deno.mkdir(`${folder}/config`);
  const which = new Deno.Command("sh", { args: ["-c", `command -v ${DEBIAN_COMMAND}`] });
  const path = new TextDecoder().decode((await which.output()).stdout).trim();
  await Deno.symlink(path, `${folder}/alertmanager`);
  for (const name of ["alertmanager.sh", "alertmanager.yaml"]) {
    const text = await Deno.readTextFile(new URL(name, MONITORING));
    await Deno.writeTextFile(
      `${folder}/${name}`,
      text.replaceAll(/(group_\w+): \d+[sm]/g, "$1: 1s"),
    );
  }
  return folder;
}
