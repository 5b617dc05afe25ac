import { type Clock, sleep } from "../clock.ts";
import { endsWithin } from "./ends_within.ts";

/** How a connection is looked after. */
export interface HeartbeatOptions {
  /** Sets the pauses. */
  readonly clock: Clock;
  /** Between two questions, and for each answer, in milliseconds. */
  readonly periodMs: number;
  /** Asks the broker for any answer; a rejection counts as none. */
  readonly ping: () => Promise<unknown>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Asks a broker again and again whether it is there: one that is frozen, or that is cut off without a
 * word, would be taken for a quiet one otherwise.
 *
 * @returns why the broker counts as gone; undefined where the signal came first
 */
export async function watchHeartbeat(options: HeartbeatOptions): Promise<string | undefined> {
  const { clock, periodMs, ping, signal } = options;
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  while (!signal.aborted) {
    try {
      await sleep(clock, periodMs, signal);
    } catch {
      // The signal came.
      return undefined;
    }
    let isAnswered = false;
    const asked = ping().then(() => {
      isAnswered = true;
    });
    await endsWithin(clock, periodMs, Promise.race([asked, stopped]));
    if (!isAnswered && !signal.aborted) {
      return `no answer to a heartbeat within ${periodMs} ms`;
    }
  }
  return undefined;
}
