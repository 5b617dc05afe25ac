import { tryJsonObject, tryParseJson } from "../../core/json.ts";
import { Lines } from "../fuzz/lines.ts";
import type { LedgerPlayer } from "./ledger.ts";
import type { LoadOptions } from "./load_options.ts";
import { LoadTally } from "./load_tally.ts";
import type { LoadShare, LoadShareDeps } from "./run_share.ts";
import type { ShareMessage } from "./share_message.ts";

/** The program that runs a share; it is started with the rights of this process at most. */
const PROGRAM = new URL("main.ts", import.meta.url);
/** The rights that a share needs: it writes no file and starts nothing. */
const RIGHTS = ["--no-prompt", "--quiet"];
/** What a share may connect to, unless another machine is under load. */
const LOCAL_NET = "--allow-net=0.0.0.0,127.0.0.1,localhost,[::],[::1]";

/**
 * Has a share of a load's players play in a process of its own. It reads what to do on its standard input,
 * and ends early when that is closed: so it ends too when this process is no more.
 *
 * @throws Error where it ends before it should
 */
export async function runShareProcess(
  options: LoadOptions,
  share: LoadShare,
  deps: Omit<LoadShareDeps, "clock">,
): Promise<LedgerPlayer[]> {
  const { signal, onInterval, onFault } = deps;
  const net = options.allowRemote ? "--allow-net" : LOCAL_NET;
  const child = new Deno.Command("deno", {
    args: ["run", ...RIGHTS, net, PROGRAM.href, "--share"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const end = (): void => {
    // Where it has ended by itself, its input is closed already.
    writer.close().catch(() => {});
  };
  const ledger: LedgerPlayer[] = [];
  let isDone = false;
  try {
    await writer.write(new TextEncoder().encode(`${JSON.stringify({ options, share })}\n`));
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    for await (const line of new Lines(child.stdout)) {
      const message = readMessage(line);
      if (message.kind === "interval") onInterval(message.index, LoadTally.fromJson(message.tally));
      else if (message.kind === "player") ledger.push(message.player);
      else if (message.kind === "fault") onFault(new Error(message.text));
      else {
        isDone = true;
        end();
      }
    }
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
  const { code } = await child.status;
  if (isDone) return ledger;
  throw new Error(`Cannot run share ${share.index} of the load: its process ended with ${code}`);
}

/** Comes from our own program: its word is taken for what is in it. @throws Error where it is no message */
function readMessage(line: string): ShareMessage {
  const message = tryJsonObject(tryParseJson(line));
  if (typeof message?.kind === "string") return message as unknown as ShareMessage;
  throw new Error(`Cannot read what a share says: ${line.slice(0, 200)}`);
}
