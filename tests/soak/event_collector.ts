import { type Clock, sleep } from "../../core/clock.ts";
import { describeError } from "../../core/log.ts";
import type { EventLog, StoredEvent } from "../../core/ports/event_log.ts";
import { EVENT_TOPICS, type EventTopic } from "../../core/protocol/event_envelope.ts";

/** How often the log is read on: much oftener than it drops what it has no room for. */
const COLLECT_MS = 60_000;

/**
 * All events of a log that keeps only so many: it is read on again and again. Each is kept as text, which
 * costs the garbage collector nothing.
 */
export class EventCollector {
  readonly #eventLog: Pick<EventLog, "read">;
  readonly #clock: Clock;
  readonly #texts = new Map<string, string[]>();
  readonly #reached = new Map<EventTopic, string>();

  /** Has read nothing yet. */
  constructor(eventLog: Pick<EventLog, "read">, clock: Clock) {
    this.#eventLog = eventLog;
    this.#clock = clock;
  }

  /** Collects until the signal aborts; `say` is told of what cannot be read now. Never rejects. */
  async run(signal: AbortSignal, say: (text: string) => void): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#clock, COLLECT_MS, signal).catch(() => {
        // It is to stop, which the loop sees.
      });
      await this.collect(signal).catch((error: unknown) => {
        // The broker is away, and what it has will be there at the next reading.
        if (!signal.aborted) say(`events could not be read: ${describeError(error)}`);
      });
    }
  }

  /** Reads what is new; not twice at once. @throws Error where the log cannot be read; what was read is kept */
  async collect(signal?: AbortSignal): Promise<void> {
    for (const topic of EVENT_TOPICS) {
      const texts = this.#texts.get(topic) ?? [];
      this.#texts.set(topic, texts);
      const after = this.#reached.get(topic);
      const options = { ...(after !== undefined && { after }), ...(signal && { signal }) };
      for await (const { key, value, position } of this.#eventLog.read(topic, options)) {
        texts.push(JSON.stringify({ key, value, position }));
        this.#reached.set(topic, position);
      }
    }
  }

  /** The events of a topic that were collected, in the order in which they were read. */
  async *read(topic: string): AsyncGenerator<StoredEvent> {
    for (const text of this.#texts.get(topic) ?? []) yield { topic, ...JSON.parse(text) };
  }
}
