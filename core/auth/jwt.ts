// Long because it is the one file that may use jose.
import {
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from "jose";
import { type JsonObject, tryJsonObject } from "../json.ts";

/** The one algorithm: nothing in a token's header can choose another. RFC 8037. */
const ALGORITHM = "EdDSA";
const CURVE = "Ed25519";

/** The longest token that is looked at, in UTF-16 units; ours have under 1 000. */
export const TOKEN_LENGTH_MAX = 2_048;

/**
 * A token in the one way to write it: jose also takes spaces and stray low bits in a signature, so that
 * one token could pass for many. 64 bytes end in one of four letters.
 */
const TOKEN_PATTERN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{85}[AQgw]$/;

/** The public half of an Ed25519 key as a JWK (RFC 8037), fit to be published. */
export interface PublicJwk extends JsonObject {
  /** An octet key pair. */
  readonly kty: "OKP";
  /** Its curve. */
  readonly crv: "Ed25519";
  /** The key itself, base64url. */
  readonly x: string;
  /** Its RFC 7638 thumbprint. */
  readonly kid: string;
  /** What it is used with. */
  readonly alg: "EdDSA";
  /** What it is used for: signatures. */
  readonly use: "sig";
}

/** A new key: both halves, to be stored. */
export interface KeyPairJwk {
  /** The id of both. */
  readonly kid: string;
  /** A secret. */
  readonly privateJwk: JsonObject;
  /** What verifies its signatures. */
  readonly publicJwk: PublicJwk;
}

/** A private key that is ready to sign. */
export interface SigningKey {
  /** Its id, which goes into every header. */
  readonly kid: string;
  /** The key as WebCrypto has it. */
  readonly key: CryptoKey;
}

/** A public key that is ready to verify. */
export interface VerifyingKey {
  /** Its id, which a token's header names. */
  readonly kid: string;
  /** The key as WebCrypto has it. */
  readonly key: CryptoKey;
}

/** What a token must be, beside well signed. */
export interface JwtRules {
  /** The `typ` of its header: what keeps one kind of token from passing for another. */
  readonly type: string;
  /** Its `iss`. */
  readonly issuer: string;
  /** Its `aud`. */
  readonly audience: string;
  /** The time now, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** How far the signer's clock may be off, in seconds. */
  readonly clockToleranceS: number;
}

/** Why a token is not accepted. */
export type JwtRefusal = "malformed" | "bad_signature" | "expired" | "wrong_claims";

/** A token's claims, or why it has none that count. */
export type JwtVerdict =
  | { readonly ok: true; readonly claims: JsonObject }
  | { readonly ok: false; readonly reason: JwtRefusal };

/** Makes a new Ed25519 key; its id is its thumbprint. */
export async function generateSigningKey(): Promise<KeyPairJwk> {
  const pair = await generateKeyPair(ALGORITHM, { crv: CURVE, extractable: true });
  const privateJwk = toJsonObject(await exportJWK(pair.privateKey));
  const { x = "" } = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint({ kty: "OKP", crv: CURVE, x });
  return {
    kid,
    privateJwk: { ...privateJwk, kid, alg: ALGORITHM, use: "sig" },
    publicJwk: { kty: "OKP", crv: CURVE, x, kid, alg: ALGORITHM, use: "sig" },
  };
}

/** The value as a public key, or undefined where it is none; a private half is left behind. */
export function tryParsePublicJwk(value: unknown): PublicJwk | undefined {
  const jwk = tryJsonObject(value);
  if (jwk?.["kty"] !== "OKP" || jwk["crv"] !== CURVE) return undefined;
  const { x, kid } = jwk;
  if (typeof x !== "string" || typeof kid !== "string" || kid === "") return undefined;
  return { kty: "OKP", crv: CURVE, x, kid, alg: ALGORITHM, use: "sig" };
}

/** Makes a stored private key ready. @throws Error when it is no Ed25519 private key */
export async function importSigningKey(privateJwk: JsonObject): Promise<SigningKey> {
  const { kty, crv, x, d, kid } = privateJwk;
  const known = kty === "OKP" && crv === CURVE && typeof x === "string" &&
    typeof d === "string" && typeof kid === "string";
  if (!known) throw new Error("Cannot import signing key: not an Ed25519 private JWK");
  return { kid, key: await importEd25519({ kty, crv, x, d }) };
}

/** Makes a public key ready. @throws Error when `x` is no point of the curve */
export async function importVerifyingKey(publicJwk: PublicJwk): Promise<VerifyingKey> {
  const { kty, crv, x, kid } = publicJwk;
  return { kid, key: await importEd25519({ kty, crv, x }) };
}

/** Signs `claims` under the key's id; the claims carry their own times. */
export function signJwt(
  claims: JsonObject,
  key: SigningKey,
  options: { readonly type: string },
): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: ALGORITHM, typ: options.type, kid: key.kid })
    .sign(key.key);
}

/** Checks signature, header and claims. Never throws for what is in the token. */
export async function verifyJwt(
  token: string,
  key: VerifyingKey,
  rules: JwtRules,
): Promise<JwtVerdict> {
  if (!hasForm(token)) return { ok: false, reason: "malformed" };
  try {
    const { payload } = await jwtVerify(token, key.key, {
      algorithms: [ALGORITHM],
      typ: rules.type,
      issuer: rules.issuer,
      audience: rules.audience,
      requiredClaims: ["exp", "iat"],
      clockTolerance: rules.clockToleranceS,
      currentDate: new Date(rules.nowMs),
    });
    return { ok: true, claims: toJsonObject(payload) };
  } catch (error) {
    return { ok: false, reason: refusalOf(error) };
  }
}

/** The key id that a token names, unverified; undefined where it is no signed token of ours. */
export function tryReadKeyId(token: string): string | undefined {
  if (!hasForm(token)) return undefined;
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return alg === ALGORITHM && typeof kid === "string" ? kid : undefined;
  } catch {
    // It throws for hostile text only: there is no header to read.
    return undefined;
  }
}

/**
 * A token's claims *without* any check of its signature: only for a token that its issuer has just
 * handed over. Undefined where it is no token.
 */
export function tryReadClaimsUnverified(token: string): JsonObject | undefined {
  if (!hasForm(token)) return undefined;
  try {
    return toJsonObject(decodeJwt(token));
  } catch {
    // As above: hostile text only.
    return undefined;
  }
}

function hasForm(token: string): boolean {
  return token.length <= TOKEN_LENGTH_MAX && TOKEN_PATTERN.test(token);
}

function refusalOf(error: unknown): JwtRefusal {
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed) return "wrong_claims";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "bad_signature";
  if (error instanceof errors.JOSEError) return "malformed";
  throw error;
}

async function importEd25519(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, ALGORITHM);
  if (key instanceof Uint8Array) throw new Error("Cannot import key: it is symmetric");
  // Of the platform's types; where Node's are there too, jose's declarations mean those.
  return key as CryptoKey;
}

function toJsonObject(value: unknown): JsonObject {
  const object = tryJsonObject(value);
  if (object === undefined) throw new Error("Cannot read JWT: not an object");
  return object;
}
