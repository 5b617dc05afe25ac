import type { AmqpChannel, AmqpConnection } from "./rabbitmq_amqp.ts";

/** How long the broker may take to answer a goodbye, in milliseconds. */
export const RABBIT_GOODBYE_MS = 2_000;

/**
 * Closes a channel or a connection, and resolves as soon as it has ended, in whatever way. The promise of
 * amqplib's `close` alone is for ever without an answer where the connection breaks meanwhile.
 */
export function sayGoodbye(closable: AmqpChannel | AmqpConnection): Promise<void> {
  return new Promise((resolve) => {
    closable.on("close", () => resolve());
    // It rejects where it has ended already.
    Promise.try(() => closable.close()).then(() => resolve(), () => resolve());
  });
}
