// Long because what becomes of a publish is one state machine.
import type { CancelTimer, Clock } from "../clock.ts";
import { WorkInHand } from "../ports/work_in_hand.ts";
import type { AmqpConfirmChannel } from "./rabbitmq_amqp.ts";
import type { RabbitMessage } from "./rabbitmq_message.ts";
import { isChannelGone, isRefusal } from "./rabbitmq_errors.ts";
import { retryDelayMs } from "./retry_delay.ts";

/** Where a message goes. */
export interface RabbitRoute {
  /** A message for an exchange without subscribers goes nowhere, one for a queue must arrive. */
  readonly kind: "queue" | "exchange";
  /** Its name. */
  readonly name: string;
  /** Of a queue, as in `QueueOptions`. */
  readonly keptMs?: number;
}

/** Why a message was not published. */
export type PublishTrouble =
  /** Too many wait. */
  | "publish_overflow"
  /** The broker did not confirm it in time. */
  | "publish_expired"
  /** The broker would not have it: its queue was full until the deadline, or is not ours to use. */
  | "publish_refused";

/** What a {@linkcode RabbitPublisher} needs. */
export interface RabbitPublisherOptions {
  /** Sets the deadlines. */
  readonly clock: Clock;
  /** Spreads pauses: 0 to 1. */
  readonly random: () => number;
  /** Declares the queue or the exchange, once on each channel. */
  readonly declare: (route: RabbitRoute) => Promise<void>;
  /** Messages that wait or are not confirmed at most; beyond it one more is refused. */
  readonly publishesMax: number;
  /** The bytes of those, with the same policy. */
  readonly publishBytesMax: number;
  /** How long a message may take to be confirmed, also while the broker is down, in milliseconds. */
  readonly publishTimeoutMs: number;
  /** Called once for each message that is not published. */
  readonly onTrouble: (trouble: PublishTrouble) => void;
}

/** What it publishes on. */
export type PublishChannel = Pick<AmqpConfirmChannel, "publish">;

/** Before the next attempt where the broker took nothing for a queue, in milliseconds. */
const REFUSED_RANGE = { minMs: 100, maxMs: 2_000 };

/** How often a message may come back from a queue that was declared a moment ago. */
const RETURNS_MAX = 3;

/** Queues and exchanges remembered as declared; beyond it an idle one is forgotten. */
const TARGETS_MAX = 1_024;

interface Publish {
  /** Order of publishing: what has to be sent again takes its old place. */
  readonly sequence: number;
  readonly route: RabbitRoute;
  readonly message: RabbitMessage;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  cancelDeadline: CancelTimer;
  /** Whether its promise is settled; if it was sent, it counts until the broker has answered. */
  isSettled: boolean;
  /** Whether the broker said that no queue took it; its confirmation comes after that. */
  isReturned: boolean;
  returnCount: number;
  /** Why the broker did not take it, the last time. */
  refusal: unknown;
}

interface Target {
  /** `paused`: it took nothing, and is left alone for a while. */
  state: "unknown" | "declaring" | "declared" | "paused";
  readonly waiting: Set<Publish>;
  /** How often in a row it took nothing. */
  refusalCount: number;
  cancelPause: CancelTimer;
}

/**
 * Publishes with confirmation. What is not confirmed when the channel is lost is sent again on the next
 * one, in order, so that a message may arrive twice but not be lost. What the broker refuses is sent again
 * too, after a pause, because it does not say whether the queue is full, or about to come back from a
 * restart. What waits longer than it may is given up.
 */
export class RabbitPublisher {
  readonly #options: RabbitPublisherOptions;
  readonly #targets = new Map<string, Target>();
  /** Sent and not confirmed, in order. */
  readonly #sent = new Set<Publish>();
  readonly #unsettled = new WorkInHand();
  #channel: PublishChannel | undefined;
  #sequence = 0;
  #count = 0;
  #bytes = 0;
  #isClosed = false;

  /** Waits for a channel. */
  constructor(options: RabbitPublisherOptions) {
    this.#options = options;
  }

