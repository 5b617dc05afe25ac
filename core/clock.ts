/** Stops a timer; calling it again does nothing. */
export type CancelTimer = () => void;

/**
 * Time, injected. Nothing outside this file and `manual_clock.ts` reads the machine's clock, so that
 * a test owns every timeout.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch; may jump. */
  nowMs(): number;
  /** Milliseconds from an arbitrary origin, fractional, never going back. */
  monotonicMs(): number;
  /** Calls `callback` once, `delayMs` from now at the earliest. */
  after(delayMs: number, callback: () => void): CancelTimer;
  /** Calls `callback` every `periodMs` until cancelled. */
  every(periodMs: number, callback: () => void): CancelTimer;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback): CancelTimer {
    const id = setTimeout(callback, delayMs);
    return () => clearTimeout(id);
  },
  every(periodMs, callback): CancelTimer {
    const id = setInterval(callback, periodMs);
    return () => clearInterval(id);
  },
};

/**
 * Resolves after `delayMs`.
 *
 * @throws the signal's reason, at once, when `signal` aborts first.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
