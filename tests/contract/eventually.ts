import { sleep, systemClock } from "../../core/clock.ts";

/** How long a real server may take for anything, in milliseconds. */
export const CONTRACT_DEADLINE_MS = 30_000;

const POLL_MS = 5;

/**
 * Tries `check` until it no longer throws.
 *
 * @throws what it threw last, once the deadline has passed
 */
export async function eventually(
  check: () => void | Promise<void>,
  deadlineMs = CONTRACT_DEADLINE_MS,
): Promise<void> {
  const giveUpAtMs = systemClock.monotonicMs() + deadlineMs;
  while (true) {
    try {
      return await check();
    } catch (error) {
      if (systemClock.monotonicMs() >= giveUpAtMs) throw error;
    }
    await sleep(systemClock, POLL_MS);
  }
}

/** Waits for a promise, but not for ever. @throws Error when the deadline passes first */
export async function inTime<T>(
  promise: Promise<T>,
  deadlineMs = CONTRACT_DEADLINE_MS,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = systemClock.after(
    deadlineMs,
    () => reject(new Error(`Cannot go on: nothing within ${deadlineMs} ms`)),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}

/** Lets timers and sockets run once. */
export function nextTask(): Promise<void> {
  return sleep(systemClock, 0);
}
