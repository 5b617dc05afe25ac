import type { CancelTimer, Clock } from "../clock.ts";
import { Deque } from "../deque.ts";

/** Messages that are delivered before timers and sockets get their turn. */
const BURST_MESSAGES_MAX = 1_024;

/** Somebody for whom messages wait. */
export interface BacklogListener<Message> {
  /** What has come and was not delivered, oldest first; changed by the backlog alone. */
  readonly waiting: Deque<Message>;
  /** Takes a message; must not throw. */
  take(message: Message): void;
}

/** What a {@linkcode NatsBacklog} needs. */
export interface NatsBacklogOptions<Listener> {
  /** Sets the turn of the next burst. */
  readonly clock: Clock;
  /** Messages that wait for one listener; beyond it that one loses its oldest. */
  readonly lengthMax: number;
  /** Called once for each message that is lost so, before it is. */
  readonly onDrop: (listener: Listener) => void;
}

/**
 * Delivers messages in the order in which they came, whoever they are for, in bursts, so that a flood of
 * them keeps nothing else from running. A listener that loses messages loses no other's place.
 */
export class NatsBacklog<Message, Listener extends BacklogListener<Message>> {
  readonly #options: NatsBacklogOptions<Listener>;
  /** One for each message that waits: whose turn it is. */
  readonly #turns = new Deque<Listener>();
  #isDue = false;
  #cancelTimer: CancelTimer = () => {};

  /** Nothing waits. */
  constructor(options: NatsBacklogOptions<Listener>) {
    this.#options = options;
  }

  /** Adds a message; it is delivered later, never inside the call. */
  push(listener: Listener, message: Message): void {
    const { lengthMax, onDrop } = this.#options;
    if (listener.waiting.length < lengthMax) {
      this.#turns.push(listener);
    } else {
      // The new message takes the turn of the one that goes.
      onDrop(listener);
      listener.waiting.shift();
    }
    listener.waiting.push(message);
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => this.#drain());
  }

  /** Forgets every message. */
  clear(): void {
    for (let turn = this.#turns.shift(); turn !== undefined; turn = this.#turns.shift()) {
      turn.waiting.clear();
    }
    this.#cancelTimer();
    this.#isDue = false;
  }

  #drain(): void {
    for (let done = 0; done < BURST_MESSAGES_MAX; done++) {
      const listener = this.#turns.shift();
      if (listener === undefined) {
        this.#isDue = false;
        return;
      }
      const message = listener.waiting.shift();
      // Undefined: the listener closed meanwhile and forgot what waited.
      if (message !== undefined) listener.take(message);
    }
    this.#cancelTimer = this.#options.clock.after(0, () => this.#drain());
  }
}
