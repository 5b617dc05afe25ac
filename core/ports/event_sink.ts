/** An event on its way to a sink. */
export interface SinkEvent {
  /** The topic. */
  readonly topic: string;
  /** Events of one key keep their order. */
  readonly key: string;
  /** What tells a redelivered event from a new one, where the event has it. */
  readonly eventId: string | undefined;
  /** When it was appended, in milliseconds since the epoch. */
  readonly atMs: number;
  /** JSON text. */
  readonly value: string;
}

/** The other side will never take one of the events, however often it is asked. */
export class EventRejected extends Error {
  /** The class, for logs. */
  override readonly name = "EventRejected";
}

/** Where an outbox delivers. */
export interface EventSink {
  /**
   * Delivers all the events, in order per key. Where it throws some may have been delivered all the
   * same: they will be delivered again.
   *
   * @throws EventRejected where one of them is refused for good; any other error where it may work later
   */
  deliver(events: readonly SinkEvent[]): Promise<void>;
  /** Looks whether the other side is there. @throws Error where it is not */
  check(): Promise<void>;
  /** Ends at once; what is being delivered is rejected. */
  close(): Promise<void>;
}
