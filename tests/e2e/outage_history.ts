import { assert, assertEquals } from "@std/assert";
import type { EventLog, StoredEvent } from "../../core/ports/event_log.ts";
import { EVENT_TOPICS, type EventTopic } from "../../core/protocol/event_envelope.ts";
import { textAt } from "../clients/json_fields.ts";
import { scrape } from "../clients/scrape.ts";
import { say } from "../fuzz/seed.ts";
import type { TestSystem } from "../harness.ts";

/** Every event that was read, each once, in the order of first coming. */
export class History {
  readonly #topics = new Map<EventTopic, StoredEvent[]>();
  readonly #ids = new Set<string>();
  /** How many events came a second time. */
  repeatCount = 0;

  /** How many events there are. */
  get count(): number {
    return this.#ids.size;
  }

  /** A topic's events. */
  topic(topic: EventTopic): readonly StoredEvent[] {
    return this.#topics.get(topic) ?? [];
  }

  /** Takes the events of a topic as they came; one that is known already is counted and passed over. */
  add(topic: EventTopic, events: readonly StoredEvent[]): void {
    const known = this.#topics.get(topic) ?? [];
    this.#topics.set(topic, known);
    for (const event of events) {
      const id = textAt(event.value, "event_id");
      if (this.#ids.has(id)) this.repeatCount++;
      else known.push(event);
      this.#ids.add(id);
    }
  }

  /** Reads everything that the event log has. @throws Error while it cannot be read */
  async readAll(eventLog: EventLog): Promise<void> {
    await eventLog.flush();
    for (const topic of EVENT_TOPICS) this.add(topic, await Array.fromAsync(eventLog.read(topic)));
  }

  /** Asserts that no key's events go back in time, by the ticks of their matches. */
  assertOrder(): void {
    for (const [topic, events] of this.#topics) {
      const ticks = new Map<string, number>();
      for (const { key, value } of events) {
        if (typeof value.tick !== "number") continue;
        const before = ticks.get(key) ?? 0;
        assert(value.tick >= before, `${topic} of ${key}: tick ${value.tick} after ${before}`);
        ticks.set(key, value.tick);
      }
    }
  }
}

/**
 * Closes the game server, which ends every match, reads what the event log has beside what `history` has
 * already, and asserts that this is every event that the services wrote.
 */
export async function readEveryEvent(system: TestSystem, history: History): Promise<void> {
  await system.game.close();
  await history.readAll(system.ports.eventLog);
  // What the services share, each of them reports.
  const samples = await scrape(system.auth.addresses.ops);
  for (const [name, value] of samples) {
    if (name.startsWith("event_log_dropped_total{")) assertEquals(value, 0, name);
  }
  assertEquals(history.count, samples.get("event_log_appended_total"), "events read and written");
  history.assertOrder();
  say(`outage: ${history.count} events written and read; ${history.repeatCount} came twice`);
}
