import { RELIABLE_HELD_MAX } from "./reliable_inbox.ts";
import { isAcked } from "./replay_window.ts";

/** Messages that wait for an acknowledgement, at most; what comes then is given up. */
export const RELIABLE_WAITING_MAX = 64;

/** How long a message waits for its acknowledgement before it is sent again; doubled each time. */
const RESEND_MS = 150;
const RESEND_MS_MAX = 2_000;

interface Waiting {
  readonly number: number;
  readonly text: string;
  /** The full sequences of the datagrams that carried it last. */
  readonly sequences: number[];
  sentMs: number;
  intervalMs: number;
}

/** Sequences remembered for each message: an acknowledgement of any of them is one of the message. */
const SEQUENCES_MAX = 8;

/** What one side has to say that must arrive: numbered, and repeated until a datagram of it is acknowledged. */
export class ReliableOutbox {
  readonly #waiting: Waiting[] = [];
  #number = 0;

  /** How many wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Adds a message, which is due at once; false, and it is given up, where too many wait. */
  add(text: string): boolean {
    // The newest and not the oldest: the other side holds back all that comes after a missing number.
    if (this.#waiting.length >= RELIABLE_WAITING_MAX) return false;
    this.#number++;
    this.#waiting.push({
      number: this.#number,
      text,
      sequences: [],
      sentMs: -Infinity,
      intervalMs: RESEND_MS,
    });
    return true;
  }

  /** The next message that is due, marked as sent in the datagram with this full sequence; or undefined. */
  takeDue(
    nowMs: number,
    sequence: number,
  ): { readonly number: number; readonly text: string } | undefined {
    const end = (this.#waiting[0]?.number ?? 0) + RELIABLE_HELD_MAX;
    const due = this.#waiting.find(({ number, sentMs, intervalMs }) =>
      number < end && nowMs - sentMs >= intervalMs
    );
    if (due === undefined) return undefined;
    if (due.sentMs !== -Infinity) due.intervalMs = Math.min(2 * due.intervalMs, RESEND_MS_MAX);
    due.sentMs = nowMs;
    due.sequences.push(sequence);
    if (due.sequences.length > SEQUENCES_MAX) due.sequences.shift();
    return due;
  }

  /** Forgets what a header acknowledges; `ack` is full, as `expandAck` gives it. */
  onAck(ack: number, ackBits: number): void {
    for (let index = this.#waiting.length - 1; index >= 0; index--) {
      const sequences = this.#waiting[index]?.sequences ?? [];
      if (sequences.some((sequence) => isAcked(ack, ackBits, sequence))) {
        this.#waiting.splice(index, 1);
      }
    }
  }
}
