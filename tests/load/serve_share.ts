import { systemClock } from "../../core/clock.ts";
import { Lines } from "../fuzz/lines.ts";
import { runShare } from "./run_share.ts";
import type { ShareMessage, ShareOrder } from "./share_message.ts";

/** What a share is told and says it on. */
export interface ShareStreams {
  /** The order; its end ends the share. */
  readonly input: ReadableStream<Uint8Array>;
  /** Writes a line. */
  readonly write: (line: string) => void;
}

/** Runs the share that the input names, and says what it measures. @throws Error where there is no order */
export async function serveShare({ input, write }: ShareStreams): Promise<void> {
  const say = (message: ShareMessage): void => write(`${JSON.stringify(message)}\n`);
  const lines = new Lines(input)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) throw new Error("Cannot run a share: nothing says which");
  // From the program that started this one, which is the same.
  const { options, share } = JSON.parse(first.value) as ShareOrder;
  const stop = new AbortController();
  const ended = lines.next().then(() => stop.abort(new Error("The load ends early")));
  const ledger = await runShare(options, share, {
    clock: systemClock,
    signal: stop.signal,
    onInterval: (index, tally) => say({ kind: "interval", index, tally: tally.toJson() }),
    onFault: (error) => say({ kind: "fault", text: String(error) }),
  });
  for (const player of ledger) say({ kind: "player", player });
  say({ kind: "done" });
  // The other side closes when it has read that.
  await ended;
}
