import type { Clock } from "../core/clock.ts";

/** How long something may take. */
export interface WithinOptions {
  /** Says when the deadline is. */
  readonly clock: Clock;
  /** Milliseconds, from now on. */
  readonly deadlineMs: number;
  /** What is waited for, for the error: "read the constants". */
  readonly action: string;
}

/**
 * Waits for a promise until a deadline. What it becomes later is ignored.
 *
 * @throws Error when the deadline passes first; what the promise rejects with
 */
export function within<T>(promise: Promise<T>, options: WithinOptions): Promise<T> {
  const { clock, deadlineMs, action } = options;
  return new Promise((resolve, reject) => {
    const cancel = clock.after(deadlineMs, () => {
      reject(new Error(`Cannot ${action}: no answer within ${deadlineMs} ms`));
    });
    promise.then(resolve, reject).finally(cancel);
  });
}
