import type { Clock } from "../../core/clock.ts";
import type { UdpSource } from "../../core/net/udp_source.ts";
import { DATAGRAM_TAG_BYTES, DATAGRAM_TYPES, HEADER_BYTES } from "../wire/datagram.ts";
import { encodePath, PATH_DATA_BYTES, tryDecodePath } from "../wire/path_message.ts";
import type { WireRefusal } from "../wire/wire_refusal.ts";
import type { BinaryConnection } from "./binary_connection.ts";

/** The length of a PATH_CHALLENGE; what is shorter is not answered with one. */
const CHALLENGE_BYTES = HEADER_BYTES + PATH_DATA_BYTES + DATAGRAM_TAG_BYTES;
/** Challenges to one connection are at least so far apart. */
const CHALLENGE_EVERY_MS = 100;
/** A response is good for so long. */
const CHALLENGE_GOOD_MS = 3_000;

/** What a prover works with. */
export interface PathProverOptions {
  /** Measures the time. */
  readonly clock: Clock;
  /** Gives so many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
}

interface Challenge {
  readonly data: Uint8Array;
  readonly to: UdpSource;
  readonly atMs: number;
}

/**
 * Follows clients that come from another address. What they send counts at once, for it is tagged; where
 * they are sent to changes only once they have answered a challenge from there, because anybody could
 * have sent a copy of their datagram from the address of somebody else.
 */
export class PathProver {
  readonly #options: PathProverOptions;
  readonly #challenges = new WeakMap<BinaryConnection, Challenge>();

  /** Has challenged nobody yet. */
  constructor(options: PathProverOptions) {
    this.#options = options;
  }

  /** Challenges a new address, now and then, and never with more bytes than came from it. */
  onForeign(connection: BinaryConnection, from: UdpSource, datagramBytes: number): void {
    if (isSame(from, connection.source) || datagramBytes < CHALLENGE_BYTES) return;
    const { clock, randomBytes } = this.#options;
    const nowMs = clock.monotonicMs();
    const before = this.#challenges.get(connection);
    if (before !== undefined && nowMs - before.atMs < CHALLENGE_EVERY_MS) return;
    const isRepeated = before !== undefined && isSame(before.to, from) && isGood(before, nowMs);
    const data = isRepeated ? before.data : randomBytes(PATH_DATA_BYTES);
    this.#challenges.set(connection, { data, to: from, atMs: nowMs });
    connection.sendMessageTo(
      from,
      DATAGRAM_TYPES.pathChallenge,
      (into) => encodePath({ data }, into),
    );
  }

  /** Takes a PATH_RESPONSE; a wrong one changes nothing. */
  onResponse(
    connection: BinaryConnection,
    bytes: Uint8Array,
    { end, from }: { readonly end: number; readonly from: UdpSource },
  ): WireRefusal | undefined {
    const response = tryDecodePath(bytes, end);
    if (!response.ok) return response.reason;
    const challenge = this.#challenges.get(connection);
    const { data } = response.message;
    const isAnswer = challenge !== undefined && isSame(challenge.to, from) &&
      isGood(challenge, this.#options.clock.monotonicMs()) &&
      challenge.data.every((byte, index) => byte === data[index]);
    if (!isAnswer) return "out_of_range";
    this.#challenges.delete(connection);
    connection.moveTo(from);
    return undefined;
  }
}

function isSame(a: UdpSource, b: UdpSource): boolean {
  return a === b || (a.port === b.port && a.hostname === b.hostname);
}

function isGood({ atMs }: Challenge, nowMs: number): boolean {
  return nowMs - atMs < CHALLENGE_GOOD_MS;
}
