import type { Clock } from "../clock.ts";

/**
 * Whether `work` ended within the time; one that goes on, or that failed, is left alone. For what is asked
 * of a broker that may be gone, and whose answer is of no use to anybody.
 */
export async function endsWithin(
  clock: Clock,
  limitMs: number,
  work: Promise<unknown>,
): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const cancel = clock.after(limitMs, () => late.resolve(false));
  const ended = work.then(() => true, () => true);
  try {
    return await Promise.race([ended, late.promise]);
  } finally {
    cancel();
  }
}
