/**
 * The least that a TCP server of lines can do: sends every line back, all that came at once with one
 * write.
 *
 * @module
 */
import { logListening } from "./log_listening.ts";

const BUFFER_BYTES = 65_536;
const NEWLINE = 10;

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
logListening("bare", "tcp", listener.addr);
for await (const conn of listener) echo(conn).catch(() => conn.close());

async function echo(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const buffer = new Uint8Array(BUFFER_BYTES);
  let held = 0;
  for (
    let count = await conn.read(buffer);
    count !== null;
    count = await conn.read(buffer.subarray(held))
  ) {
    const filled = held + count;
    const end = buffer.lastIndexOf(NEWLINE, filled - 1) + 1;
    for (let sent = 0; sent < end;) sent += await conn.write(buffer.subarray(sent, end));
    buffer.copyWithin(0, end, filled);
    held = filled - end;
  }
  conn.close();
}
