import { tryJsonObject, tryParseJson } from "../json.ts";
import type { KvStore } from "../ports/kv_store.ts";

/** What a match token stands for: one account's place in one match. */
export interface MatchTicket {
  /** The match that it lets into. */
  readonly matchId: string;
  /** Who may take it. */
  readonly accountId: string;
  /** Under which name, 1 to 64 characters. */
  readonly playerId: string;
  /** The login for which it was issued; whoever ends that ends this too. Undefined where none is known. */
  readonly authSessionId?: string | undefined;
}

/** How long a match token counts, in milliseconds. */
export const TICKET_TTL_MS = 60_000;

const TOKEN_BYTES = 32;
/** 32 bytes in base64url: an access token has dots, so that neither passes for the other. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const BASE64_URL = { alphabet: "base64url", omitPadding: true } as const;

const encoder = new TextEncoder();

/**
 * Makes a match token: 256 random bits in base64url, for whoever it is handed to. The store has its
 * SHA-256 only, so that reading the store lets nobody play.
 *
 * @param options `randomBytes`: gives unpredictable bytes
 * @throws Error when the store cannot be reached
 */
export async function issueTicket(
  kvStore: KvStore,
  ticket: MatchTicket,
  options: { readonly randomBytes: (size: number) => Uint8Array },
): Promise<string> {
  const token = options.randomBytes(TOKEN_BYTES).toBase64(BASE64_URL);
  const { matchId, accountId, playerId, authSessionId } = ticket;
  const value = JSON.stringify({
    match_id: matchId,
    account_id: accountId,
    player_id: playerId,
    ...(authSessionId !== undefined && { auth_session_id: authSessionId }),
  });
  await kvStore.set(await ticketKey(token), value, { ttlMs: TICKET_TTL_MS });
  return token;
}

/**
 * What the token stands for, which it does no longer: of many who redeem one, one gets it. Undefined
 * where the token is none, is over or has been redeemed.
 *
 * @throws Error when the store cannot be reached
 */
export async function redeemTicket(
  kvStore: KvStore,
  token: string,
): Promise<MatchTicket | undefined> {
  if (!isMatchToken(token)) return undefined;
  const value = await kvStore.take(await ticketKey(token));
  return value === undefined ? undefined : tryParseTicket(value);
}

/** Whether the text has the form of a match token; whether it counts, redeeming it shows. */
export function isMatchToken(text: string): boolean {
  return TOKEN.test(text);
}

async function ticketKey(token: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", encoder.encode(token));
  return `ticket:${new Uint8Array(hash).toBase64(BASE64_URL)}`;
}

function tryParseTicket(value: string): MatchTicket | undefined {
  const fields = tryJsonObject(tryParseJson(value));
  const { match_id: matchId, account_id: accountId, player_id: playerId } = fields ?? {};
  const isWhole = typeof matchId === "string" && typeof accountId === "string" &&
    typeof playerId === "string";
  if (!isWhole) return undefined;
  const authSessionId = fields?.auth_session_id;
  const isIssuedForLogin = typeof authSessionId === "string";
  return { matchId, accountId, playerId, ...(isIssuedForLogin && { authSessionId }) };
}
