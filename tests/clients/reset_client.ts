import { connect } from "node:net";

/** Connects, sends `text`, and resets the connection. @throws Error where it cannot connect */
export async function sendAndReset(
  address: { readonly hostname: string; readonly port: number },
  text: string,
): Promise<void> {
  const socket = connect(address.port, address.hostname);
  const closed = Promise.withResolvers<void>();
  socket.once("close", () => closed.resolve());
  const connected = Promise.withResolvers<void>();
  socket.once("connect", () => connected.resolve());
  socket.once("error", connected.reject);
  await connected.promise;
  if (text !== "") await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  socket.resetAndDestroy();
  await closed.promise;
}
