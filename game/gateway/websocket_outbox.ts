import type { Clock } from "../../core/clock.ts";

/** The part of a socket that sends. */
export interface ClientSocket {
  /** Characters or bytes that the client has still to take. */
  readonly bufferedAmount: number;
  /** Sends a text frame. */
  send(text: string): void;
  /** Says goodbye. */
  close(code: number, reason: string): void;
}

/** A client that has this much before it, in bytes, is sent no further state until it has taken some. */
export const STATE_BACKLOG_BYTES_MAX = 32_768;
/** A client that has this much before it, in bytes, is too slow. */
export const BACKLOG_BYTES_MAX = 262_144;
/** A client that has to be spared states for this long, in milliseconds, is too slow. */
export const SLOW_MS_MAX = 10_000;

const EVENTS = '"events":[';
const FULL = '"base":null,';

/**
 * What goes to one client. Of the states that it is too slow for only the newest is kept, with the events
 * of those that it stands in for; all other frames are sent, as long as there is room.
 */
export class WebSocketOutbox {
  readonly #socket: ClientSocket;
  readonly #clock: Clock;
  #waiting: string | undefined;
  #slowSinceMs = Infinity;
  #skipped = 0;

  /** Has sent nothing yet. */
  constructor(socket: ClientSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** States that a newer one stood in for. */
  get skippedCount(): number {
    return this.#skipped;
  }

  /** Whether the client does not keep up. */
  get isTooSlow(): boolean {
    const { bufferedAmount } = this.#socket;
    const waitingBytes = this.#waiting?.length ?? 0;
    return bufferedAmount + waitingBytes > BACKLOG_BYTES_MAX ||
      this.#clock.monotonicMs() - this.#slowSinceMs >= SLOW_MS_MAX;
  }

  /** Sends a state, or keeps it until the client has taken what is before it. */
  state(text: string): void {
    const older = this.#waiting;
    if (older !== undefined) this.#skipped++;
    this.#waiting = older === undefined ? text : withEventsOf(older, text);
    this.flush();
  }

  /** Sends what must not be left out. */
  frame(text: string): void {
    this.#socket.send(text);
  }

  /** Sends the state that waits, if the client has room for it by now. */
  flush(): void {
    if (this.#waiting === undefined) return;
    if (this.#socket.bufferedAmount > STATE_BACKLOG_BYTES_MAX) {
      this.#slowSinceMs = Math.min(this.#slowSinceMs, this.#clock.monotonicMs());
      return;
    }
    this.#slowSinceMs = Infinity;
    this.#socket.send(this.#waiting);
    this.#waiting = undefined;
  }
}

/**
 * A state with the events of the one before it. A state against a baseline repeats events by itself, until
 * it is acknowledged; only a full one does not. Nothing in an event is a client's own text.
 */
function withEventsOf(older: string, newer: string): string {
  const from = older.lastIndexOf(EVENTS) + EVENTS.length;
  const events = older.slice(from, -"]}".length);
  const at = newer.lastIndexOf(EVENTS) + EVENTS.length;
  if (events === "" || at < EVENTS.length || !newer.includes(FULL)) return newer;
  const separator = newer.startsWith("]", at) ? "" : ",";
  return newer.slice(0, at) + events + separator + newer.slice(at);
}
