import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import type { EventSink, SinkEvent } from "../ports/event_sink.ts";
import type { OutboxStatus } from "../ports/outbox.ts";
import type { EventRow } from "../ports/sqlite_event_store.ts";
import { OutboxCourier } from "./outbox_courier.ts";
import { OutboxStore } from "./outbox_store.ts";

const KEYS = ["a", "b", "c"];

/** A sink that does with each batch as it is told to, and keeps what it has taken. */
export class FakeSink implements EventSink {
  /** What it has taken. */
  readonly taken: SinkEvent[] = [];
  /** Batches that came. */
  batchCount = 0;
  /** How often it was looked for. */
  checkCount = 0;
  /** Throws for what it does not take. */
  take: (events: readonly SinkEvent[]) => void | Promise<void> = () => {};
  /** Whether it answers. */
  isThere = true;
  readonly #closed = Promise.withResolvers<never>();

  constructor() {
    this.#closed.promise.catch(() => {});
  }

  async deliver(events: readonly SinkEvent[]): Promise<void> {
    this.batchCount++;
    if (!this.isThere) throw new Error("away");
    await Promise.race([this.take(events), this.#closed.promise]);
    this.taken.push(...events);
  }

  check(): Promise<void> {
    this.checkCount++;
    return this.isThere ? Promise.resolve() : Promise.reject(new Error("away"));
  }

  close(): Promise<void> {
    this.#closed.reject(new Error("closed"));
    return Promise.resolve();
  }

  /** What was taken, without what came again. */
  get indexes(): number[] {
    return [...new Set(this.taken.map(({ value }) => Number(value)))];
  }
}

/** A courier, and what it does. */
export interface CourierBench {
  /** The courier. */
  readonly courier: OutboxCourier;
  /** Where it delivers. */
  readonly sink: FakeSink;
  /** Its time. */
  readonly clock: ManualClock;
  /** What it said of the sink. */
  readonly states: boolean[];
  /** What it said of events that were dropped. */
  readonly drops: [number, string][];
  /** What it said of those that wait. */
  readonly statuses: OutboxStatus[];
}

/** What a courier is to work with. */
export interface CourierBenchOptions {
  /** The outbox's file; in memory if undefined. */
  readonly path?: string;
  /** A store to use in place of one that `path` and `countMax` describe. */
  readonly store?: OutboxStore;
  /** Events that wait at most; 10 000 if undefined. */
  readonly countMax?: number;
  /** Scatters its attempts; the longest delays if undefined. */
  readonly random?: () => number;
  /** Called with the sink before the courier begins. */
  readonly prepare?: (sink: FakeSink) => void;
}

/** Begins to deliver. */
export function openCourier(options: CourierBenchOptions = {}): CourierBench {
  const { path = ":memory:", countMax = 10_000, random = () => 1 } = options;
  const [states, drops, statuses]: [boolean[], [number, string][], OutboxStatus[]] = [[], [], []];
  const sink = new FakeSink();
  const clock = new ManualClock();
  options.prepare?.(sink);
  const courier = new OutboxCourier({
    store: options.store ?? new OutboxStore({ path, countMax, lengthMax: 1_000_000 }),
    sink,
    clock,
    random,
    log: silentLog,
    listener: {
      onState: (isUp) => states.push(isUp),
      onDrop: (count, reason) => drops.push([count, reason]),
      onStatus: (status) => statuses.push(status),
    },
  });
  return { courier, sink, clock, states, drops, statuses };
}

/** Events `from`, … of three keys in turn, whose text is their index. */
export function rows(from: number, count: number): EventRow[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = from + offset;
    return ["topic", KEYS[index % KEYS.length] ?? "", `id-${index}`, index, String(index)];
  });
}

/** The indexes `from`, … up to `end`, without it. */
export function range(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, offset) => from + offset);
}
