import type { Clock } from "../../core/clock.ts";

/** Runs `work` with a signal that aborts when `parent` does, and after so long by the clock. */
export async function withinMs<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  limit: { readonly clock: Clock; readonly ms: number; readonly parent: AbortSignal },
): Promise<Result> {
  const own = new AbortController();
  const onAbort = (): void => own.abort(limit.parent.reason);
  if (limit.parent.aborted) onAbort();
  limit.parent.addEventListener("abort", onAbort, { once: true });
  const cancel = limit.clock.after(limit.ms, () => own.abort(new Error(`${limit.ms} ms are over`)));
  try {
    return await work(own.signal);
  } finally {
    cancel();
    limit.parent.removeEventListener("abort", onAbort);
  }
}
