import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { preparePassword } from "./accounts.ts";

/** What a scrypt hash costs (RFC 7914): time N·r·p, memory 128·N·r bytes. */
export interface ScryptParameters {
  /** The binary logarithm of N. */
  readonly costLog2: number;
  /** r. */
  readonly blockSize: number;
  /** p. */
  readonly parallelization: number;
}

/** What OWASP's cheat sheet on password storage asks for in 16 MiB: N = 2^14, r = 8, p = 5. */
export const SCRYPT_PARAMETERS: ScryptParameters = {
  costLog2: 14,
  blockSize: 8,
  parallelization: 5,
};

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const KIBIBYTE = 1_024;
/** A stored hash that asks for more is not computed: it is none of ours. */
const MEMORY_BYTES_MAX = 64 * KIBIBYTE * KIBIBYTE;
/** N·r·p; four times what we use. */
const WORK_MAX = 4 * 2 ** 14 * 8 * 5;
/** `$scrypt$ln=14,r=8,p=5$<salt>$<hash>` in base64 without padding, as the PHC string format says. */
const PHC_PATTERN =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d{0,2}),p=([1-9]\d{0,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** What a key is derived from, and how. */
export interface KeyDerivation {
  /** What it costs. */
  readonly parameters: ScryptParameters;
  /** Makes equal passwords give other keys. */
  readonly salt: Uint8Array;
  /** How long the key is to be. */
  readonly hashBytes: number;
}

/** Derives a key from a password. */
export type DeriveKey = (password: string, options: KeyDerivation) => Promise<Uint8Array>;

interface ScryptHash {
  readonly parameters: ScryptParameters;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** Hashes a password under a new salt, on the thread pool unless `derive` is another; gives a PHC string. */
export async function hashPassword(
  password: string,
  parameters: ScryptParameters,
  { derive = deriveOnPool }: { readonly derive?: DeriveKey } = {},
): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { parameters, salt, hashBytes: HASH_BYTES });
  return format({ parameters, salt, hash });
}

/**
 * Whether the password is the one that was hashed. Takes as long for a wrong one as for the right one.
 *
 * @throws Error when `phc` is no scrypt hash, or one that would cost far more than ours
 */
export async function verifyPassword(
  password: string,
  phc: string,
  { derive = deriveOnPool }: { readonly derive?: DeriveKey } = {},
): Promise<boolean> {
  const { parameters, salt, hash } = parse(phc);
  const candidate = await derive(password, { parameters, salt, hashBytes: hash.length });
  return timingSafeEqual(candidate, hash);
}

/** Whether a stored hash was made with other parameters than these. @throws Error as above */
export function needsRehash(phc: string, parameters: ScryptParameters): boolean {
  const stored = parse(phc);
  return stored.parameters.costLog2 !== parameters.costLog2 ||
    stored.parameters.blockSize !== parameters.blockSize ||
    stored.parameters.parallelization !== parameters.parallelization ||
    stored.salt.length !== SALT_BYTES || stored.hash.length !== HASH_BYTES;
}

/** A hash that no password matches, to be verified at the same cost where there is no account. */
export function decoyHash(parameters: ScryptParameters): string {
  return format({ parameters, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) });
}

/** Derives a key with scrypt, on the thread pool. @throws Error when scrypt fails */
export function deriveOnPool(password: string, options: KeyDerivation): Promise<Uint8Array> {
  const { parameters: { costLog2, blockSize, parallelization }, salt, hashBytes } = options;
  const cost = {
    N: 2 ** costLog2,
    r: blockSize,
    p: parallelization,
    maxmem: 2 * MEMORY_BYTES_MAX,
  };
  return new Promise((resolve, reject) => {
    scrypt(preparePassword(password), salt, hashBytes, cost, (error, key) => {
      if (error) reject(new Error("Cannot hash password: scrypt failed", { cause: error }));
      else resolve(key);
    });
  });
}

function format({ parameters, salt, hash }: ScryptHash): string {
  const { costLog2, blockSize, parallelization } = parameters;
  const text = (bytes: Uint8Array): string =>
    Uint8Array.from(bytes).toBase64({ omitPadding: true });
  return `$scrypt$ln=${costLog2},r=${blockSize},p=${parallelization}$${text(salt)}$${text(hash)}`;
}

function parse(phc: string): ScryptHash {
  const match = PHC_PATTERN.exec(phc);
  if (match === null) throw new Error("Cannot read password hash: not a scrypt PHC string");
  const [, ln, r, p, salt = "", hash = ""] = match;
  const parameters = {
    costLog2: Number(ln),
    blockSize: Number(r),
    parallelization: Number(p),
  };
  const blocks = 2 ** parameters.costLog2 * parameters.blockSize;
  if (128 * blocks > MEMORY_BYTES_MAX || blocks * parameters.parallelization > WORK_MAX) {
    throw new Error("Cannot read password hash: its parameters ask for too much");
  }
  return { parameters, salt: bytesOf(salt), hash: bytesOf(hash) };
}

function bytesOf(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch (error) {
    throw new Error("Cannot read password hash: not base64", { cause: error });
  }
}
