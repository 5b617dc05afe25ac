// Long because it is one state machine: what it delivers, when it tries again, and who waits for it.
import { type Clock, sleep } from "../clock.ts";
import { describeError, type Log } from "../log.ts";
import { EventRejected, type EventSink, type SinkEvent } from "../ports/event_sink.ts";
import type { Outbox, OutboxListener } from "../ports/outbox.ts";
import type { EventRow } from "../ports/sqlite_event_store.ts";
import type { OutboxRecord } from "./outbox_schema.ts";
import type { OutboxStore } from "./outbox_store.ts";
import { retryDelayMs } from "./retry_delay.ts";

/** Events delivered at once at most. */
export const DELIVERY_EVENTS_MAX = 512;

/** Characters delivered at once at most, except one longer event: brokers take 1 MiB by default. */
const DELIVERY_LENGTH_MAX = 524_288;

/** How often the other side is looked for while there is nothing to deliver, in milliseconds. */
export const CHECK_PERIOD_MS = 10_000;

/** Delays between attempts while the other side is away. */
const RETRY_DELAYS = { minMs: 100, maxMs: 10_000 };

/** How long closing goes on delivering, in milliseconds. */
const CLOSE_DELIVERY_MS = 2_000;

/** What a courier needs. */
export interface OutboxCourierOptions {
  /** What it delivers; it closes it. */
  readonly store: OutboxStore;
  /** Where it delivers; it closes it. */
  readonly sink: EventSink;
  /** For the delays. */
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter. */
  readonly random: () => number;
  /** Told when the other side goes and comes. */
  readonly log: Log;
  /** Told what becomes of the events. */
  readonly listener: OutboxListener;
}

type State = { readonly kind: "unknown" | "up" } | {
  readonly kind: "down";
  readonly reason: string;
};

interface Waiting {
  /** The newest event that it waits for. */
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What fails is the store, and not the sink. */
class OutboxFault extends Error {
  override readonly name = "OutboxFault";

  constructor(cause: unknown) {
    super(`Cannot use the outbox: ${describeError(cause)}`, { cause });
  }
}

/**
 * An {@linkcode Outbox} in this thread. It delivers the oldest events first, one batch at a time, and
 * removes each batch when the sink has taken it: so each key keeps its order, and nothing is lost.
 */
export class OutboxCourier implements Outbox {
  readonly #options: OutboxCourierOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  /** How the sink stands. */
  #state: State = { kind: "unknown" };
  /** Why the store cannot be used; undefined where it can. */
  #storeFault: string | undefined;
  #failureCount = 0;
  /** Less after a batch was refused, until the event that is to blame stands alone. */
  #batchCountMax = DELIVERY_EVENTS_MAX;
  /** The last event on its way; 0 of none. */
  #sendingUpTo = 0;
  /** The last event that was delivered and has yet to be removed; 0 of none. */
  #deliveredUpTo = 0;
  #waiting: Waiting[] = [];
  #wake: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** Begins to deliver what the store holds. */
  constructor(options: OutboxCourierOptions) {
    this.#options = options;
    this.#tellStatus();
    this.#running = this.#run();
  }

  opened(): Promise<void> {
    return Promise.resolve();
  }

  append(rows: readonly EventRow[]): Promise<void> {
    return Promise.try(() => {
      if (this.#closing !== undefined) {
        throw new Error("Cannot append events: the outbox is closed");
      }
      const droppedCount = this.#options.store.append(rows, this.#sendingUpTo);
      if (droppedCount > 0) {
        this.#options.listener.onDrop(droppedCount, "outbox_full");
        this.#settle();
      }
      this.#tellStatus();
      this.#wake?.();
    });
  }

