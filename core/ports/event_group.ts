import { type Clock, sleep } from "../clock.ts";
import { describeError, type Log } from "../log.ts";
import type { EventHandler, StoredEvent } from "./event_log.ts";
import type { Subscription } from "./subscription.ts";

/** How long a group's position may lag behind its work, in milliseconds, while events keep coming. */
const COMMIT_DELAY_MS = 250;
const RETRY_DELAY_MIN_MS = 100;
const RETRY_DELAY_MAX_MS = 30_000;

/** What a group reads and where it keeps its position: that of the last event done. */
export interface GroupSource<Record extends { readonly position: number }> {
  /** The group's position; 0 for a new one. */
  load(): Promise<number>;
  /** The next records after a position, oldest first; none where there are no more. */
  next(after: number): Promise<readonly Record[]>;
  /** A record as the handler gets it, anew for each attempt. */
  toEvent(record: Record): StoredEvent;
  /** Keeps the group's position. */
  commit(position: number): Promise<void>;
}

/** What a member needs. */
export interface GroupMemberOptions {
  /** For the delays. */
  readonly clock: Clock;
  /** Told of every failure. */
  readonly log: Log;
  /**
   * How long it sleeps at most before it looks for events that it was not told of, in milliseconds; until
   * it is woken if undefined.
   */
  readonly sleepMsMax?: number;
  /** Called once the member has ended. */
  readonly onClose: () => void;
}

/**
 * One member of a consumer group: hands it the events one at a time, in order. An event that failed
 * is handed out again, after a growing delay, until it does not.
 */
export class GroupMember<Record extends { readonly position: number }> implements Subscription {
  readonly #source: GroupSource<Record>;
  readonly #handler: EventHandler;
  readonly #options: GroupMemberOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;
  #hasNews = false;
  #wake: (() => void) | undefined;
  #position = 0;
  #committedPosition = 0;
  #committedAtMs = 0;

  /** Does nothing before `start`. */
  constructor(
    source: GroupSource<Record>,
    handler: EventHandler,
    options: GroupMemberOptions,
  ) {
    this.#source = source;
    this.#handler = handler;
    this.#options = options;
  }

  /** Begins to deliver; to be called once. */
  start(): void {
    this.#running = this.#run();
  }

  /** There may be new events. */
  wake(): void {
    this.#hasNews = true;
    this.#wake?.();
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#wake?.();
    this.#closed ??= this.#running.then(() => this.#options.onClose());
    return this.#closed;
  }

  get #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  async #run(): Promise<void> {
    await this.#try("load", async () => {
      this.#position = this.#committedPosition = await this.#source.load();
    });
    while (!this.#isClosing) {
      this.#hasNews = false;
      let records: readonly Record[] = [];
      await this.#try("read", async () => {
        records = await this.#source.next(this.#position);
      });
      for (const record of records) await this.#deliver(record);
      await this.#commit();
      if (records.length === 0) await this.#news();
    }
  }

  async #deliver(record: Record): Promise<void> {
    if (this.#isClosing) return;
    const isDone = await this.#try(
      "handle",
      () => this.#handler(this.#source.toEvent(record)),
    );
    if (isDone) this.#position = record.position;
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#committedAtMs >= COMMIT_DELAY_MS) await this.#commit();
  }

  async #commit(): Promise<void> {
    if (this.#position === this.#committedPosition) return;
    const position = this.#position;
    try {
      await this.#source.commit(position);
      this.#committedPosition = position;
    } catch (error) {
      // The next commit makes up for it; until then a restart would deliver these again.
      this.#options.log.warn("event_group_commit_failed", { error: describeError(error) });
    }
    this.#committedAtMs = this.#options.clock.monotonicMs();
  }

  /** Tries until it works (true) or the member closes (false). */
  async #try(step: "load" | "read" | "handle", work: () => Promise<void>): Promise<boolean> {
    for (let attempt = 1; !this.#isClosing; attempt++) {
      try {
        await work();
        return true;
      } catch (error) {
        const fields = { step, attempt, error: describeError(error) };
        this.#options.log.warn("event_group_failed", fields);
      }
      const delayMs = Math.min(RETRY_DELAY_MIN_MS * 2 ** (attempt - 1), RETRY_DELAY_MAX_MS);
      await sleep(this.#options.clock, delayMs, this.#closing.signal).catch(() => {
        // It closes: the loop's condition sees that.
      });
    }
    return false;
  }

  async #news(): Promise<void> {
    if (this.#hasNews || this.#isClosing) return;
    const { clock, sleepMsMax } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const cancel = sleepMsMax === undefined ? undefined : clock.after(sleepMsMax, resolve);
    await promise;
    cancel?.();
    this.#wake = undefined;
  }
}