  /** Messages that wait or are not confirmed. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when the broker has the message. @throws Error when it does not take it in time */
  publish(route: RabbitRoute, message: RabbitMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const { clock, publishTimeoutMs, publishesMax, publishBytesMax, onTrouble } = this.#options;
      if (this.#isClosed) throw new Error(`${cannot(route)}: it is closed`);
      const bytes = this.#bytes + message.content.length;
      if (this.#count >= publishesMax || bytes > publishBytesMax) {
        onTrouble("publish_overflow");
        throw new Error(`${cannot(route)}: ${this.#count} messages wait for the broker`);
      }
      const publish: Publish = {
        sequence: this.#sequence++,
        route,
        message,
        resolve,
        reject,
        cancelDeadline: clock.after(publishTimeoutMs, () => this.#expire(publish)),
        isSettled: false,
        isReturned: false,
        returnCount: 0,
        refusal: undefined,
      };
      this.#count++;
      this.#bytes = bytes;
      this.#unsettled.begin();
      this.#offer(publish);
    });
  }

  /** There is a channel, with nothing declared on it and nothing sent. */
  channelUp(channel: PublishChannel): void {
    this.#channel = channel;
    for (const [key, target] of this.#targets) this.#declare(key, target);
  }

  /** The channel is gone, and with it what it would have confirmed. */
  channelLost(): void {
    this.#channel = undefined;
    for (const target of this.#targets.values()) {
      target.state = "unknown";
      target.cancelPause();
    }
    const unconfirmed = [...this.#sent];
    this.#sent.clear();
    for (const publish of unconfirmed) this.#sendAgain(publish);
    if (this.#isClosed) this.#giveUpWaiting();
  }

  /** No queue took the message with this id. */
  messageReturned(id: unknown): void {
    for (const publish of this.#sent) {
      if (publish.message.id !== id || publish.isReturned) continue;
      publish.isReturned = true;
      return;
    }
  }

  /** Takes no more, and waits for what is under way; gives up at once what has no broker. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#channel === undefined) this.#giveUpWaiting();
    await this.#unsettled.none();
    for (const target of this.#targets.values()) target.cancelPause();
  }

  /** It is not sent now: either it still waits for its confirmation, or it counts no longer. */
  #sendAgain(publish: Publish): void {
    publish.isReturned = false;
    if (publish.isSettled) this.#forget(publish);
    else this.#offer(publish);
  }

  #offer(publish: Publish): void {
    const key = keyOf(publish.route);
    const target = this.#target(key);
    if (this.#channel !== undefined && target.state === "declared") {
      this.#send(this.#channel, target, publish);
    } else {
      target.waiting.add(publish);
      this.#declare(key, target);
    }
  }

  #target(key: string): Target {
    const existing = this.#targets.get(key);
    if (existing !== undefined) return existing;
    if (this.#targets.size >= TARGETS_MAX) this.#forgetIdleTarget();
    const target: Target = {
      state: "unknown",
      waiting: new Set(),
      refusalCount: 0,
      cancelPause: () => {},
    };
    this.#targets.set(key, target);
    return target;
  }

  #forgetIdleTarget(): void {
    for (const [key, { state, waiting }] of this.#targets) {
      if (waiting.size > 0 || state === "declaring" || state === "paused") continue;
      this.#targets.delete(key);
      return;
    }
  }

