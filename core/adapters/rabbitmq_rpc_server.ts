import { tryParseJson } from "../json.ts";
import { describeError } from "../log.ts";
import type { RpcHandler } from "../ports/rpc.ts";
import type { Subscription } from "../ports/subscription.ts";
import { WorkInHand } from "../ports/work_in_hand.ts";
import type { AmqpChannel, AmqpMessage } from "./rabbitmq_amqp.ts";
import { ifOpen, RabbitChannel, type RabbitChannelDeps } from "./rabbitmq_channel.ts";
import { tryDecodeText } from "./rabbitmq_message.ts";
import { RABBIT_GOODBYE_MS } from "./rabbitmq_goodbye.ts";
import { endsWithin } from "./ends_within.ts";
import {
  encodeReply,
  RPC_QUEUE_OPTIONS,
  rpcQueueOf,
  type RpcReply,
} from "./rabbitmq_rpc_protocol.ts";

/** What every server shares. */
export interface RabbitRpcServerDeps extends RabbitChannelDeps {
  /** Calls that a server has in hand at most, 1 to 65 535. */
  readonly callsMax: number;
  /** Bytes of a reply as JSON; a longer one is a failure of the handler's. */
  readonly messageBytesMax: number;
}

/** What one server does. */
export interface RabbitRpcServerUse {
  /** The name. */
  readonly service: string;
  /** Answers one request. */
  readonly handler: RpcHandler;
}

/**
 * The serving side. The broker hands it as many calls as it takes and the others to other servers; only
 * where all of them are busy does a call go to a second consumer of each, whose priority is lower, and
 * which answers `overloaded`. A call that was handed out before is not answered anew: the server that had
 * it went away in the middle of it, and may have done what was asked.
 */
export class RabbitRpcServer implements Subscription {
  readonly #deps: RabbitRpcServerDeps;
  readonly #use: RabbitRpcServerUse;
  readonly #channel: RabbitChannel<AmqpChannel>;
  readonly #inHand = new WorkInHand();
  #consumerTags: string[] = [];
  #isClosing = false;

  /** Begins to serve. */
  constructor(deps: RabbitRpcServerDeps, use: RabbitRpcServerUse) {
    this.#deps = deps;
    this.#use = use;
    this.#channel = new RabbitChannel<AmqpChannel>(deps, {
      name: `server of ${use.service}`,
      open: (amqp) => amqp.createChannel(),
      setUp: (channel) => this.#setUp(channel),
    });
  }

  /** As {@linkcode RabbitChannel.started}. */
  started(): Promise<void> {
    return this.#channel.started();
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      const channel = this.#channel.current;
      if (channel !== undefined) {
        const cancelled = Promise.try(() =>
          Promise.all(this.#consumerTags.map((tag) => channel.cancel(tag)))
        );
        await endsWithin(this.#deps.clock, RABBIT_GOODBYE_MS, cancelled);
      }
    }
    await this.#inHand.none();
    await this.#channel.close();
  }

  async #setUp(channel: AmqpChannel): Promise<void> {
    if (this.#isClosing) return;
    const queue = rpcQueueOf(this.#use.service);
    await channel.assertQueue(queue, RPC_QUEUE_OPTIONS);
    await channel.prefetch(this.#deps.callsMax);
    const main = await channel.consume(queue, (message) => this.#receive(channel, message));
    const refuse = (message: AmqpMessage | null): void => {
      if (message === null) return;
      this.#reply(channel, message, { kind: this.#isClosing ? "unavailable" : "overloaded" });
    };
    const refusing = await channel.consume(queue, refuse, { noAck: true, priority: -1 });
    this.#consumerTags = [main.consumerTag, refusing.consumerTag];
  }

  #receive(channel: AmqpChannel, message: AmqpMessage | null): void {
    // Null: the broker has ended the consumer, because the queue was deleted or moved.
    if (message === null) return this.#channel.reopen(channel);
    if (this.#isClosing || message.fields.redelivered) {
      return this.#answer(channel, message, { kind: "unavailable" });
    }
    this.#inHand.begin();
    void this.#handle(message).then((reply) => {
      this.#answer(channel, message, reply);
      this.#inHand.end();
    });
  }

  /** What to answer; never rejects. */
  async #handle({ content }: AmqpMessage): Promise<RpcReply> {
    const { service, handler } = this.#use;
    const request = tryParseJson(tryDecodeText(content) ?? "");
    if (request === undefined) {
      this.#deps.log.warn("rpc_request_not_json", { rpc: service });
      return { kind: "failed" };
    }
    try {
      return { kind: "reply", value: await handler(request) };
    } catch (error) {
      this.#deps.log.error("rpc_handler_failed", { rpc: service, error: describeError(error) });
      return { kind: "failed" };
    }
  }

  // Acknowledged first: once the caller has the reply there is room for its next call.
  #answer(channel: AmqpChannel, message: AmqpMessage, reply: RpcReply): void {
    ifOpen(() => channel.ack(message));
    this.#reply(channel, message, reply);
  }

  #reply(channel: AmqpChannel, { properties }: AmqpMessage, reply: RpcReply): void {
    const { replyTo, correlationId } = properties;
    if (typeof replyTo !== "string" || typeof correlationId !== "string") return;
    const { type, content } = this.#encode(reply);
    ifOpen(() =>
      channel.publish("", replyTo, content, {
        type,
        correlationId,
        contentType: "application/json",
        persistent: false,
      })
    );
  }

  #encode(reply: RpcReply): ReturnType<typeof encodeReply> {
    const { messageBytesMax, log } = this.#deps;
    try {
      return encodeReply(reply, messageBytesMax);
    } catch (error) {
      const fields = { rpc: this.#use.service, error: describeError(error) };
      log.error("rpc_reply_not_sent", fields);
      return encodeReply({ kind: "failed" }, messageBytesMax);
    }
  }
}
