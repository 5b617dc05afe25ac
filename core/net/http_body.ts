import { type JsonValue, tryParseJson } from "../json.ts";
import { tryDecodeUtf8 } from "./utf8.ts";

/** Why a body was refused. `unreadable`: the client broke off. */
export type BodyRefusal = "too_large" | "invalid_encoding" | "invalid_json" | "unreadable";

/** A body's value, or why there is none. */
export type BodyResult =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reason: BodyRefusal };

/** A body was read that is longer than the server takes. */
export class BodyTooLarge extends Error {
  /** What tells it from other errors. */
  override readonly name = "BodyTooLarge";
}

/** Reads a body as JSON, at most `bytesMax` bytes of it. Never throws; an empty body is no JSON. */
export async function readJson(
  request: Request,
  options: { readonly bytesMax: number },
): Promise<BodyResult> {
  const { bytesMax } = options;
  if (declaredBytes(request) > bytesMax) return { ok: false, reason: "too_large" };
  const bytes = await readBytes(request, bytesMax);
  if (typeof bytes === "string") return { ok: false, reason: bytes };
  const text = tryDecodeUtf8(bytes);
  if (text === undefined) return { ok: false, reason: "invalid_encoding" };
  const value = tryParseJson(text);
  return value === undefined ? { ok: false, reason: "invalid_json" } : { ok: true, value };
}

/** The length that a request says its body has, 0 where it says none. */
export function declaredBytes(request: Request): number {
  return Number(request.headers.get("content-length") ?? 0);
}

/**
 * The request, or one like it whose body fails with {@linkcode BodyTooLarge} when more than `bytesMax`
 * bytes of it are read. A declared length needs no such watch: look at {@linkcode declaredBytes}. Use
 * only what comes back.
 */
export function boundBody(request: Request, bytesMax: number): Request {
  const { url, method, headers, body } = request;
  if (body === null || headers.has("content-length")) return request;
  let count = 0;
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller): void {
      count += chunk.byteLength;
      if (count > bytesMax) {
        controller.error(new BodyTooLarge(`Cannot read above ${bytesMax} bytes`));
      } else controller.enqueue(chunk);
    },
  });
  // Not a copy of the request itself, which would listen to its signal; see `RequestInHand`.
  return new Request(url, { method, headers, body: body.pipeThrough(bound) });
}

async function readBytes(
  request: Request,
  bytesMax: number,
): Promise<Uint8Array | "too_large" | "unreadable"> {
  const parts: Uint8Array[] = [];
  let count = 0;
  try {
    for await (const part of request.body ?? []) {
      count += part.byteLength;
      if (count > bytesMax) return "too_large";
      parts.push(part);
    }
  } catch (error) {
    // Whatever else a body throws, the client is gone or has broken the rules of HTTP.
    return error instanceof BodyTooLarge ? "too_large" : "unreadable";
  }
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : joinParts(parts, count);
}

function joinParts(parts: readonly Uint8Array[], count: number): Uint8Array {
  const joined = new Uint8Array(count);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}
