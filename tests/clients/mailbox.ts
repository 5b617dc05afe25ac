import { systemClock } from "../../core/clock.ts";

/** How long a test waits for something that must come, in milliseconds, unless it says otherwise. */
export const DEADLINE_MS = 10_000;

/** What is waited for. */
export interface Wanted<Message> {
  /** Says in the error what did not come. */
  readonly what: string;
  /** Default: any message. */
  readonly matches?: (message: Message) => boolean;
  /** Default {@linkcode DEADLINE_MS}. */
  readonly deadlineMs?: number;
}

interface Taker<Message> {
  readonly matches: (message: Message) => boolean;
  readonly resolve: (message: Message) => void;
  readonly reject: (error: Error) => void;
}

/** Messages that have come and that nobody has taken; past its bound the oldest go. */
export class Mailbox<Message> {
  readonly #countMax: number;
  #messages: Message[] = [];
  readonly #takers = new Set<Taker<Message>>();
  #end: Error | undefined;

  /** Keeps `countMax` messages; one more, and the oldest goes. */
  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** Gives the message to whoever waits for it, or keeps it. */
  push(message: Message): void {
    for (const taker of this.#takers) {
      if (!taker.matches(message)) continue;
      this.#takers.delete(taker);
      return taker.resolve(message);
    }
    this.#messages.push(message);
    if (this.#messages.length > this.#countMax) this.#messages.shift();
  }

  /** Nothing more will come: whoever waits, now or later, for what is not here gets the error. */
  end(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#takers) reject(this.#end);
    this.#takers.clear();
  }

  /**
   * Takes the first message that matches, now or when it comes; the others stay.
   *
   * @throws Error when the deadline passes or the messages end first
   */
  async take(wanted: Wanted<Message>): Promise<Message> {
    const { what, matches = (): boolean => true, deadlineMs = DEADLINE_MS } = wanted;
    const index = this.#messages.findIndex(matches);
    const [here] = index < 0 ? [] : this.#messages.splice(index, 1);
    if (here !== undefined) return here;
    if (this.#end !== undefined) throw new Error(`Cannot get ${what}`, { cause: this.#end });
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const taker = { matches, resolve, reject };
    this.#takers.add(taker);
    const cancel = systemClock.after(deadlineMs, () => {
      this.#takers.delete(taker);
      reject(new Error(`no message within ${deadlineMs} ms, ${this.#describeRest()}`));
    });
    try {
      return await promise;
    } catch (cause) {
      throw new Error(`Cannot get ${what}: ${cause instanceof Error ? cause.message : cause}`);
    } finally {
      cancel();
    }
  }

  /** Takes everything that is here. */
  takeAll(): Message[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  #describeRest(): string {
    const last = JSON.stringify(this.#messages.at(-1)) ?? "none";
    return `${this.#messages.length} others, the last ${last.slice(0, 300)}`;
  }
}