  delivered(): Promise<void> {
    const { store } = this.#options;
    if (store.status.count === 0) return Promise.resolve();
    if (this.#obstacle !== undefined) return Promise.reject(undelivered(this.#obstacle));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ position: store.newestPosition, resolve, reject });
    return promise;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { store, sink, clock } = this.#options;
    this.#wake?.();
    const cancel = clock.after(CLOSE_DELIVERY_MS, () => this.#stopping.abort());
    // There is no sense in waiting for what is away.
    if (this.#obstacle !== undefined) this.#stopping.abort();
    this.#stopping.signal.addEventListener("abort", () => void sink.close(), { once: true });
    if (this.#stopping.signal.aborted) void sink.close();
    await this.#running;
    cancel();
    await sink.close();
    store.close();
    this.#rejectAll(undelivered("the outbox is closed"));
  }

  /** Why nothing is delivered; undefined where nothing stands in the way. */
  get #obstacle(): string | undefined {
    return this.#storeFault ?? (this.#state.kind === "down" ? this.#state.reason : undefined);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        const records = this.#nextPage();
        if (records.length > 0) {
          await this.#deliver(records);
        } else {
          if (this.#closing !== undefined) return;
          await this.#options.sink.check();
        }
        this.#succeeded();
        if (records.length === 0) await this.#news();
      } catch (error) {
        await this.#failed(error);
      }
    }
  }

  /** @throws OutboxFault */
  #nextPage(): OutboxRecord[] {
    // Before what was delivered is gone a page would begin with it again.
    this.#removeDelivered();
    const page = { countMax: this.#batchCountMax, lengthMax: DELIVERY_LENGTH_MAX };
    const records = orOutboxFault(() => this.#options.store.page(page));
    if (this.#storeFault !== undefined) this.#options.log.info("outbox_up");
    this.#storeFault = undefined;
    return records;
  }

  async #deliver(records: readonly OutboxRecord[]): Promise<void> {
    const upTo = records.at(-1)?.position ?? 0;
    this.#sendingUpTo = upTo;
    try {
      await this.#options.sink.deliver(records.map(({ row }) => toSinkEvent(row)));
      this.#batchCountMax = Math.min(this.#batchCountMax * 2, DELIVERY_EVENTS_MAX);
    } catch (error) {
      if (!(error instanceof EventRejected)) throw error;
      if (records.length > 1) {
        this.#batchCountMax = Math.floor(records.length / 2);
        return;
      }
      this.#reject(records[0], error);
    } finally {
      this.#sendingUpTo = 0;
    }
    this.#deliveredUpTo = upTo;
    // Whatever becomes of the outbox.
    this.#succeeded();
    this.#removeDelivered();
  }

  /** @throws OutboxFault; it is to be tried again then */
  #removeDelivered(): void {
    if (this.#deliveredUpTo === 0) return;
    orOutboxFault(() => {
      this.#options.store.remove(this.#deliveredUpTo);
      this.#deliveredUpTo = 0;
      this.#tellStatus();
      this.#settle();
    });
  }

  #reject(record: OutboxRecord | undefined, error: EventRejected): void {
    const [topic, key, eventId] = record?.row ?? [];
    this.#options.log.error("event_rejected", {
      topic,
      key,
      event_id: eventId,
      reason: describeError(error),
    });
    this.#options.listener.onDrop(1, "rejected");
  }

  #succeeded(): void {
    this.#failureCount = 0;
    if (this.#state.kind === "up") return;
    if (this.#state.kind === "down") this.#options.log.info("event_sink_up");
    this.#state = { kind: "up" };
    this.#options.listener.onState(true);
  }

  async #failed(error: unknown): Promise<void> {
    const { clock, random } = this.#options;
    this.#failureCount++;
    const reason = describeError(error);
    if (error instanceof OutboxFault) this.#storeFailed(reason);
    else this.#sinkFailed(reason);
    this.#rejectAll(undelivered(reason));
    // What is left keeps until the next start.
    if (this.#closing !== undefined) return this.#stopping.abort();
    const delayMs = retryDelayMs(this.#failureCount, RETRY_DELAYS, random);
    await sleep(clock, delayMs, this.#stopping.signal).catch(() => {
      // It closes: the loop's condition sees that.
    });
  }

  #storeFailed(reason: string): void {
    if (this.#storeFault === undefined) this.#options.log.error("outbox_down", { reason });
    this.#storeFault = reason;
  }

  #sinkFailed(reason: string): void {
    const { log, listener } = this.#options;
    if (this.#state.kind !== "down") {
      log.warn("event_sink_down", { reason });
      listener.onState(false, reason);
    }
    this.#state = { kind: "down", reason };
  }

  /** Resolves when there may be something to deliver, or it is time to look for the other side. */
  async #news(): Promise<void> {
    if (this.#options.store.status.count > 0 || this.#closing !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const cancel = this.#options.clock.after(CHECK_PERIOD_MS, resolve);
    await promise;
    cancel();
    this.#wake = undefined;
  }

  #tellStatus(): void {
    this.#options.listener.onStatus(this.#options.store.status);
  }

  /** Lets those go on whose events are no longer here. */
  #settle(): void {
    if (this.#waiting.length === 0) return;
    const oldest = this.#options.store.oldest()?.position ?? Infinity;
    const isDone = ({ position }: Waiting): boolean => position < oldest;
    const done = this.#waiting.filter(isDone);
    this.#waiting = this.#waiting.filter((waiting) => !isDone(waiting));
    for (const { resolve } of done) resolve();
  }

  #rejectAll(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }
}

/** @throws OutboxFault where the work throws */
function orOutboxFault<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new OutboxFault(error);
  }
}

function undelivered(reason: string): Error {
  return new Error(`Cannot deliver events: ${reason}`);
}

function toSinkEvent([topic, key, eventId, atMs, value]: EventRow): SinkEvent {
  return { topic, key, eventId: eventId ?? undefined, atMs, value };
}