  #declare(key: string, target: Target): void {
    const channel = this.#channel;
    const [first] = target.waiting;
    if (channel === undefined || first === undefined || target.state !== "unknown") return;
    target.state = "declaring";
    this.#options.declare(first.route).then(() => {
      if (this.#channel !== channel) return;
      target.state = "declared";
      const inOrder = [...target.waiting].sort((left, right) => left.sequence - right.sequence);
      for (const publish of inOrder) this.#send(channel, target, publish);
    }, (error) => {
      if (this.#channel !== channel) return;
      target.state = "unknown";
      if (isRefusal(error)) this.#refuseWaiting(target, error);
      else this.#pause(key, target);
    });
  }

  #pause(key: string, target: Target): void {
    if (target.state === "paused") return;
    target.state = "paused";
    const { clock, random } = this.#options;
    const delayMs = retryDelayMs(++target.refusalCount, REFUSED_RANGE, random);
    target.cancelPause = clock.after(delayMs, () => {
      target.state = "unknown";
      this.#declare(key, target);
    });
  }

  #send(channel: PublishChannel, target: Target, publish: Publish): void {
    const { route: { kind, name }, message: { content, contentType, id, headers } } = publish;
    const [exchange, routingKey] = kind === "queue" ? ["", name] : [name, ""];
    const properties = {
      persistent: true,
      mandatory: kind === "queue",
      contentType,
      messageId: id,
      timestamp: Math.floor(this.#options.clock.nowMs() / 1000),
      headers,
    };
    try {
      channel.publish(exchange, routingKey, content, properties, (error: unknown) => {
        // A channel that is lost says so after this: nothing was refused then.
        if (error) queueMicrotask(() => this.#refused(channel, publish, error));
        else this.#confirmed(publish);
      });
      target.waiting.delete(publish);
      this.#sent.add(publish);
    } catch (error) {
      // A channel that closes: the next one takes it.
      if (isChannelGone(error)) return void target.waiting.add(publish);
      this.#refuse(publish, new Error(`${cannot(publish.route)}: not valid`, { cause: error }));
    }
  }

  #confirmed(publish: Publish): void {
    if (!this.#sent.delete(publish)) return;
    const target = this.#target(keyOf(publish.route));
    if (publish.isSettled || !publish.isReturned) {
      target.refusalCount = 0;
      this.#forget(publish);
      return this.#settle(publish);
    }
    if (++publish.returnCount > RETURNS_MAX) {
      return this.#refuse(publish, new Error(`${cannot(publish.route)}: no such queue`));
    }
    // Somebody has deleted the queue: declare it again.
    if (target.state === "declared") target.state = "unknown";
    this.#sendAgain(publish);
  }

  #refused(channel: PublishChannel, publish: Publish, refusal: unknown): void {
    if (this.#channel !== channel || !this.#sent.delete(publish)) return;
    const key = keyOf(publish.route);
    publish.refusal = refusal;
    this.#pause(key, this.#target(key));
    this.#sendAgain(publish);
  }

  #refuseWaiting(target: Target, cause: Error): void {
    for (const publish of [...target.waiting]) {
      const error = new Error(`${cannot(publish.route)}: the broker refuses it`, { cause });
      this.#refuse(publish, error);
    }
  }

  #refuse(publish: Publish, error: Error): void {
    if (!publish.isSettled) this.#options.onTrouble("publish_refused");
    this.#forget(publish);
    this.#settle(publish, error);
  }

  #expire(publish: Publish): void {
    const { publishTimeoutMs, onTrouble } = this.#options;
    const why = publish.refusal !== undefined
      ? "the broker refuses it, the queue may be full"
      : this.#channel === undefined
      ? "the broker is down"
      : "the broker does not confirm";
    onTrouble(publish.refusal === undefined ? "publish_expired" : "publish_refused");
    if (!this.#sent.has(publish)) this.#forget(publish);
    const message = `${cannot(publish.route)} within ${publishTimeoutMs} ms: ${why}`;
    this.#settle(publish, new Error(message, { cause: publish.refusal }));
  }

  #giveUpWaiting(): void {
    for (const { waiting } of this.#targets.values()) {
      for (const publish of [...waiting]) {
        this.#forget(publish);
        this.#settle(
          publish,
          new Error(`${cannot(publish.route)}: closed while the broker is down`),
        );
      }
    }
  }

  /** It counts no longer. */
  #forget(publish: Publish): void {
    this.#count--;
    this.#bytes -= publish.message.content.length;
    this.#targets.get(keyOf(publish.route))?.waiting.delete(publish);
  }

  #settle(publish: Publish, error?: Error): void {
    if (publish.isSettled) return;
    publish.isSettled = true;
    publish.cancelDeadline();
    if (error === undefined) publish.resolve();
    else publish.reject(error);
    this.#unsettled.end();
  }
}

function keyOf({ kind, name }: RabbitRoute): string {
  return `${kind} ${name}`;
}

function cannot({ name }: RabbitRoute): string {
  return `Cannot publish to ${name}`;
}
