const PREFIX = "r.";
/** A prefix and bytes in base64url: neither a match token nor an access token looks so. */
const RESUME_TOKEN = /^r\.[A-Za-z0-9_-]{22}$/;

/** The text of a resume token of 16 bytes that nobody can guess. */
export function encodeResumeToken(bytes: Uint8Array): string {
  return PREFIX + bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Whether the text has the form of a resume token. */
export function isResumeToken(text: string): boolean {
  return RESUME_TOKEN.test(text);
}
