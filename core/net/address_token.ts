import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";

/** The length of a token, in bytes. */
export const ADDRESS_TOKEN_BYTES = 16;

/** The longest nonce, in bytes. */
export const ADDRESS_NONCE_BYTES_MAX = 255;

/** How tokens are made. */
export interface AddressTokenOptions {
  /** How long a secret issues tokens; a token is good for one to two times as long. Milliseconds. */
  readonly secretLifetimeMs: number;
  /** Measures the time. */
  readonly clock: Clock;
  /** Gives so many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
}

const ENCODING_VERSION = 1;
const SECRET_BYTES = 32;
const HOSTNAME_BYTES_MAX = 255;
/** Version, length of the nonce, length of the host name, port. */
const HEADER_BYTES = 5;
const NO_NONCE = new Uint8Array(0);

const encoder = new TextEncoder();

/**
 * Proof that whoever sends from an address also receives there, with nothing stored for it: a token is
 * the HMAC-SHA-256 of address, port and nonce under a secret that rotates, cut to 16 bytes. Who shows
 * it has read what was sent to that address. The secret before the current one is still accepted.
 */
export class AddressToken {
  readonly #options: AddressTokenOptions;
  readonly #message = new Uint8Array(HEADER_BYTES + HOSTNAME_BYTES_MAX + ADDRESS_NONCE_BYTES_MAX);
  #secret: Uint8Array;
  #previousSecret: Uint8Array;
  #secretSinceMs: number;

  /** Draws its secrets at once. */
  constructor(options: AddressTokenOptions) {
    this.#options = options;
    this.#secret = options.randomBytes(SECRET_BYTES);
    this.#previousSecret = options.randomBytes(SECRET_BYTES);
    this.#secretSinceMs = options.clock.monotonicMs();
  }

  /**
   * A token for the address, and for `nonce` where the client has sent one.
   *
   * @throws RangeError where the host name or the nonce is above 255 bytes or the port above 65 535
   */
  issue(hostname: string, port: number, nonce: Uint8Array = NO_NONCE): Uint8Array {
    this.#rotate();
    const message = this.#tryEncode(hostname, port, nonce);
    if (message === undefined) {
      throw new RangeError("Cannot issue an address token: address or nonce out of bounds");
    }
    return computeMac(this.#secret, message);
  }

  /** Whether the token was issued for just these, not too long ago. Never throws. */
  verify(
    token: Uint8Array,
    hostname: string,
    port: number,
    nonce: Uint8Array = NO_NONCE,
  ): boolean {
    if (token.byteLength !== ADDRESS_TOKEN_BYTES) return false;
    this.#rotate();
    const message = this.#tryEncode(hostname, port, nonce);
    if (message === undefined) return false;
    return timingSafeEqual(token, computeMac(this.#secret, message)) ||
      timingSafeEqual(token, computeMac(this.#previousSecret, message));
  }

  /** Replaces the secrets whose time is over; done at use, so that no timer runs. */
  #rotate(): void {
    const { secretLifetimeMs, clock, randomBytes } = this.#options;
    const periodCount = Math.floor((clock.monotonicMs() - this.#secretSinceMs) / secretLifetimeMs);
    if (periodCount < 1) return;
    this.#secretSinceMs += periodCount * secretLifetimeMs;
    this.#previousSecret = periodCount === 1 ? this.#secret : randomBytes(SECRET_BYTES);
    this.#secret = randomBytes(SECRET_BYTES);
  }

  /** Lengths come first, so that no two inputs have the same encoding. Good until the next call. */
  #tryEncode(hostname: string, port: number, nonce: Uint8Array): Uint8Array | undefined {
    const isPort = Number.isInteger(port) && port >= 0 && port <= 0xffff;
    if (!isPort || nonce.byteLength > ADDRESS_NONCE_BYTES_MAX) return undefined;
    const message = this.#message;
    const hostnameRoom = message.subarray(HEADER_BYTES, HEADER_BYTES + HOSTNAME_BYTES_MAX);
    const { read, written } = encoder.encodeInto(hostname, hostnameRoom);
    if (read < hostname.length) return undefined;
    message.set([ENCODING_VERSION, nonce.byteLength, written, port >> 8, port & 0xff]);
    message.set(nonce, HEADER_BYTES + written);
    return message.subarray(0, HEADER_BYTES + written + nonce.byteLength);
  }
}

function computeMac(secret: Uint8Array, message: Uint8Array): Uint8Array {
  const mac = createHmac("sha256", secret).update(message).digest();
  return new Uint8Array(mac.buffer, mac.byteOffset, ADDRESS_TOKEN_BYTES);
}
