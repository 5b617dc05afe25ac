import type { Buffer } from "node:buffer";
import type { Clock } from "../clock.ts";
import type { JsonValue } from "../json.ts";
import type { Log } from "../log.ts";
import type { CallOptions, Rpc, RpcHandler } from "../ports/rpc.ts";
import type { Subscription } from "../ports/subscription.ts";
import type { AmqpConfirmChannel } from "./rabbitmq_amqp.ts";
import { RabbitChannel, type RabbitChannelDeps } from "./rabbitmq_channel.ts";
import type { RabbitConfig } from "./rabbitmq_config.ts";
import { RabbitConnection } from "./rabbitmq_connection.ts";
import { dialRabbit } from "./rabbitmq_dial.ts";
import { encodeJson } from "./rabbitmq_message.ts";
import { failureOf, RabbitRpcClient } from "./rabbitmq_rpc_client.ts";
import { RabbitRpcServer } from "./rabbitmq_rpc_server.ts";

/** What a {@linkcode RabbitRpc} needs. */
export interface RabbitRpcOptions {
  /** Which broker. */
  readonly config: RabbitConfig;
  /** Sets deadlines and pauses. */
  readonly clock: Clock;
  /** Spreads pauses: 0 to 1. */
  readonly random: () => number;
  /** Told of what goes wrong. */
  readonly log: Log;
  /** Called when the broker can be used and when it can not; must not throw. */
  readonly onState?: (isUp: boolean, reason?: string) => void;
  /** What the broker's own pages call the connection. Default `tanks`. */
  readonly name?: string;
  /** Calls that one server has in hand, 1 to 65 535; beyond it a call is `overloaded`. Default 1024. */
  readonly callsMax?: number;
  /** Calls of ours that wait for their replies; beyond it a call is `overloaded`. Default 8192. */
  readonly callsWaitingMax?: number;
  /** Bytes of a request or a reply as JSON; a longer one has `failed`. Default 1 MiB. */
  readonly messageBytesMax?: number;
}

/** The protocol counts a prefetch in 16 bits. */
const CALLS_MAX_MAX = 65_535;

/**
 * An {@linkcode Rpc} on RabbitMQ, 3.10 and later: a queue `rpc.<service>` for each service, replies by
 * direct reply-to. A request is handed to one server once; it, and its reply, are lost with the broker,
 * or with the connection that they are under way on. While the broker is down a call is `unavailable` at
 * once; before the first attempt to connect has ended it waits.
 */
export class RabbitRpc implements Rpc {
  readonly #options: RabbitRpcOptions;
  readonly #callsMax: number;
  readonly #messageBytesMax: number;
  readonly #connection: RabbitConnection;
  readonly #client: RabbitRpcClient;
  readonly #callChannel: RabbitChannel<AmqpConfirmChannel>;
  readonly #servers = new Set<RabbitRpcServer>();
  #closing: Promise<void> | undefined;

  /** Begins to connect. @throws RangeError when `callsMax` is out of its range */
  constructor(options: RabbitRpcOptions) {
    const { config, clock, random, log, name = "tanks", callsMax = 1_024 } = options;
    if (!Number.isInteger(callsMax) || callsMax < 1 || callsMax > CALLS_MAX_MAX) {
      throw new RangeError(`Cannot open: callsMax must be 1..${CALLS_MAX_MAX}, is ${callsMax}`);
    }
    this.#options = options;
    this.#callsMax = callsMax;
    this.#messageBytesMax = options.messageBytesMax ?? 1_048_576;
    this.#client = new RabbitRpcClient({ clock, callsMax: options.callsWaitingMax ?? 8_192 });
    this.#connection = new RabbitConnection({
      dial: () => dialRabbit(config, `${name} rpc`),
      clock,
      random,
      log: log.child({ connection: "rpc" }),
      onState: (isUp, reason) => this.#noteState(isUp, reason),
    });
    this.#callChannel = new RabbitChannel<AmqpConfirmChannel>(this.#channelDeps, {
      name: "RPC client",
      open: (amqp) => amqp.createConfirmChannel(),
      setUp: (channel) => this.#client.setUp(channel),
      onUp: (channel) => this.#client.channelUp(channel),
      onLost: () => this.#client.channelLost("the connection was lost"),
    });
  }

  async call(service: string, request: JsonValue, options: CallOptions): Promise<JsonValue> {
    options.signal?.throwIfAborted();
    const { state } = this.#connection;
    if (this.#closing) throw failureOf("unavailable", service, "the RPC is closed");
    if (state.kind === "down") throw failureOf("unavailable", service, state.reason);
    return await this.#client.call(service, this.#encode(service, request), options);
  }

  async serve(service: string, handler: RpcHandler): Promise<Subscription> {
    if (this.#closing) throw new Error(`Cannot serve ${service}: the RPC is closed`);
    const server = new RabbitRpcServer({
      ...this.#channelDeps,
      callsMax: this.#callsMax,
      messageBytesMax: this.#messageBytesMax,
    }, { service, handler });
    this.#servers.add(server);
    const close = async (): Promise<void> => {
      await server.close();
      this.#servers.delete(server);
    };
    try {
      await server.started();
    } catch (error) {
      await close();
      throw error;
    }
    return { close };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#client.channelLost("the RPC is closed");
    await Promise.all([...this.#servers].map((server) => server.close()));
    await this.#callChannel.close();
    await this.#connection.close();
  }

  get #channelDeps(): RabbitChannelDeps {
    const { clock, random, log } = this.#options;
    return { connection: this.#connection, clock, random, log };
  }

  #encode(service: string, request: JsonValue): Buffer {
    try {
      return encodeJson(request, this.#messageBytesMax);
    } catch (cause) {
      throw failureOf("failed", service, "the request cannot be sent", { cause });
    }
  }

  #noteState(isUp: boolean, reason: string | undefined): void {
    // A broker that is only short of memory may answer yet.
    if (this.#connection.state.kind === "down") this.#client.channelLost(reason ?? "it is down");
    this.#options.onState?.(isUp, reason);
  }
}
