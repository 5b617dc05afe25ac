import type { Clock } from "../../core/clock.ts";
import { type PubSub, type PubSubMessage, PubSubRequestError } from "../../core/ports/pub_sub.ts";
import type { Subscription } from "../../core/ports/subscription.ts";
import type { FaultyLink } from "./faulty_link.ts";

/** What a {@linkcode linkPubSub} works with. */
export interface LinkedPubSubOptions {
  /** What all processes share. */
  readonly pubSub: PubSub;
  /** One process's way there. */
  readonly link: FaultyLink;
  /** A way there for one subscription: what goes to one need not be in order with what goes to another. */
  readonly openLink: () => FaultyLink;
  /** How long the bus takes to see that a process is dead, in milliseconds. */
  readonly noticeMs: () => number;
  /** Waits in the world's time, not the process's. */
  readonly after: Clock["after"];
  /** Told of what the process sends, at that moment. */
  readonly onPublish: (subject: string, payload: string) => void;
}

/** Longer than any deadline: the process itself gives up. */
const HUB_DEADLINE_MS = 60_000;

/** One process's way to the bus: at most once, in order from one sender to one subscription. */
export function linkPubSub(options: LinkedPubSubOptions): PubSub {
  const { pubSub, link, onPublish } = options;
  return {
    publish: (subject, payload) => {
      if (!link.process.isAlive) return;
      onPublish(subject, payload);
      if (!link.loses) link.toFarEnd(() => pubSub.publish(subject, payload));
    },
    subscribe: (subject, listener) => subscribe(subject, listener, options),
    request: (subject, payload, { deadlineMs }) => {
      const isLost = link.loses;
      const ask = (): Promise<string> =>
        isLost ? never() : pubSub.request(subject, payload, { deadlineMs: HUB_DEADLINE_MS });
      return link.call(ask, {
        timeoutMs: deadlineMs,
        timedOut: () => new PubSubRequestError("deadline_exceeded", `No reply from ${subject}`),
        refused: () => new PubSubRequestError("unavailable", `Cannot request ${subject}`),
      });
    },
    close: () => Promise.resolve(),
  };
}

function subscribe(
  subject: string,
  listener: (message: PubSubMessage) => void,
  { pubSub, link: { process }, openLink, noticeMs, after }: LinkedPubSubOptions,
): Subscription {
  const link = openLink();
  let isOpen = process.isAlive;
  const subscription = pubSub.subscribe(subject, (message) => {
    if (link.loses) return;
    link.toProcess(() => {
      if (!isOpen) return;
      listener({
        ...message,
        respond: (payload) => {
          if (!link.loses) link.toFarEnd(() => message.respond(payload));
        },
      });
    });
  });
  process.onDeath(() => after(noticeMs(), () => void subscription.close()));
  return {
    close: () => {
      isOpen = false;
      return subscription.close();
    },
  };
}

function never(): Promise<never> {
  return new Promise(() => {});
}
