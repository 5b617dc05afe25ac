import type { Clock } from "../../core/clock.ts";
import type { JsonValue } from "../../core/json.ts";
import type { Subscription } from "../../core/ports/subscription.ts";
import { type Delivery, PoisonMessage, type WorkQueue } from "../../core/ports/work_queue.ts";
import type { FaultyLink } from "./faulty_link.ts";

/** What a {@linkcode linkWorkQueue} works with. */
export interface LinkedWorkQueueOptions {
  /** What all processes share. */
  readonly workQueue: WorkQueue;
  /** One process's way there. */
  readonly link: FaultyLink;
  /** Draws whether an acknowledgement is lost, so that a message is delivered twice. */
  readonly losesAck: () => boolean;
  /** Waits in the world's time, not the process's. */
  readonly after: Clock["after"];
}

const PUBLISH_TIMEOUT_MS = 5_000;
/** A consumer that the broker does not hear for so long is gone, as by a missed heartbeat; in milliseconds. */
const CONSUMER_SILENT_MS = 10_000;

/** One process's way to the work queue: at least once. */
export function linkWorkQueue(options: LinkedWorkQueueOptions): WorkQueue {
  const { workQueue, link } = options;
  const failures = {
    timeoutMs: PUBLISH_TIMEOUT_MS,
    timedOut: () => new Error("No confirm of the work queue in time"),
    refused: () => new Error("Cannot reach the work queue"),
  };
  return {
    publish: (...all) => link.call(() => workQueue.publish(...all), failures),
    publishFanout: (...all) => link.call(() => workQueue.publishFanout(...all), failures),
    depth: (queue) => link.call(() => workQueue.depth(queue), failures),
    consume: async (queue, handler, consuming) =>
      endsWithProcess(
        await workQueue.consume(
          queue,
          (delivery) => deliver(delivery, handler, options),
          consuming,
        ),
        link,
      ),
    subscribeFanout: async (exchange, handler) =>
      endsWithProcess(
        await workQueue.subscribeFanout(exchange, (message) => {
          link.toProcess(() => void handler(message).catch(() => {}));
          return Promise.resolve();
        }),
        link,
      ),
    close: () => Promise.resolve(),
  };
}

/** Rejects where the process dies with it, or its acknowledgement is lost: it is delivered again. */
function deliver(
  delivery: Delivery & { readonly message: JsonValue },
  handler: (delivery: Delivery) => Promise<void>,
  { link, losesAck, after }: LinkedWorkQueueOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(new Error("The consumer is gone"));
    const forget = link.process.onDeath(lost);
    const cancel = after(CONSUMER_SILENT_MS, lost);
    const tell = (end: () => void): void =>
      link.toFarEnd(() => {
        cancel();
        end();
      });
    link.toProcess(() => {
      handler(delivery).then(() => {
        if (losesAck()) lost();
        else tell(resolve);
      }, (error: unknown) => {
        tell(() => reject(error instanceof PoisonMessage ? error : new Error("failed")));
      }).finally(forget);
    });
  });
}

function endsWithProcess(subscription: Subscription, link: FaultyLink): Subscription {
  link.process.onDeath(() => void subscription.close());
  return { close: () => Promise.resolve(void subscription.close()) };
}
