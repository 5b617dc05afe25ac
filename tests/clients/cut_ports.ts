import type { KvStore } from "../../core/ports/kv_store.ts";
import { type PubSub, type PubSubMessage, PubSubRequestError } from "../../core/ports/pub_sub.ts";
import type { Subscription } from "../../core/ports/subscription.ts";

/** One server's way to store and bus, which can be cut as its network can. */
export class CutPorts {
  /** Its way to the store: rejects while it is cut. */
  readonly kvStore: KvStore;
  /** Its way to the bus: loses what is sent either way while it is cut. */
  readonly pubSub: PubSub;
  /** Whether nothing reaches the store. */
  isStoreCut = false;
  /** Whether nothing goes over the bus. */
  isBusCut = false;

  /** Cuts nothing yet. */
  constructor(ports: { readonly kvStore: KvStore; readonly pubSub: PubSub }) {
    this.kvStore = this.#cutStore(ports.kvStore);
    this.pubSub = this.#cutBus(ports.pubSub);
  }

  /** Cuts both, or joins both again. */
  cut(isCut: boolean): void {
    this.isStoreCut = isCut;
    this.isBusCut = isCut;
  }

  #cutStore(store: KvStore): KvStore {
    const through = <T>(call: () => Promise<T>): Promise<T> =>
      this.isStoreCut ? Promise.reject(new Error("The store cannot be reached")) : call();
    return {
      get: (key) => through(() => store.get(key)),
      set: (key, value, options) => through(() => store.set(key, value, options)),
      compareAndSet: (...all) => through(() => store.compareAndSet(...all)),
      take: (key) => through(() => store.take(key)),
      delete: (key) => through(() => store.delete(key)),
      increment: (...all) => through(() => store.increment(...all)),
      ttlMs: (key) => through(() => store.ttlMs(key)),
      keys: (...all) => through(() => store.keys(...all)),
      sortedSetAdd: (...all) => through(() => store.sortedSetAdd(...all)),
      sortedSetRemove: (...all) => through(() => store.sortedSetRemove(...all)),
      sortedSetRange: (...all) => through(() => store.sortedSetRange(...all)),
      close: () => Promise.resolve(),
    };
  }

  #cutBus(bus: PubSub): PubSub {
    return {
      publish: (subject, payload) => {
        if (!this.isBusCut) bus.publish(subject, payload);
      },
      subscribe: (subject, listener): Subscription =>
        bus.subscribe(subject, (message) => {
          if (!this.isBusCut) listener(this.#cutMessage(message));
        }),
      request: (...all) =>
        this.isBusCut
          ? Promise.reject(new PubSubRequestError("unavailable", "The bus cannot be reached"))
          : bus.request(...all),
      close: () => Promise.resolve(),
    };
  }

  #cutMessage(message: PubSubMessage): PubSubMessage {
    return {
      ...message,
      respond: (payload) => {
        if (!this.isBusCut) message.respond(payload);
      },
    };
  }
}
