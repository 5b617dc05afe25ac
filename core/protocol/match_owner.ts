import { tryJsonObject, tryParseJson } from "../json.ts";
import { isServerId } from "./server_status.ts";

/**
 * How long a match stays its owner's when the owner does not say that it goes on, in milliseconds.
 * Afterwards another server may go on with it.
 */
export const MATCH_OWNER_TTL_MS = 3_000;

/** The sorted set of the matches that somebody has, by the wall-clock time of their owners' last word. */
export const OWNED_MATCHES_KEY = "matches:owned";

/** On which server a match runs. */
export interface MatchOwner {
  /** The server. */
  readonly serverId: string;
  /** The fencing token: 1 at first, and one more for each server that goes on with the match. */
  readonly epoch: number;
  /** Where the server takes datagrams; empty where it does not say at which host. */
  readonly host: string;
  /** Where the server takes datagrams. */
  readonly udpPort: number;
  /**
   * How often the match was offered to other servers in this epoch, or the offer withdrawn: no two offers look
   * the same, so that what was answered to one can never count for another. Undefined: never.
   */
  readonly offers?: number;
  /** To which server it is offered now; that one alone may take it, for as long as it is. */
  readonly offeredTo?: string;
}

const HOST_LENGTH_MAX = 255;

/** The key of the `KvStore` that holds a match's owner. */
export function matchOwnerKey(matchId: string): string {
  return `match:${matchId}`;
}

/** The key that holds the newest epoch of a match, also while nobody has it. */
export function matchEpochKey(matchId: string): string {
  return `match:${matchId}:epoch`;
}

/**
 * The key of a match's checkpoint. Each epoch has its own, so that what a former owner has still on the
 * way can never take the place of what the owner writes.
 */
export function matchCheckpointKey(matchId: string, epoch: number): string {
  return `match:${matchId}:checkpoint:${epoch}`;
}

/** The owner as the store has it; the same owner always gives the same text. */
export function encodeMatchOwner(owner: MatchOwner): string {
  const { serverId, epoch, host, udpPort, offers, offeredTo } = owner;
  const about = { server_id: serverId, epoch, host, udp_port: udpPort };
  return JSON.stringify({ ...about, offers, offered_to: offeredTo });
}

/** The value as an owner, or undefined where it is none. Never throws. */
export function tryParseMatchOwner(value: string): MatchOwner | undefined {
  const fields = tryJsonObject(tryParseJson(value));
  const { server_id: serverId, epoch, host, udp_port: udpPort } = fields ?? {};
  if (typeof serverId !== "string" || !isServerId(serverId)) return undefined;
  if (typeof epoch !== "number" || !Number.isSafeInteger(epoch) || epoch < 1) return undefined;
  if (typeof host !== "string" || host.length > HOST_LENGTH_MAX) return undefined;
  if (typeof udpPort !== "number" || !Number.isInteger(udpPort)) return undefined;
  const { offers, offered_to: offeredTo } = fields ?? {};
  if (offers === undefined) return { serverId, epoch, host, udpPort };
  if (typeof offers !== "number" || !Number.isSafeInteger(offers) || offers < 1) return undefined;
  if (offeredTo === undefined) return { serverId, epoch, host, udpPort, offers };
  if (typeof offeredTo !== "string" || !isServerId(offeredTo)) return undefined;
  return { serverId, epoch, host, udpPort, offers, offeredTo };
}
