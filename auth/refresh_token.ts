const TOKEN_BYTES = 32;
const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/** A new refresh token: 256 random bits, base64url. */
export function newRefreshToken(): string {
  return crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toBase64(BASE64URL);
}

/**
 * The form in which a refresh token is stored and found; takes any text. SHA-256 without salt is
 * enough: nobody guesses 256 random bits.
 */
export async function hashRefreshToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(digest).toBase64(BASE64URL);
}
