import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { unreachable } from "../unreachable.ts";
import { EventWaker } from "./event_waker.ts";
import type { ChosenUdpBackend } from "./udp_choice.ts";
import { STATE_STOP, STATE_WORKER_WAKE } from "./udp_memory.ts";
import type { UdpSource } from "./udp_source.ts";
import type { UdpWorkerMessage, UdpWorkerStart } from "./udp_worker_messages.ts";

/** How the thread of a socket is started. */
export interface UdpThreadOptions extends Omit<UdpWorkerStart, "native" | "reusePort"> {
  /** How the socket is reached. */
  readonly backend: ChosenUdpBackend;
  /** Lets several sockets share the port; `mmsg` only. */
  readonly reusePort?: boolean;
  /** Told that the thread has ended by a fault of ours. */
  readonly onFault: (error: Error) => void;
  /** Told of what goes wrong. */
  readonly log: Log;
  /** Bounds how long closing takes. */
  readonly clock: Clock;
}

/** Sending what is left takes a second at most; beyond this the thread hangs. */
const CLOSE_MS_MAX = 2_000;

/** A socket's thread that listens. */
export class UdpThread {
  readonly #worker: Worker;
  readonly #options: UdpThreadOptions;
  readonly #state: Int32Array;
  readonly #listening = Promise.withResolvers<UdpSource>();
  readonly #ended = Promise.withResolvers<void>();
  #address: UdpSource;
  /** By which an `mmsg` worker is woken; another waits for a word of the shared memory. */
  readonly #waker: EventWaker | undefined;
  #isListening = false;
  #hasEnded = false;

  /** Starts the worker. */
  constructor(options: UdpThreadOptions) {
    const { memory, backend, reusePort = false } = options;
    const { hostname, port, datagramBytesMax, sourceRate } = options;
    this.#options = options;
    this.#state = new Int32Array(memory.state);
    this.#address = { hostname, port };
    const libcPath = backend.name === "mmsg" ? backend.libcPath : undefined;
    this.#waker = libcPath === undefined ? undefined : new EventWaker(libcPath);
    this.#worker = new Worker(new URL("./udp_worker.ts", import.meta.url), {
      type: "module",
      // A thread that only strangers speak to shall reach its socket and nothing else.
      deno: {
        permissions: {
          net: "inherit",
          ffi: "inherit",
          read: false,
          write: false,
          env: false,
          run: false,
          sys: false,
          import: false,
        },
      },
    });
    this.#worker.addEventListener("message", (event: MessageEvent<UdpWorkerMessage>) => {
      this.#hear(event.data);
    });
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(event.message);
    });
    this.#worker.postMessage(
      {
        memory,
        native: this.#waker === undefined || libcPath === undefined
          ? undefined
          : { libcPath, wakeDescriptor: this.#waker.descriptor },
        hostname,
        port,
        reusePort,
        datagramBytesMax,
        sourceRate,
      } satisfies UdpWorkerStart,
    );
  }

  /** What it listens on, once it does. */
  get address(): UdpSource {
    return this.#address;
  }

  /** Resolves when it listens. Rejects when it cannot; nothing is left of it then. */
  async listening(): Promise<void> {
    try {
      this.#address = await this.#listening.promise;
    } catch (cause) {
      this.#worker.terminate();
      this.#waker?.close();
      const { hostname, port } = this.#options;
      throw new Error(`Cannot listen on udp ${hostname}:${port}`, { cause });
    }
  }

  /** Wakes the worker, which waits. */
  wake(): void {
    if (this.#waker !== undefined) return this.#waker.wake();
    Atomics.add(this.#state, STATE_WORKER_WAKE, 1);
    Atomics.notify(this.#state, STATE_WORKER_WAKE);
  }

  /** Has the worker send what it was given, and waits for its end. */
  async close(): Promise<void> {
    const { clock, log } = this.#options;
    Atomics.store(this.#state, STATE_STOP, 1);
    if (!this.#hasEnded) this.wake();
    const late = Promise.withResolvers<"late">();
    const cancel = clock.after(CLOSE_MS_MAX, () => late.resolve("late"));
    const outcome = await Promise.race([this.#ended.promise, late.promise]);
    cancel();
    this.#worker.terminate();
    // A thread that hangs may still wait for the descriptor.
    if (outcome === "late") log.error("udp_thread_hangs");
    else this.#waker?.close();
  }

  #hear(message: UdpWorkerMessage): void {
    switch (message.kind) {
      case "listening":
        this.#isListening = true;
        return this.#listening.resolve(message.address);
      case "trouble":
        return this.#options.log.warn(`udp_${message.reason}`, { error: message.error });
      case "closed":
        this.#hasEnded = true;
        return this.#ended.resolve();
      case "failed":
        return this.#fail(message.error);
      default:
        return unreachable(message);
    }
  }

  #fail(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#ended.resolve();
    const error = new Error(`Cannot go on: the thread of the UDP socket died: ${reason}`);
    if (!this.#isListening) return this.#listening.reject(new Error(reason));
    this.#options.log.error("udp_thread_died", { reason });
    this.#options.onFault(error);
  }
}

/** Starts the thread of a socket. @throws Error when the address cannot be listened on */
export async function startUdpThread(options: UdpThreadOptions): Promise<UdpThread> {
  const thread = new UdpThread(options);
  await thread.listening();
  return thread;
}
