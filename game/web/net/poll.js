import { isPassing } from "./api.js";

const POLL_MS = 1_000;

/**
 * Asks the gateway each second until there is something; a fault that passes by itself is waited out.
 *
 * @template Result
 * @param {() => Promise<Result | undefined>} ask undefined: there is nothing yet
 * @param {{ patienceMs: number, signal: AbortSignal, onFault: () => void }} options `patienceMs`: how long
 *   faults may follow one another; what is asked last may take its own time beyond that
 * @returns {Promise<Result>}
 * @throws {import("./api.js").ApiError} that of the fault which ends it; what `signal` was aborted with
 */
export async function poll(ask, { patienceMs, signal, onFault }) {
  /** @type {number | undefined} When the first of the faults was asked for that follow one another now. */
  let faultySinceMs;
  for (;;) {
    await pause(POLL_MS, signal);
    const askedMs = performance.now();
    try {
      const result = await ask();
      if (result !== undefined) return result;
      faultySinceMs = undefined;
    } catch (error) {
      signal.throwIfAborted();
      faultySinceMs ??= askedMs;
      if (!isPassing(error) || performance.now() - faultySinceMs >= patienceMs) throw error;
      onFault();
    }
  }
}

/**
 * Resolves after a while.
 *
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 * @throws what `signal` was aborted with, at once
 */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
