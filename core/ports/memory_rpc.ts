import type { Clock } from "../clock.ts";
import type { JsonValue } from "../json.ts";
import { describeError, type Log } from "../log.ts";
import { type CallOptions, type Rpc, RpcError, type RpcHandler } from "./rpc.ts";
import type { Subscription } from "./subscription.ts";
import { WorkInHand } from "./work_in_hand.ts";

/** What a {@linkcode MemoryRpc} needs. */
export interface MemoryRpcOptions {
  /** Sets its timeouts. */
  readonly clock: Clock;
  /** Told of handlers that throw. */
  readonly log: Log;
  /** Calls that one server has in hand at most; beyond it a call fails as `overloaded`. Default 1024. */
  readonly callsMax?: number;
}

/**
 * An {@linkcode Rpc} inside this process. Requests and replies are copied through JSON, as a broker
 * would copy them. A call that was given up keeps its place until its handler is done.
 */
export class MemoryRpc implements Rpc {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #callsMax: number;
  readonly #servers = new Map<string, Server[]>();
  /** How to fail each call that waits. */
  readonly #waiting = new Set<(error: RpcError) => void>();
  #turn = 0;
  #closed = false;

  /** Nobody serves at first. */
  constructor(options: MemoryRpcOptions) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#callsMax = options.callsMax ?? 1024;
  }

  call(service: string, request: JsonValue, options: CallOptions): Promise<JsonValue> {
    return Promise.try(() => {
      options.signal?.throwIfAborted();
      const server = this.#nextServer(service);
      const reply = this.#handle(server, service, JSON.stringify(request));
      return this.#wait(service, reply, options);
    });
  }

  serve(service: string, handler: RpcHandler): Promise<Subscription> {
    return Promise.try(() => {
      if (this.#closed) throw new Error(`Cannot serve ${service}: the RPC is closed`);
      const servers = this.#servers.get(service) ?? [];
      this.#servers.set(service, servers);
      const server: Server = { handler, inHand: new WorkInHand() };
      servers.push(server);
      return { close: () => this.#closeServer(service, server) };
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const fail of [...this.#waiting]) {
      fail(new RpcError("unavailable", "Cannot wait for a reply: the RPC is closed"));
    }
    const servers = [...this.#servers].flatMap(([service, list]) =>
      list.map((server) => this.#closeServer(service, server))
    );
    await Promise.all(servers);
  }

  /** The next server in turn that has room. @throws RpcError where there is none */
  #nextServer(service: string): Server {
    const servers = this.#servers.get(service) ?? [];
    if (this.#closed || servers.length === 0) {
      const why = this.#closed ? "the RPC is closed" : "nobody serves it";
      throw new RpcError("unavailable", `Cannot call ${service}: ${why}`);
    }
    for (let tried = 0; tried < servers.length; tried++) {
      const server = servers[this.#turn++ % servers.length];
      if (server !== undefined && server.inHand.count < this.#callsMax) return server;
    }
    throw new RpcError("overloaded", `Cannot call ${service}: ${this.#callsMax} calls are in hand`);
  }

  /** The reply, copied. @throws RpcError when the handler rejects or replies with no JSON */
  async #handle(server: Server, service: string, request: string): Promise<JsonValue> {
    server.inHand.begin();
    try {
      // The caller's code goes on before the handler's begins, as it would with a broker.
      await Promise.resolve();
      return JSON.parse(JSON.stringify(await server.handler(JSON.parse(request))));
    } catch (error) {
      this.#log.error("rpc_handler_failed", { rpc: service, error: describeError(error) });
      throw new RpcError("failed", `Cannot call ${service}: its handler failed`);
    } finally {
      server.inHand.end();
    }
  }

  #wait(service: string, reply: Promise<JsonValue>, options: CallOptions): Promise<JsonValue> {
    const { deadlineMs, signal } = options;
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        settle();
        reject(error);
      };
      const onAbort = (): void => fail(signal?.reason);
      const cancelDeadline = this.#clock.after(deadlineMs, () => {
        const message = `Cannot call ${service}: no reply within ${deadlineMs} ms`;
        fail(new RpcError("deadline_exceeded", message));
      });
      const settle = (): void => {
        cancelDeadline();
        signal?.removeEventListener("abort", onAbort);
        this.#waiting.delete(fail);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.add(fail);
      // A late reply finds the promise settled, and is ignored by that.
      reply.then((value) => {
        settle();
        resolve(value);
      }, fail);
    });
  }

  #closeServer(service: string, server: Server): Promise<void> {
    const left = (this.#servers.get(service) ?? []).filter((other) => other !== server);
    if (left.length > 0) this.#servers.set(service, left);
    else this.#servers.delete(service);
    return server.inHand.none();
  }
}

interface Server {
  readonly handler: RpcHandler;
  readonly inHand: WorkInHand;
}
