import type { Clock } from "../../core/clock.ts";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { GroupMember } from "../../core/ports/event_group.ts";
import type { EventHandler, EventLog, NewEvent, StoredEvent } from "../../core/ports/event_log.ts";
import type { Subscription } from "../../core/ports/subscription.ts";
import type { FaultyLink } from "./faulty_link.ts";

interface EventRecord {
  readonly position: number;
  readonly key: string;
  readonly value: string;
}

type Member = GroupMember<EventRecord>;

/** As many as the embedded log reads at once. */
const PAGE_EVENTS_MAX = 500;

/** What all processes share of the event log: topics and groups, in memory. */
export class MemoryEventLog {
  readonly #clock: Clock;
  readonly #topics = new Map<string, EventRecord[]>();
  readonly #positions = new Map<string, number>();
  /** By topic and group, the active one first. */
  readonly #members = new Map<string, Member[]>();

  /** Empty at first. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps events, the values as JSON text. */
  append(events: readonly { readonly topic: string; readonly key: string; value: string }[]): void {
    for (const { topic, key, value } of events) {
      const records = this.#topics.get(topic) ?? [];
      this.#topics.set(topic, records);
      records.push({ position: records.length + 1, key, value });
    }
    for (const topic of new Set(events.map((event) => event.topic))) {
      for (const [name, [active]] of this.#members) {
        if (name.startsWith(`${topic} `)) active?.wake();
      }
    }
  }

  /** The events of a topic, oldest first. */
  read(topic: string, after = 0): StoredEvent[] {
    return (this.#topics.get(topic) ?? []).slice(after).map((record) => toEvent(topic, record));
  }

  /** Adds a member to a group; of several one is active. */
  subscribe(topic: string, group: string, handler: EventHandler): Subscription {
    const name = `${topic} ${group}`;
    const members = this.#members.get(name) ?? [];
    this.#members.set(name, members);
    const member: Member = new GroupMember<EventRecord>(
      {
        load: () => Promise.resolve(this.#positions.get(name) ?? 0),
        next: (after) =>
          Promise.resolve((this.#topics.get(topic) ?? []).slice(after, after + PAGE_EVENTS_MAX)),
        toEvent: (record) => toEvent(topic, record),
        commit: (position) => {
          this.#positions.set(name, Math.max(position, this.#positions.get(name) ?? 0));
          return Promise.resolve();
        },
      },
      handler,
      {
        clock: this.#clock,
        log: silentLog,
        onClose: () => {
          const wasActive = members[0] === member;
          members.splice(members.indexOf(member), 1);
          if (wasActive) members[0]?.start();
        },
      },
    );
    members.push(member);
    if (members.length === 1) member.start();
    return member;
  }
}

/** A batch waits so long, in milliseconds, as the embedded log's does. */
const BATCH_DELAY_MS = 50;
const RETRY_MS = 500;
const WRITE_TIMEOUT_MS = 2_000;
const FLUSH_TRIES_MAX = 3;

/** One process's way to the event log: what it has not written when it dies is lost, what fails comes again. */
export function linkEventLog(log: MemoryEventLog, link: FaultyLink): EventLog {
  const waiting: { topic: string; key: string; value: string }[] = [];
  const { process } = link;
  let isScheduled = false;
  let writing: Promise<void> | undefined;
  const write = (): Promise<void> => writing ??= writeAll().finally(() => writing = undefined);
  const writeAll = async (): Promise<void> => {
    const batch = waiting.slice();
    if (batch.length === 0) return;
    await link.call(() => Promise.resolve(log.append(batch)), {
      timeoutMs: WRITE_TIMEOUT_MS,
      timedOut: () => new Error("No answer of the event log in time"),
      refused: () => new Error("Cannot reach the event log"),
    });
    waiting.splice(0, batch.length);
  };
  const schedule = (delayMs: number): void => {
    if (isScheduled) return;
    isScheduled = true;
    process.clock.after(delayMs, () => {
      write().then(() => BATCH_DELAY_MS, () => RETRY_MS).then((nextMs) => {
        isScheduled = false;
        if (waiting.length > 0) schedule(nextMs);
      });
    });
  };
  return {
    append: ({ topic, key, value }: NewEvent) => {
      waiting.push({ topic, key, value: JSON.stringify(value) });
      schedule(BATCH_DELAY_MS);
    },
    flush: async () => {
      for (let tried = 1;; tried++) {
        try {
          return await write();
        } catch (error) {
          if (tried >= FLUSH_TRIES_MAX) throw error;
        }
      }
    },
    read: (topic) => ReadableStream.from(log.read(topic)),
    subscribe: (topic, group, handler) =>
      Promise.resolve(subscribe(log, link, { topic, group, handler })),
    close: () => Promise.resolve(),
  };
}

function subscribe(
  log: MemoryEventLog,
  link: FaultyLink,
  about: { readonly topic: string; readonly group: string; readonly handler: EventHandler },
): Subscription {
  const { process } = link;
  const subscription = log.subscribe(
    about.topic,
    about.group,
    (event) =>
      new Promise((resolve, reject) => {
        const forget = process.onDeath(() => reject(new Error("The member is gone")));
        const cancel = process.clock.after(WRITE_TIMEOUT_MS, () => reject(new Error("No answer")));
        const done = (): void => {
          forget();
          cancel();
        };
        link.toProcess(() => {
          about.handler(event).then(() => link.toFarEnd(resolve), reject).finally(done);
        });
      }),
  );
  process.onDeath(() => void subscription.close());
  return { close: () => Promise.resolve(void subscription.close()) };
}

function toEvent(topic: string, { position, key, value }: EventRecord): StoredEvent {
  const fields: JsonObject = tryJsonObject(JSON.parse(value)) ?? {};
  return { topic, key, value: fields, position: String(position) };
}
