import { assert } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { tryDecodeUtf8 } from "../../core/net/utf8.ts";
import { parseMessage } from "../../game/wire/json_message.ts";
import { DATAGRAM_MARK } from "../../game/wire/datagram.ts";
import { DatagramClient } from "../clients/datagram_client.ts";
import { HostileBytes } from "./hostile_bytes.ts";
import type { Address } from "./service_process.ts";
import { Tally } from "./tally.ts";

const DATAGRAM_BYTES_MAX = 1_200;
/** Sent before the server is waited for: its kernel buffer of 208 KiB never fills. */
const UNANSWERED_DATAGRAMS_MAX = 64;
const UNANSWERED_BYTES_MAX = 24_000;
/** How long a pong is waited for before the server is pinged again, in milliseconds. */
const PONG_MS = 500;
const PINGS_MAX = 20;
/** The server knows a player by address: with two of them there is a wrong one. */
const PEERS = 2;

/** What datagrams are thrown at. */
export interface DatagramSiege {
  /** Of the game server's UDP socket. */
  readonly address: Address;
  /** Of the bytes. */
  readonly seed: number;
  /** How many hostile datagrams to throw. */
  readonly count: number;
}

/** What came of it. */
export interface DatagramSiegeReport {
  /** Hostile datagrams. */
  readonly thrownCount: number;
  /** With the pings between them. */
  readonly sentCount: number;
  /** Those that begin as the binary protocol does, which counts them by reasons of its own. */
  readonly binaryCount: number;
  /** Refusals that the datagrams should have had, by reason, as far as a datagram alone says. */
  readonly expected: Tally;
  /** Replies by their `code`, or by `ok` where they have none; states not counted. */
  readonly replies: Tally;
}

/**
 * Throws hostile datagrams from two sockets in turn. After every few it waits for a pong, so that the
 * server has handled each one: UDP loses nothing on the way to a socket whose buffer has room.
 */
export async function throwDatagrams(siege: DatagramSiege): Promise<DatagramSiegeReport> {
  const { address, seed, count } = siege;
  const hostile = new HostileBytes("datagram", { seed });
  const expected = new Tally();
  const replies = new Tally();
  const peers = Array.from({ length: PEERS }, () => new Peer(address, replies));
  let thrownCount = 0;
  let binaryCount = 0;
  try {
    while (thrownCount < count) {
      for (const peer of peers) {
        let bytesSent = 0;
        for (let sent = 0; sent < UNANSWERED_DATAGRAMS_MAX && thrownCount < count; sent++) {
          if (bytesSent >= UNANSWERED_BYTES_MAX) break;
          const bytes = hostile.next();
          await peer.send(bytes);
          thrownCount++;
          bytesSent += bytes.length;
          const isBinary = bytes.length <= DATAGRAM_BYTES_MAX && bytes[0] === DATAGRAM_MARK;
          const reason = isBinary ? undefined : refusalOf(bytes);
          if (isBinary) binaryCount++;
          if (reason !== undefined) expected.add(reason);
        }
        await peer.untilHandled();
      }
    }
  } finally {
    await Promise.all(peers.map((peer) => peer.close()));
  }
  const sentCount = peers.reduce((sum, peer) => sum + peer.sentCount, 0);
  return { thrownCount, sentCount, binaryCount, expected, replies };
}

class Peer {
  sentCount = 0;
  readonly #client: DatagramClient;
  #pingId = 0;

  constructor(address: Address, replies: Tally) {
    this.#client = DatagramClient.open(address, {
      onMessage: (message) => {
        if (isPong(message)) return false;
        count(message, replies);
        return true;
      },
    });
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.sentCount++;
    await this.#client.send(bytes);
  }

  /** Datagrams of one socket are handled in order: a pong answers for all before its ping. */
  async untilHandled(): Promise<void> {
    const t = `handled-${this.#pingId++}`;
    for (let tries = 0; tries < PINGS_MAX; tries++) {
      this.sentCount++;
      await this.#client.send({ action: "ping", t });
      const matches = (message: JsonObject): boolean => message.t === t;
      try {
        await this.#client.take({ what: "a pong", matches, deadlineMs: PONG_MS });
        return;
      } catch {
        // The pong was lost in a flood of states: it is asked for again, or given up at last.
      }
    }
    throw new Error(`Cannot reach the server: no pong in ${PINGS_MAX * PONG_MS} ms`);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function isPong({ status, t }: JsonObject): boolean {
  return status === "pong" && typeof t === "string" && t.startsWith("handled-");
}

function count(message: JsonObject, replies: Tally): void {
  const { status, code, type } = message;
  assert(typeof status === "string" || typeof type === "string", JSON.stringify(message));
  if (typeof status === "string") replies.add(typeof code === "string" ? code : "ok");
}

/** Why the server refuses a datagram, as far as the datagram alone says. */
function refusalOf(bytes: Uint8Array): string | undefined {
  if (bytes.length > DATAGRAM_BYTES_MAX) return "too_large";
  const text = tryDecodeUtf8(bytes);
  if (text === undefined) return "invalid_encoding";
  const parsed = parseMessage(text);
  if (!parsed.ok) return parsed.reason;
  return parsed.message.action === "login" ? "unknown_action" : undefined;
}
