import type { EventLog, NewEvent, ReadOptions, StoredEvent } from "../core/ports/event_log.ts";

/** An event log that a test fills, breaks and slows. */
export class TestEventLog implements EventLog {
  /** What was appended. */
  readonly events: NewEvent[] = [];
  /** `down`: reading throws. */
  state: "up" | "down" = "up";
  /** Readings so far. */
  readCount = 0;

  append(event: NewEvent): void {
    this.events.push(event);
  }

  async *read(topic: string, options: ReadOptions = {}): AsyncGenerator<StoredEvent> {
    this.readCount++;
    for (let index = Number(options.after ?? 0); index < this.events.length; index++) {
      await Promise.resolve();
      options.signal?.throwIfAborted();
      if (this.state === "down") throw new Error("the log cannot be read");
      const event = this.events[index];
      if (event?.topic === topic) yield { ...event, position: String(index + 1) };
    }
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  subscribe(): Promise<never> {
    return Promise.reject(new Error("Cannot subscribe: nobody here does"));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
