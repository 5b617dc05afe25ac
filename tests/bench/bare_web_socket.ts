/**
 * The least that a WebSocket server can do: `bare_web_socket.ts <bytes>` answers every text frame with one
 * of that many bytes.
 *
 * @module
 */
import { logListening } from "./log_listening.ts";

const answer = "a".repeat(Number(Deno.args[0]));
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: (address) => logListening("bare", "ws", address),
}, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = (): void => socket.send(answer);
  socket.onerror = (event): void => event.preventDefault();
  return response;
});
