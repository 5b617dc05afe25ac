import type { AddressToken } from "../../core/net/address_token.ts";
import { tagKeyBytes } from "../../core/net/datagram_tag.ts";
import type { FilterCommand } from "../../core/net/filter_command.ts";
import type { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { UdpSource } from "../../core/net/udp_source.ts";
import type { GameParts } from "../game_parts.ts";
import { BinaryEndpoint } from "./binary_endpoint.ts";
import { ConnectionTable } from "./connection_table.ts";
import { JoinDesk } from "./join_desk.ts";
import { PathProver } from "./path_prover.ts";

/** What the endpoint shares with that of JSON datagrams, and where it sends. */
export interface BinarySocket {
  /** Sends a copy, if it can; must not throw. */
  readonly send: (datagram: Uint8Array, to: UdpSource, length?: number) => void;
  /** Makes and checks the challenges that prove a sender's address. */
  readonly addressToken: AddressToken;
  /** Bounds replies to addresses that are not proven: by host name. */
  readonly strangers: RateLimiter;
  /** Tells the socket's thread whose tags to check; false where too much of that is waiting. */
  readonly tell: (command: FilterCommand) => boolean;
  /** Gives so many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
}

/** Makes the endpoint of the binary protocol from the parts of a game server. */
export function openBinaryEndpoint(parts: GameParts, socket: BinarySocket): BinaryEndpoint {
  const { config, deps, sessions, metrics, checkToken, chat, coarseClock: clock } = parts;
  const { randomBytes, send } = socket;
  const connections = new ConnectionTable(
    ({ id }) => void socket.tell({ kind: "remove_connection", id }),
    // Whom the thread has no room for, the endpoint checks itself.
    ({ id, receiveKey }) =>
      void socket.tell({ kind: "add_connection", id, key: tagKeyBytes(receiveKey) }),
  );
  return new BinaryEndpoint({
    ...socket,
    connections,
    sessions,
    desk: new JoinDesk({
      sessions,
      connections,
      checkToken,
      allowGuests: config.allowGuests,
      clock,
      randomBytes,
      send,
      tickRate: config.tickRate,
      snapshotRate: Math.min(config.tickRate, config.snapshotRate),
      silenceMs: config.resumeMs,
      metrics: metrics.snapshots,
    }),
    paths: new PathProver({ clock, randomBytes }),
    clock,
    drops: metrics.binaryDrops,
    onChat: (connection, text) => chat.onText(connection, text),
    log: deps.log,
  });
}
