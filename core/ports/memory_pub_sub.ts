import type { Clock } from "../clock.ts";
import { describeError, type Log } from "../log.ts";
import { MicrotaskBacklog } from "./microtask_backlog.ts";
import { type PubSub, type PubSubMessage, PubSubRequestError } from "./pub_sub.ts";
import { checkSubject, matchesPattern, parsePattern } from "./subject.ts";
import type { Subscription } from "./subscription.ts";

/** What a {@linkcode MemoryPubSub} counts. */
export type PubSubTrouble =
  /** A listener threw. */
  | "listener_failed"
  /** A message was dropped, because too many waited. */
  | "backlog_full"
  /** A message was dropped, because it came after `close`. */
  | "closed";

/** What a {@linkcode MemoryPubSub} needs. */
export interface MemoryPubSubOptions {
  /** Sets its timeouts. */
  readonly clock: Clock;
  /** Told of what goes wrong. */
  readonly log: Log;
  /** Deliveries that wait for the end of the running task; beyond it new ones go. Default 65 536. */
  readonly backlogMax?: number;
  /** Called once for each trouble, to be counted. */
  readonly onTrouble?: (trouble: PubSubTrouble) => void;
}

/** Takes a message. */
export type PubSubListener = (message: PubSubMessage) => void;

interface Listening {
  readonly listener: PubSubListener;
  /** For wildcards. */
  readonly words: readonly string[];
  open: boolean;
}

/**
 * A {@linkcode PubSub} inside this process. Everything passes one queue that a microtask empties, so
 * messages stay in order and no listener runs inside `publish`. An exact subject is found by a map,
 * whatever the number of others; each wildcard subscription is tried at each message.
 */
export class MemoryPubSub implements PubSub {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onTrouble: (trouble: PubSubTrouble) => void;
  readonly #exact = new Map<string, Set<Listening>>();
  readonly #wildcards = new Set<Listening>();
  readonly #backlog: MicrotaskBacklog;
  /** How to fail each request that waits. */
  readonly #waiting = new Set<(error: PubSubRequestError) => void>();
  #closed = false;

  /** Nobody listens at first. */
  constructor(options: MemoryPubSubOptions) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#backlog = new MicrotaskBacklog(options.clock, options.backlogMax ?? 65_536);
    this.#onTrouble = options.onTrouble ?? (() => {});
  }

  publish(subject: string, payload: string): void {
    const listening = this.#match(subject);
    if (this.#closed) return this.#onTrouble("closed");
    if (listening.length > 0) this.#send(listening, { subject, payload, respond: ignore });
  }

  subscribe(subject: string, listener: PubSubListener): Subscription {
    const { words, exact } = parsePattern(subject);
    if (this.#closed) throw new Error(`Cannot listen to ${subject}: the pub/sub is closed`);
    const listening: Listening = { listener, words, open: true };
    const group = exact ? this.#exact.get(subject) ?? new Set() : this.#wildcards;
    if (exact) this.#exact.set(subject, group);
    group.add(listening);
    const close = (): Promise<void> => {
      listening.open = false;
      group.delete(listening);
      if (exact && group.size === 0 && this.#exact.get(subject) === group) {
        this.#exact.delete(subject);
      }
      return Promise.resolve();
    };
    return { close };
  }

  request(subject: string, payload: string, options: { deadlineMs: number }): Promise<string> {
    return Promise.try(() => {
      const listening = this.#match(subject);
      if (this.#closed) {
        const message = `Cannot request ${subject}: the pub/sub is closed`;
        throw new PubSubRequestError("unavailable", message);
      }
      if (listening.length === 0) {
        throw new PubSubRequestError("no_responders", `Cannot request ${subject}: nobody listens`);
      }
      return this.#ask(listening, { subject, payload, deadlineMs: options.deadlineMs });
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const fail of [...this.#waiting]) {
      fail(new PubSubRequestError("unavailable", "Cannot wait for a reply: the pub/sub is closed"));
    }
    for (const group of [...this.#exact.values(), this.#wildcards]) {
      for (const listening of group) listening.open = false;
    }
    this.#exact.clear();
    this.#wildcards.clear();
    this.#backlog.clear();
    return Promise.resolve();
  }

  /** Who listens to a subject. @throws TypeError where the subject is bad */
  #match(subject: string): Listening[] {
    const exact = this.#exact.get(subject);
    // What somebody listens to exactly has been checked.
    if (exact === undefined) checkSubject(subject);
    const matching = exact === undefined ? [] : [...exact];
    if (this.#wildcards.size === 0) return matching;
    const words = subject.split(".");
    for (const listening of this.#wildcards) {
      if (matchesPattern(words, listening.words)) matching.push(listening);
    }
    return matching;
  }

  #ask(
    listening: readonly Listening[],
    request: { readonly subject: string; readonly payload: string; readonly deadlineMs: number },
  ): Promise<string> {
    const { subject, payload, deadlineMs } = request;
    return new Promise((resolve, reject) => {
      const fail = (error: PubSubRequestError): void => {
        settle();
        reject(error);
      };
      const cancelDeadline = this.#clock.after(deadlineMs, () => {
        const message = `Cannot request ${subject}: no reply within ${deadlineMs} ms`;
        fail(new PubSubRequestError("deadline_exceeded", message));
      });
      const settle = (): void => {
        cancelDeadline();
        this.#waiting.delete(fail);
      };
      this.#waiting.add(fail);
      // A second or late reply finds the promise settled, and is ignored by that.
      const respond = (reply: string): void => {
        settle();
        resolve(reply);
      };
      this.#send(listening, {
        subject,
        payload,
        respond: (reply) => this.#push(() => respond(reply)),
      });
    });
  }

  #send(listening: readonly Listening[], message: PubSubMessage): void {
    for (const to of listening) {
      this.#push(() => {
        if (to.open) this.#deliver(to.listener, message);
      });
    }
  }

  #push(step: () => void): void {
    if (!this.#closed && !this.#backlog.push(step)) this.#onTrouble("backlog_full");
  }

  #deliver(listener: PubSubListener, message: PubSubMessage): void {
    const failed = (error: unknown): void => {
      this.#onTrouble("listener_failed");
      this.#log.error("listener_failed", {
        subject: message.subject,
        error: describeError(error),
      });
    };
    try {
      const result: unknown = listener(message);
      // An async function passes for a listener; its rejection must not end the process.
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

function ignore(): void {}
