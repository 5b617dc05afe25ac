/**
 * Sends one line again and again: `line_load.ts <host> <port> <connections> <seconds> <line>` prints
 * how many lines came back a second, after a moment to warm up.
 *
 * @module
 */
const WARM_UP_MS = 700;
/** Lines of a connection that are on their way: as many as auth takes before it stops reading. */
const LINES_IN_FLIGHT = 64;
const BUFFER_BYTES = 65_536;
const NEWLINE = 10;

const [hostname = "", portText, connectionsText, secondsText, line = ""] = Deno.args;
const chunk = new TextEncoder().encode(`${line}\n`.repeat(LINES_IN_FLIGHT / 2));
const durationMs = Number(secondsText) * 1_000;
let replyCount = 0;
let isOver = false;
const connections = Array.from({ length: Number(connectionsText) }, load);
await delay(WARM_UP_MS);
const [startCount, startMs] = [replyCount, performance.now()];
await delay(durationMs);
const perSecond = (replyCount - startCount) / ((performance.now() - startMs) / 1_000);
isOver = true;
await Promise.all(connections);
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify({ perSecond })}\n`));

/** Half of what may be in flight goes out whenever that much has come back. */
async function load(): Promise<void> {
  using conn = await Deno.connect({ hostname, port: Number(portText) });
  conn.setNoDelay(true);
  const buffer = new Uint8Array(BUFFER_BYTES);
  let inFlight = 0;
  while (!isOver) {
    while (inFlight <= LINES_IN_FLIGHT / 2) {
      for (let sent = 0; sent < chunk.length;) sent += await conn.write(chunk.subarray(sent));
      inFlight += LINES_IN_FLIGHT / 2;
    }
    const count = await conn.read(buffer);
    if (count === null) throw new Error("Cannot load: the server closed the connection");
    const replies = countNewlines(buffer.subarray(0, count));
    inFlight -= replies;
    replyCount += replies;
  }
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

function delay(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
