/**
 * The least that a UDP server can do: receives datagrams into one buffer and counts them. Answers for
 * the count over HTTP as a service answers for its metrics.
 *
 * @module
 */
import { logListening } from "./log_listening.ts";

const BUFFER_BYTES = 65_536;
const hostname = "127.0.0.1";

const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
let count = 0;
const server = Deno.serve(
  { hostname, port: 0, onListen: () => {} },
  () => new Response(`total_datagrams_received_game ${count}\n`),
);
logListening("bare", "ops", server.addr);
logListening("bare", "udp", socket.addr);
const buffer = new Uint8Array(BUFFER_BYTES);
while (true) {
  await socket.receive(buffer);
  count++;
}
