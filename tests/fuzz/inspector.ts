import { tryJsonObject, tryParseJson } from "../../core/json.ts";

/**
 * Has V8 throw away everything that is not in use, so that what is left can be compared.
 *
 * @param url what `deno run --inspect` says it listens on
 * @returns the bytes of its heap that are in use then, those of its workers not among them
 * @throws Error when nobody answers there
 */
export async function collectGarbage(url: string): Promise<number> {
  const socket = new WebSocket(url);
  const usage = Promise.withResolvers<number>();
  const closed = Promise.withResolvers<void>();
  socket.onopen = () => {
    socket.send('{"id":1,"method":"HeapProfiler.collectGarbage"}');
    socket.send('{"id":2,"method":"Runtime.getHeapUsage"}');
  };
  socket.onmessage = ({ data }) => {
    const answer = tryJsonObject(tryParseJson(String(data)));
    if (answer?.id === 2) usage.resolve(Number(tryJsonObject(answer.result)?.usedSize));
  };
  socket.onclose = () => {
    usage.reject(new Error("Cannot collect garbage: the inspector hung up"));
    closed.resolve();
  };
  try {
    return await usage.promise;
  } finally {
    socket.close();
    await closed.promise;
  }
}
