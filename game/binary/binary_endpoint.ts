// Long because it is one table of what each kind of datagram does.
import type { AddressToken } from "../../core/net/address_token.ts";
import type { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { UdpSource } from "../../core/net/udp_source.ts";
import type { Clock } from "../../core/clock.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { Counter } from "../../core/metrics.ts";
import type { SessionManager } from "../session_manager.ts";
import { encodeArenaPart, tryDecodeArenaRequest } from "../wire/arena_message.ts";
import { ARENA_PART_BYTES_MAX } from "../wire/arena_message.ts";
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_TYPES,
  isConnected,
  newHeader,
  payloadEnd,
  readHeader,
} from "../wire/datagram.ts";
import { clientNonceOf, encodeChallenge, tryDecodeHello } from "../wire/hello_message.ts";
import { tryDecodeJoin } from "../wire/join_message.ts";
import { checkLeave } from "../wire/leave_message.ts";
import { encodePong, TICK_PARTS, tryDecodePing } from "../wire/ping_message.ts";
import { encodeRefused, type JoinRefusal } from "../wire/refused_message.ts";
import { tryDecodeReliable } from "../wire/reliable_message.ts";
import type { WireRefusal } from "../wire/wire_refusal.ts";
import type { BinaryDrop } from "./binary_drops.ts";
import type { BinaryConnection } from "./binary_connection.ts";
import type { ConnectionTable } from "./connection_table.ts";
import { encodedArena } from "./encoded_arena.ts";
import type { JoinDesk } from "./join_desk.ts";
import type { PathProver } from "./path_prover.ts";

/** What an endpoint works with. */
export interface BinaryEndpointOptions {
  /** Every connection of this server. */
  readonly connections: ConnectionTable;
  /** Where players are taken out. */
  readonly sessions: SessionManager;
  /** Looks into joins. */
  readonly desk: JoinDesk;
  /** Proves the new address of a client that has moved. */
  readonly paths: PathProver;
  /** Makes the challenges that prove a stranger's address. */
  readonly addressToken: AddressToken;
  /** Bounds replies to addresses that are not proven: by host name. */
  readonly strangers: RateLimiter;
  /** Sends a copy, if it can; must not throw. */
  readonly send: (datagram: Uint8Array, to: UdpSource, length?: number) => void;
  /** Says when a player was last heard. */
  readonly clock: Clock;
  /** Counts datagrams that came to nothing, by reason. */
  readonly drops: Readonly<Record<BinaryDrop, Counter>>;
  /** Told of what a player says to the others. */
  readonly onChat: (connection: BinaryConnection, text: string) => void;
  /** Told of faults of ours. */
  readonly log: Log;
}

/** After how long a stranger whose join failed for want of room may ask again. */
const RETRY_AFTER_MS = 2_000;
const RETRIED: ReadonlySet<JoinRefusal> = new Set([
  "challenge_expired",
  "no_tanks_available",
  "server_busy",
  "rate_limited",
]);

const header = newHeader();
const scratch = new Uint8Array(DATAGRAM_BYTES_MAX);

/** Speaks the binary protocol: datagrams and their source in, datagrams out. It holds no socket. */
export class BinaryEndpoint {
  readonly #options: BinaryEndpointOptions;

  /** Sends nothing before a datagram comes. */
  constructor(options: BinaryEndpointOptions) {
    this.#options = options;
  }

  /**
   * Handles one datagram. `bytes` need not stay valid after the call. Never throws.
   */
  onDatagram(
    bytes: Uint8Array,
    from: UdpSource,
    { length = bytes.length, connection = 0 }: {
      /** How many of the bytes are the datagram's; all by default. */
      readonly length?: number;
      /** The id of the connection whose tag it has, where the socket's thread has looked, else 0. */
      readonly connection?: number;
    } = {},
  ): void {
    try {
      const drop = this.#handle(bytes, from, { length, tagged: connection });
      if (drop !== undefined) this.#options.drops[drop].inc();
    } catch (error) {
      this.#options.drops.handler_failed.inc();
      this.#options.log.error("datagram_failed", { error: describeError(error) });
    }
  }

