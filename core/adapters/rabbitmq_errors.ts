/**
 * What the broker answers when it will not do a thing however often it is asked
 * (https://www.rabbitmq.com/amqp-0-9-1-reference#constants).
 */
const REFUSALS: ReadonlySet<number> = new Set([
  403, // access refused
  405, // locked by another connection
  406, // declared otherwise
  530, // not allowed
]);

/** The code that the broker closed a channel or a connection with, if it did. */
export function brokerCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "number" ? error.code : undefined;
}

/** Whether asking again is of no use. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.has(brokerCode(error) ?? 0);
}

/** Whether something was sent on a channel that had ended, or was about to: amqplib throws this. */
export function isChannelGone(error: unknown): boolean {
  return error instanceof Error && error.name === "IllegalOperationError";
}
