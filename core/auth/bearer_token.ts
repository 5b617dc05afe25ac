/** The token of an `Authorization: Bearer …` header (RFC 6750), or undefined where there is none. */
export function tryBearerToken(headers: Headers): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}
