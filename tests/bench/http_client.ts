/**
 * Asks a server for one address again and again: `http_client.ts <url> <connections> <seconds>` prints
 * what it found as `HttpLoad`. For machines without `wrk`.
 *
 * @module
 */
import type { HttpLoad } from "./http_load.ts";

const BUFFER_BYTES = 65_536;
const END_OF_HEAD = "\r\n\r\n";

const [address = "", connectionsText, secondsText] = Deno.args;
const { hostname, port, pathname } = new URL(address);
const request = new TextEncoder().encode(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
const latenciesMs: number[] = [];
const startMs = performance.now();
const endMs = startMs + Number(secondsText) * 1_000;
await Promise.all(Array.from({ length: Number(connectionsText) }, load));
const tookS = (performance.now() - startMs) / 1_000;
latenciesMs.sort((left, right) => left - right);
const found: HttpLoad = {
  count: latenciesMs.length,
  perSecond: latenciesMs.length / tookS,
  p99Ms: latenciesMs[Math.floor(latenciesMs.length * 0.99)] ?? NaN,
};
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(found)));

async function load(): Promise<void> {
  using connection = await Deno.connect({ hostname, port: Number(port) });
  connection.setNoDelay(true);
  const buffer = new Uint8Array(BUFFER_BYTES);
  while (performance.now() < endMs) {
    const sentMs = performance.now();
    for (let sent = 0; sent < request.length;) {
      sent += await connection.write(request.subarray(sent));
    }
    await readResponse(connection, buffer);
    latenciesMs.push(performance.now() - sentMs);
  }
}

/** Reads one response of a server that declares its length. @throws Error where it is no 200 */
async function readResponse(connection: Deno.TcpConn, buffer: Uint8Array): Promise<void> {
  const decoder = new TextDecoder("latin1");
  let filled = 0;
  let wanted = Infinity;
  while (filled < wanted) {
    const count = await connection.read(buffer.subarray(filled));
    if (count === null) throw new Error("Cannot load: the server closed the connection");
    filled += count;
    if (wanted !== Infinity) continue;
    const text = decoder.decode(buffer.subarray(0, filled));
    const head = text.indexOf(END_OF_HEAD);
    if (head < 0) continue;
    if (!text.startsWith("HTTP/1.1 200 ")) throw new Error(`Cannot load: ${text.slice(0, head)}`);
    wanted = head + END_OF_HEAD.length + Number(/^content-length: (\d+)/im.exec(text)?.[1]);
  }
}
