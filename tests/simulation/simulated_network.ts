import type { SimulatedProcess } from "./simulated_process.ts";
import { SimulatedSocket } from "./simulated_socket.ts";

type HttpHandler = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Response | Promise<Response>;

interface Server {
  readonly process: SimulatedProcess;
  readonly handler: HttpHandler;
}

/** What replaces the machine's own for the time of a run, by the object and the name that it has there. */
type Replacement = readonly [owner: object, name: string, value: unknown];

const UDP_PORT = 9_999;

/**
 * The network as services and players have it: HTTP servers by host and port, WebSockets, and listeners to which
 * nobody connects. Each process listens on a host of its own.
 */
export class SimulatedNetwork {
  readonly #hosts = new Map<string, SimulatedProcess>();
  readonly #servers = new Map<string, Server>();
  readonly #upgrades = new Map<Request, SimulatedSocket>();

  /** What is listened on from now on at `host` is this process's. */
  claim(host: string, process: SimulatedProcess): void {
    this.#hosts.set(host, process);
  }

  /** Who serves HTTP there, if it lives. */
  server(host: string, port: number): Server | undefined {
    const server = this.#servers.get(`${host}:${port}`);
    return server?.process.isAlive ? server : undefined;
  }

  /** The server's end of the socket that a request has become; undefined: it has not. */
  takeUpgrade(request: Request): SimulatedSocket | undefined {
    const socket = this.#upgrades.get(request);
    this.#upgrades.delete(request);
    return socket;
  }

  /**
   * Runs `work` on this network: no socket, thread or random number of the machine's is used meanwhile.
   *
   * @param options `crypto`: stands in for the machine's own
   */
  async with<T>(options: { readonly crypto: object }, work: () => Promise<T>): Promise<T> {
    const network: readonly Replacement[] = [
      [globalThis, "crypto", options.crypto],
      [globalThis, "Worker", SilentWorker],
      [Deno, "serve", (...all: [ServeOptions, HttpHandler]) => this.#serve(...all)],
      [Deno, "listen", (address: ListenAddress) => openSilentListener(address)],
      [Deno, "upgradeWebSocket", (request: Request) => this.#upgrade(request)],
    ];
    const restore = network.map(replace);
    try {
      return await work();
    } finally {
      for (const undo of restore) undo();
    }
  }

  #serve({ hostname, port, signal }: ServeOptions, handler: HttpHandler): object {
    const process = this.#hosts.get(hostname);
    if (process === undefined) throw new Error(`Cannot serve at ${hostname}: nobody's host`);
    const key = `${hostname}:${port}`;
    const server = { process, handler };
    this.#servers.set(key, server);
    const finished = Promise.withResolvers<void>();
    const end = (): Promise<void> => {
      if (this.#servers.get(key) === server) this.#servers.delete(key);
      finished.resolve();
      return finished.promise;
    };
    signal.addEventListener("abort", () => void end(), { once: true });
    const addr = { transport: "tcp", hostname, port };
    return { addr, finished: finished.promise, shutdown: end };
  }

  #upgrade(request: Request): object {
    const socket = new SimulatedSocket();
    this.#upgrades.set(request, socket);
    return { socket, response: new Response(null) };
  }
}

interface ServeOptions {
  readonly hostname: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

interface ListenAddress {
  readonly hostname: string;
  readonly port: number;
}

function openSilentListener({ hostname, port }: ListenAddress): object {
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => {
    // Whoever accepts is told; nobody may.
  });
  return {
    addr: { transport: "tcp", hostname, port },
    accept: () => closed.promise,
    close: () => closed.reject(new Error("Listener is closed")),
  };
}

/** The thread of a UDP socket on which nothing ever comes. */
class SilentWorker extends EventTarget {
  postMessage({ hostname }: { readonly hostname: string }): void {
    const data = { kind: "listening", address: { hostname, port: UDP_PORT } };
    queueMicrotask(() => this.dispatchEvent(new MessageEvent("message", { data })));
  }

  terminate(): void {}
}

function replace([owner, name, value]: Replacement): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  if (before === undefined) throw new Error(`Cannot replace ${name}: there is none`);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => void Object.defineProperty(owner, name, before);
}