  /** Forgets what is over; to be called now and then. */
  expire(): void {
    this.#options.connections.expire(this.#options.clock.monotonicMs());
    this.#options.desk.expire();
  }

  #handle(
    bytes: Uint8Array,
    from: UdpSource,
    { length, tagged }: { readonly length: number; readonly tagged: number },
  ): BinaryDrop | undefined {
    const refusal = readHeader(bytes, "client", header, length);
    if (refusal !== undefined) return refusal;
    if (isConnected(header.type)) {
      const isTagGood = tagged === header.connectionId;
      return this.#onConnected(bytes, from, { length, isTagGood });
    }
    // What is kept of these outlives the call, and text cannot be decoded from shared memory.
    const copy = bytes.slice(0, length);
    return header.type === DATAGRAM_TYPES.hello
      ? this.#onHello(copy, from)
      : this.#onJoin(copy, from);
  }

  #onHello(bytes: Uint8Array, from: UdpSource): BinaryDrop | undefined {
    const hello = tryDecodeHello(bytes);
    if (!hello.ok) return this.#onUnread(hello.reason, bytes, from);
    const { addressToken, strangers, send } = this.#options;
    if (!strangers.tryTake(from.hostname)) return "stranger_rate";
    const { clientNonce } = hello.message;
    const challengeToken = addressToken.issue(from.hostname, from.port, clientNonce);
    const length = encodeChallenge({ clientNonce, challengeToken }, scratch);
    send(scratch.subarray(0, length), from);
    return undefined;
  }

  #onJoin(bytes: Uint8Array, from: UdpSource): BinaryDrop | undefined {
    const join = tryDecodeJoin(bytes);
    if (!join.ok) return this.#onUnread(join.reason, bytes, from);
    const { addressToken, strangers, desk } = this.#options;
    const { clientNonce, challengeToken } = join.message;
    if (!addressToken.verify(challengeToken, from.hostname, from.port, clientNonce)) {
      if (!strangers.tryTake(from.hostname)) return "stranger_rate";
      this.#refuse("challenge_expired", clientNonce, from);
      return undefined;
    }
    if (desk.repeat(join.message, from)) return undefined;
    if (!strangers.tryTake(from.hostname)) return "stranger_rate";
    if (desk.isFull) return "joins_in_flight";
    desk.join(join.message, from)
      .then((result) => {
        if (result !== undefined) this.#refuse(result, clientNonce, from);
      })
      .catch((error: unknown) => {
        this.#options.drops.handler_failed.inc();
        this.#options.log.error("join_failed", { error: describeError(error) });
      });
    return undefined;
  }

  /** Of a HELLO or JOIN that cannot be read: a client of another version is told that it is one. */
  #onUnread(reason: WireRefusal, bytes: Uint8Array, from: UdpSource): BinaryDrop {
    if (reason !== "unsupported_version") return reason;
    if (!this.#options.strangers.tryTake(from.hostname)) return "stranger_rate";
    this.#refuse(reason, clientNonceOf(bytes), from);
    return reason;
  }

  #refuse(reason: JoinRefusal, clientNonce: Uint8Array, to: UdpSource): void {
    const retryAfterMs = RETRIED.has(reason) ? RETRY_AFTER_MS : 0;
    const length = encodeRefused({ clientNonce, reason, retryAfterMs }, scratch);
    this.#options.send(scratch.subarray(0, length), to);
  }

  #onConnected(
    bytes: Uint8Array,
    from: UdpSource,
    { length, isTagGood }: { readonly length: number; readonly isTagGood: boolean },
  ): BinaryDrop | undefined {
    const { connections, paths, clock } = this.#options;
    const connection = connections.find(header.connectionId);
    if (connection === undefined) return "unknown_connection";
    const refusal = connection.accept(bytes, header, { length, isTagGood });
    if (refusal !== undefined) return refusal;
    if (connection.endReason !== undefined) {
      connection.sendLeft();
      return undefined;
    }
    const { player } = connection;
    if (player !== undefined) player.lastHeardMs = clock.monotonicMs();
    const end = payloadEnd(header.type, length);
    if (from !== connection.source) paths.onForeign(connection, from, length);
    return this.#act(connection, bytes, { end, from });
  }

  #act(
    connection: BinaryConnection,
    bytes: Uint8Array,
    { end, from }: { readonly end: number; readonly from: UdpSource },
  ): BinaryDrop | undefined {
    switch (header.type) {
      case DATAGRAM_TYPES.input:
        return connection.onInput(bytes, end);
      case DATAGRAM_TYPES.ping:
        return this.#onPing(connection, bytes, end);
      case DATAGRAM_TYPES.message:
        return this.#onMessage(connection, bytes.slice(0, end), end);
      case DATAGRAM_TYPES.arenaRequest:
        return this.#onArenaRequest(connection, bytes, end);
      case DATAGRAM_TYPES.leave:
        return this.#onLeave(connection, bytes, end);
      case DATAGRAM_TYPES.pathResponse:
        return this.#options.paths.onResponse(connection, bytes, { end, from });
      default:
        return "unknown_type";
    }
  }

  #onPing(connection: BinaryConnection, bytes: Uint8Array, end: number): BinaryDrop | undefined {
    const ping = tryDecodePing(bytes, end);
    if (!ping.ok) return ping.reason;
    const { time } = ping.message;
    const { tick, tickPart } = this.#tickOf(connection);
    connection.sendMessage(
      DATAGRAM_TYPES.pong,
      (into) => encodePong({ time, tick, tickPart }, into),
    );
    return undefined;
  }

  /** The match's tick now, and how far it is on the way to the next. */
  #tickOf(
    { player, tickedAtMs }: BinaryConnection,
  ): { readonly tick: number; readonly tickPart: number } {
    if (player === undefined) return { tick: 0, tickPart: 0 };
    const { world } = player.match;
    const parts = (this.#options.clock.monotonicMs() - tickedAtMs) * world.tickRate / 1_000;
    const tickPart = Math.floor(Math.min(Math.max(parts, 0), 1) * (TICK_PARTS - 1));
    return { tick: world.tick, tickPart };
  }

  #onMessage(connection: BinaryConnection, bytes: Uint8Array, end: number): BinaryDrop | undefined {
    const message = tryDecodeReliable(bytes, end);
    if (!message.ok) return message.reason;
    for (const text of connection.onMessage(message.message)) {
      this.#options.onChat(connection, text);
    }
    return undefined;
  }

  #onArenaRequest(
    connection: BinaryConnection,
    bytes: Uint8Array,
    end: number,
  ): BinaryDrop | undefined {
    const request = tryDecodeArenaRequest(bytes, end);
    if (!request.ok) return request.reason;
    const { offset } = request.message;
    if (connection.player === undefined) return "unknown_connection";
    const arena = encodedArena(connection.player.match.world.arena);
    const part = arena.subarray(offset, offset + ARENA_PART_BYTES_MAX);
    if (part.length === 0) return "out_of_range";
    connection.sendMessage(
      DATAGRAM_TYPES.arena,
      (into) => encodeArenaPart({ offset, bytes: part }, into),
    );
    return undefined;
  }

  #onLeave(connection: BinaryConnection, bytes: Uint8Array, end: number): BinaryDrop | undefined {
    const refusal = checkLeave(bytes, end);
    if (refusal !== undefined) return refusal;
    if (connection.player === undefined) connection.end("asked");
    else this.#options.sessions.leave(connection.player.playerId, "left");
    return undefined;
  }
}
