/**
 * Has V8 throw away everything that is not in use, so that what is left can be compared.
 *
 * @param url what `deno run --inspect` says it listens on
 * @throws Error when nobody answers there
 */
export async function collectGarbage(url: string): Promise<void> {
  const socket = new WebSocket(url);
  const done = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  socket.onopen = () => socket.send('{"id":1,"method":"HeapProfiler.collectGarbage"}');
  socket.onmessage = () => done.resolve();
  socket.onclose = () => {
    done.reject(new Error("Cannot collect garbage: the inspector hung up"));
    closed.resolve();
  };
  try {
    await done.promise;
  } finally {
    socket.close();
    await closed.promise;
  }
}
