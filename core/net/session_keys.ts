import { Buffer } from "node:buffer";
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from "node:crypto";

/** The length of a private and of a public X25519 key, in bytes. */
export const AGREEMENT_KEY_BYTES = 32;

/** The length of each side's nonce, in bytes. */
export const SESSION_NONCE_BYTES = 8;

/** The length of each direction's key, in bytes. */
export const SESSION_KEY_BYTES = 16;

/** One side's half of a key agreement. */
export interface AgreementKeys {
  /** Stays with its side. */
  readonly privateKey: KeyObject;
  /** What the other side is sent, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** What both sides know of one another, apart from their private keys. */
export interface SessionTerms {
  /** The nonce of HELLO and JOIN, 8 bytes. */
  readonly clientNonce: Uint8Array;
  /** The nonce of WELCOME, 8 bytes. */
  readonly serverNonce: Uint8Array;
  /** The key of JOIN, 32 bytes. */
  readonly clientPublicKey: Uint8Array;
  /** The key of WELCOME, 32 bytes. */
  readonly serverPublicKey: Uint8Array;
}

/** A key for each direction, 16 bytes each. */
export interface SessionKeys {
  /** Tags what the client sends. */
  readonly clientToServer: Uint8Array;
  /** Tags what the server sends. */
  readonly serverToClient: Uint8Array;
}

/** What DER puts before the bytes of an X25519 key (RFC 8410), PKCS #8 and SPKI. */
const PRIVATE_KEY_PREFIX = hexBytes("302e020100300506032b656e04220420");
const PUBLIC_KEY_PREFIX = hexBytes("302a300506032b656e032100");
/** Names the protocol and its version, so that another one derives other keys. */
const INFO_LABEL = new TextEncoder().encode("tanks-blitz wire 1");

/**
 * The half of a key agreement that 32 secret bytes make; draw them from a source that nobody can guess.
 *
 * @throws RangeError for any other length
 */
export function agreementKeysFrom(secret: Uint8Array): AgreementKeys {
  if (secret.length !== AGREEMENT_KEY_BYTES) {
    throw new RangeError(`Cannot make agreement keys: must be ${AGREEMENT_KEY_BYTES} bytes`);
  }
  const key = derBytes(PRIVATE_KEY_PREFIX, secret);
  const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" });
  const encoded = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return { privateKey, publicKey: Uint8Array.from(encoded.subarray(PUBLIC_KEY_PREFIX.length)) };
}

/**
 * The X25519 secret (RFC 7748) that one's own private and the other side's public key share, 32 bytes;
 * undefined for a public key that gives none, which only an attacker sends.
 */
export function tryAgree(own: AgreementKeys, peerPublicKey: Uint8Array): Uint8Array | undefined {
  if (peerPublicKey.length !== AGREEMENT_KEY_BYTES) return undefined;
  const key = derBytes(PUBLIC_KEY_PREFIX, peerPublicKey);
  try {
    const publicKey = createPublicKey({ key, format: "der", type: "spki" });
    const secret = Uint8Array.from(diffieHellman({ privateKey: own.privateKey, publicKey }));
    return secret.some((byte) => byte !== 0) ? secret : undefined;
  } catch {
    // OpenSSL refuses points of low order by throwing; there is no other way for this to fail.
    return undefined;
  }
}

/**
 * The session's keys, the same on both sides: HKDF-SHA-256 (RFC 5869) of the shared secret with both
 * nonces as salt and the protocol's name and both public keys as info. Undefined where the other side's key is
 * no key.
 *
 * @throws RangeError where a nonce or key has not its length
 */
export function tryDeriveSessionKeys(
  own: AgreementKeys,
  terms: SessionTerms,
): SessionKeys | undefined {
  const { clientNonce, serverNonce, clientPublicKey, serverPublicKey } = terms;
  for (const nonce of [clientNonce, serverNonce]) {
    if (nonce.length !== SESSION_NONCE_BYTES) throw new RangeError("Cannot derive keys: bad nonce");
  }
  for (const key of [clientPublicKey, serverPublicKey]) {
    if (key.length !== AGREEMENT_KEY_BYTES) throw new RangeError("Cannot derive keys: bad key");
  }
  const isServer = own.publicKey.every((byte, index) => byte === serverPublicKey[index]);
  const secret = tryAgree(own, isServer ? clientPublicKey : serverPublicKey);
  if (secret === undefined) return undefined;
  const salt = join(clientNonce, serverNonce);
  const info = join(INFO_LABEL, clientPublicKey, serverPublicKey);
  const keys = deriveBytes(secret, { salt, info, count: 2 * SESSION_KEY_BYTES });
  return {
    clientToServer: keys.slice(0, SESSION_KEY_BYTES),
    serverToClient: keys.slice(SESSION_KEY_BYTES),
  };
}

/** HKDF-SHA-256 (RFC 5869): so many bytes from a secret, at most 8160. */
export function deriveBytes(
  secret: Uint8Array,
  { salt, info, count }: {
    readonly salt: Uint8Array;
    readonly info: Uint8Array;
    readonly count: number;
  },
): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, salt, info, count));
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function derBytes(prefix: Uint8Array, key: Uint8Array): Buffer {
  return Buffer.from(join(prefix, key).buffer);
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
