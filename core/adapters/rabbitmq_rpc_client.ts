import type { Buffer } from "node:buffer";
import type { Clock } from "../clock.ts";
import type { JsonValue } from "../json.ts";
import { type CallOptions, RpcError, type RpcFailure } from "../ports/rpc.ts";
import type { AmqpConfirmChannel, AmqpMessage } from "./rabbitmq_amqp.ts";
import { isChannelGone } from "./rabbitmq_errors.ts";
import { callProperties, decodeReply, REPLY_TO, rpcQueueOf } from "./rabbitmq_rpc_protocol.ts";

/** What a {@linkcode RabbitRpcClient} needs. */
export interface RabbitRpcClientOptions {
  /** Sets the deadlines. */
  readonly clock: Clock;
  /** Calls that wait for their replies at most; one more fails as `overloaded`. */
  readonly callsMax: number;
}

/** What it calls on: a confirm channel, because a queue that is full says so by not confirming. */
export type CallChannel = Pick<AmqpConfirmChannel, "publish" | "consume" | "on">;

interface Call {
  readonly id: string;
  readonly service: string;
  readonly content: Buffer;
  readonly deadlineMs: number;
  readonly succeed: (value: JsonValue) => void;
  readonly fail: (error: unknown) => void;
}

/** The calling side: each call ends with its reply, its deadline, its signal or its channel. */
export class RabbitRpcClient {
  readonly #options: RabbitRpcClientOptions;
  readonly #calls = new Map<string, Call>();
  #channel: CallChannel | undefined;
  #nextId = 0;

  /** Waits for a channel. */
  constructor(options: RabbitRpcClientOptions) {
    this.#options = options;
  }

  /**
   * The reply to a request; without a channel the call waits for one.
   *
   * @throws RpcError when none comes; the signal's reason when it aborts first
   */
  call(service: string, content: Buffer, options: CallOptions): Promise<JsonValue> {
    return new Promise((resolve, reject) => {
      const { deadlineMs, signal } = options;
      const { clock, callsMax } = this.#options;
      signal?.throwIfAborted();
      if (this.#calls.size >= callsMax) {
        throw failureOf("overloaded", service, `${callsMax} calls wait for their replies`);
      }
      const id = String(this.#nextId++);
      const onAbort = (): void => call.fail(signal?.reason);
      const cancelDeadline = clock.after(deadlineMs, () => {
        call.fail(failureOf("deadline_exceeded", service, `no reply within ${deadlineMs} ms`));
      });
      const settle = (): void => {
        cancelDeadline();
        signal?.removeEventListener("abort", onAbort);
        // A late reply finds nobody, and is ignored by that.
        this.#calls.delete(id);
      };
      const call: Call = {
        id,
        service,
        content,
        deadlineMs,
        succeed: (value) => {
          settle();
          resolve(value);
        },
        fail: (error) => {
          settle();
          reject(error);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#calls.set(id, call);
      if (this.#channel !== undefined) this.#send(this.#channel, call);
    });
  }

  /** Makes a channel ready for calls. @throws Error when it is lost meanwhile */
  async setUp(channel: CallChannel): Promise<void> {
    channel.on("return", ({ properties: { correlationId } }) => {
      const call = this.#callOf(correlationId);
      call?.fail(failureOf("unavailable", call.service, "nobody serves it"));
    });
    await channel.consume(REPLY_TO, (message) => this.#receive(message), { noAck: true });
  }

  /** There is a channel: the calls that wait for one are made. */
  channelUp(channel: CallChannel): void {
    this.#channel = channel;
    for (const call of [...this.#calls.values()]) this.#send(channel, call);
  }

  /** The channel is gone, or there will be none for now: no reply will come to any call. */
  channelLost(why: string): void {
    this.#channel = undefined;
    for (const call of [...this.#calls.values()]) {
      call.fail(failureOf("unavailable", call.service, why));
    }
  }

  #send(channel: CallChannel, call: Call): void {
    const { id, service, content, deadlineMs } = call;
    try {
      const properties = callProperties(id, deadlineMs);
      channel.publish("", rpcQueueOf(service), content, properties, (error: unknown) => {
        // A channel that is lost has failed the call otherwise by then.
        if (error) queueMicrotask(() => this.#refused(id));
      });
    } catch (error) {
      const failure = isChannelGone(error) ? "unavailable" : "failed";
      call.fail(failureOf(failure, service, "it cannot be sent", { cause: error }));
    }
  }

  #refused(id: string): void {
    const call = this.#callOf(id);
    call?.fail(failureOf("overloaded", call.service, "too many calls wait for it"));
  }

  #receive(message: AmqpMessage | null): void {
    if (message === null) return;
    const { type, correlationId } = message.properties;
    const call = this.#callOf(correlationId);
    if (call === undefined) return;
    const reply = decodeReply(type, message.content);
    if (reply.kind === "reply") call.succeed(reply.value);
    else call.fail(failureOf(reply.kind, call.service, REASONS[reply.kind]));
  }

  #callOf(id: unknown): Call | undefined {
    return typeof id === "string" ? this.#calls.get(id) : undefined;
  }
}

const REASONS: Readonly<Record<RpcFailure, string>> = {
  unavailable: "its server went away",
  deadline_exceeded: "its server took too long",
  failed: "its handler failed",
  overloaded: "its servers have all the calls that they take",
};

/** The error of a call that brought no reply. */
export function failureOf(
  failure: RpcFailure,
  service: string,
  why: string,
  options?: ErrorOptions,
): RpcError {
  return new RpcError(failure, `Cannot call ${service}: ${why}`, options);
}
