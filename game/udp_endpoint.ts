import type { AddressToken } from "../core/net/address_token.ts";
import type { RateLimiter } from "../core/net/rate_limiter.ts";
import type { UdpSource } from "../core/net/udp_source.ts";
import { tryDecodeUtf8 } from "../core/net/utf8.ts";
import { describeError, type Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { DropReason, GameMetrics } from "./game_metrics.ts";
import type { MessageHandler } from "./message_handler.ts";
import { UdpPeer, type UdpPeerOptions } from "./udp_peer.ts";
import { UdpPeerTable } from "./udp_peer_table.ts";
import { type ClientMessage, type JoinMessage, parseMessage } from "./wire/json_message.ts";
import { internalErrorReply, INVALID_ENCODING_REPLY, refusalReply } from "./wire/json_reply.ts";
import { JsonScanner } from "./wire/json_scanner.ts";

/** A datagram may be this long at most; PROTOCOL section 2. */
export const DATAGRAM_BYTES_MAX = 1_200;

/** Joins whose tokens are being checked at once; more are dropped and counted. */
const JOINS_IN_FLIGHT_MAX = 1_024;

/** What an endpoint works with. */
export interface UdpEndpointOptions {
  /** Takes the messages that could be read. */
  readonly handler: MessageHandler;
  /** Sends, if it can; must not throw. The bytes are the callee's from then on. */
  readonly send: (datagram: Uint8Array, to: UdpSource) => void;
  /** Makes and checks the challenges that prove a sender's address. */
  readonly addressToken: AddressToken;
  /** Bounds replies to addresses at which nobody plays: by host name. */
  readonly strangers: RateLimiter;
  /** Bounds what one address may send: by host name and port. */
  readonly messages: RateLimiter;
  /** Counts datagrams, and those that came to nothing by reason. */
  readonly metrics: Pick<GameMetrics, "datagrams" | "drops">;
  /** Told of faults of ours, and at DEBUG of drops. */
  readonly log: Log;
}

/** Speaks JSON over UDP: bytes and their source in, replies out. It holds no socket. */
export class UdpEndpoint {
  readonly #options: UdpEndpointOptions;
  readonly #drops: Readonly<Record<DropReason, Counter>>;
  readonly #peers = new UdpPeerTable();
  readonly #scanner = new JsonScanner();
  readonly #peerOptions: UdpPeerOptions;
  #joinsInFlight = 0;

  /** Sends nothing before a datagram comes. */
  constructor(options: UdpEndpointOptions) {
    this.#options = options;
    this.#drops = options.metrics.drops;
    this.#peerOptions = {
      ...options,
      onPlayers: (peer, arePresent) => {
        if (arePresent) this.#peers.add(peer);
        else this.#peers.remove(peer);
      },
    };
  }

  /** Handles one datagram. `bytes` need not stay valid after the call. Never throws. */
  onDatagram(bytes: Uint8Array, from: UdpSource): void {
    this.#options.metrics.datagrams.inc();
    const sender = this.#peers.find(from) ?? new UdpPeer(from, this.#peerOptions);
    if (!this.#options.messages.tryTake(sender.address)) return this.#drops.player_rate.inc();
    try {
      this.#handle(bytes, sender);
    } catch (error) {
      this.#drops.handler_failed.inc();
      this.#replyToFault(error, sender);
    }
  }

  #handle(bytes: Uint8Array, sender: UdpPeer): void {
    const scanned = this.#scanner.tryScan(bytes);
    if (scanned === undefined) this.#parse(bytes, sender);
    else this.#act(scanned, sender);
  }

  #parse(bytes: Uint8Array, sender: UdpPeer): void {
    const text = tryDecodeUtf8(bytes);
    if (text === undefined) {
      this.#drops.invalid_encoding.inc();
      return this.#reply(INVALID_ENCODING_REPLY, sender);
    }
    const parsed = parseMessage(text);
    if (!parsed.ok) {
      this.#drops[parsed.reason].inc();
      const reply = refusalReply(parsed);
      if (reply === undefined) this.#logDrop(parsed.reason, sender);
      else this.#reply(reply, sender);
      return;
    }
    this.#act(parsed.message, sender);
  }

  #act(message: ClientMessage, sender: UdpPeer): void {
    if (message.action === "join_game") return this.#join(message, sender);
    if (message.action === "login") {
      // Passwords do not travel in datagrams: `login` is an action of the TCP protocol alone.
      this.#drops.unknown_action.inc();
      return this.#reply(refusalReply({ reason: "unknown_action" }) ?? "", sender);
    }
    const handled = this.#options.handler.handle(message, sender);
    if (handled.kind === "ignored") {
      this.#drops[handled.reason].inc();
      this.#logDrop(handled.reason, sender);
    } else if (handled.reply !== undefined) {
      this.#reply(handled.reply, sender);
    }
  }

  #join(message: JoinMessage, sender: UdpPeer): void {
    if (!this.#options.strangers.tryTake(sender.hostname)) return this.#drops.stranger_rate.inc();
    if (this.#joinsInFlight >= JOINS_IN_FLIGHT_MAX) return this.#drops.joins_in_flight.inc();
    this.#joinsInFlight++;
    this.#options.handler.join(message, sender)
      .then((reply) => sender.send(reply))
      .catch((error: unknown) => this.#replyToFault(error, sender))
      .finally(() => this.#joinsInFlight--);
  }

  #reply(reply: string, sender: UdpPeer): void {
    const { strangers } = this.#options;
    // A player's messages are bounded as they come, whoever else is behind the same host name.
    if (sender.hasPlayers || strangers.tryTake(sender.hostname)) sender.send(reply);
    else this.#drops.stranger_rate.inc();
  }

  #replyToFault(error: unknown, sender: UdpPeer): void {
    this.#options.log.error("message_failed", { error: describeError(error) });
    const errorType = error instanceof Error ? error.name : "Error";
    this.#reply(internalErrorReply(errorType), sender);
  }

  #logDrop(reason: DropReason, sender: UdpPeer): void {
    const { log } = this.#options;
    if (log.debugOn) log.debug("datagram_dropped", { reason, from: sender.address });
  }
}
