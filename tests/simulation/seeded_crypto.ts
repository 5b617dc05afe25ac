import { createHash } from "node:crypto";
import type { Rng } from "../../core/rng.ts";

/** A key as WebCrypto has one, as far as libraries look. */
interface SeededKey {
  readonly type: "private" | "public";
  readonly algorithm: { readonly name: "Ed25519" };
  readonly extractable: true;
  readonly usages: readonly string[];
  readonly [Symbol.toStringTag]: "CryptoKey";
  /** What a signature is bound to. */
  readonly x: string;
  readonly d: string | undefined;
}

const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/**
 * What the services use of `crypto`, from a seed and without another thread, so that every run of a seed is the
 * same. It keeps no secret: a signature is a hash of key and text.
 */
export function openSeededCrypto(rng: Rng): object {
  const getRandomValues = <T extends ArrayBufferView>(into: T): T => {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let index = 0; index < bytes.length; index++) bytes[index] = rng.below(256);
    return into;
  };
  const randomUUID = (): string => {
    const hex = getRandomValues(new Uint8Array(16)).toHex();
    return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]]
      .map(([from, to]) => hex.slice(from, to)).join("-");
  };
  const newSecret = (): string => getRandomValues(new Uint8Array(32)).toBase64(BASE64URL);
  const subtle = {
    digest: (_name: string, data: Uint8Array) => settled(() => toBuffer(hashOf("sha256", data))),
    generateKey: () =>
      settled(() => {
        const d = newSecret();
        const x = publicHalf(d);
        return { privateKey: keyOf(x, d), publicKey: keyOf(x, undefined) };
      }),
    importKey: (_format: string, jwk: { readonly x: string; readonly d?: string }) =>
      settled(() => keyOf(jwk.x, jwk.d)),
    exportKey: (_format: string, { x, d }: SeededKey) =>
      settled(() => ({ kty: "OKP", crv: "Ed25519", x, ...(d && { d }) })),
    sign: (_algorithm: unknown, { x }: SeededKey, data: Uint8Array) =>
      settled(() => toBuffer(hashOf("sha512", `${x}.`, data))),
    verify: (_algorithm: unknown, { x }: SeededKey, signature: Uint8Array, data: Uint8Array) =>
      settled(() => hashOf("sha512", `${x}.`, data).toHex() === new Uint8Array(signature).toHex()),
  };
  return { getRandomValues, randomUUID, subtle };
}

/** A password's key by a hash that costs nothing. */
export function deriveCheaply(
  password: string,
  { salt, hashBytes }: { readonly salt: Uint8Array; readonly hashBytes: number },
): Promise<Uint8Array> {
  return settled(() => hashOf("sha512", password, salt).subarray(0, hashBytes));
}

function settled<T>(work: () => T): Promise<T> {
  return Promise.try(work);
}

function keyOf(x: string, d: string | undefined): SeededKey {
  return {
    type: d === undefined ? "public" : "private",
    algorithm: { name: "Ed25519" },
    extractable: true,
    usages: d === undefined ? ["verify"] : ["sign"],
    [Symbol.toStringTag]: "CryptoKey",
    x,
    d,
  };
}

function publicHalf(d: string): string {
  return hashOf("sha256", d).toBase64(BASE64URL);
}

function hashOf(name: "sha256" | "sha512", ...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

function toBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
