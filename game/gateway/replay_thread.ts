import type { Film, FilmRequest } from "./replay_film.ts";

/**
 * Makes a film in a thread of its own, which may do nothing but compute, so that no WebSocket waits for it.
 *
 * @throws what `signal` was aborted with; then the thread is gone
 * @throws Error where the thread has died
 */
export async function makeFilmInThread(request: FilmRequest, signal: AbortSignal): Promise<Film> {
  signal.throwIfAborted();
  const worker = new Worker(new URL("./replay_worker.ts", import.meta.url), {
    type: "module",
    deno: { permissions: "none" },
  });
  const made = Promise.withResolvers<Film>();
  const onAbort = (): void => made.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  worker.addEventListener("message", (event: MessageEvent<Film>) => made.resolve(event.data));
  worker.addEventListener("error", (event) => {
    // Unhandled it would end the process.
    event.preventDefault();
    made.reject(new Error(`Cannot replay match: its thread died: ${event.message}`));
  });
  try {
    worker.postMessage(request);
    return await made.promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    worker.terminate();
  }
}
