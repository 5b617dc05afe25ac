import { type JsonObject, tryJsonObject } from "../json.ts";
import { type BodyRefusal, errorResponse, readJson } from "./http_server.ts";

/** The object in a request's body, or the response that says why there is none. */
export type JsonFields =
  | { readonly ok: true; readonly fields: JsonObject }
  | { readonly ok: false; readonly response: Response };

const JSON_MEDIA_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

const REFUSALS: Readonly<Record<BodyRefusal, readonly [number, string, string]>> = {
  too_large: [413, "body_too_large", "The request body is too large"],
  invalid_encoding: [400, "invalid_encoding", "The request body is not UTF-8"],
  invalid_json: [400, "invalid_json", "The request body is not JSON"],
  unreadable: [400, "bad_request", "The request body could not be read"],
};

/**
 * Reads a JSON object of at most `bytesMax` bytes. Its media type has to say JSON: a form, which any
 * page may send to anywhere without being asked, does not.
 */
export async function readJsonFields(
  request: Request,
  options: { readonly bytesMax: number },
): Promise<JsonFields> {
  if (!JSON_MEDIA_TYPE.test(request.headers.get("content-type") ?? "")) {
    return refuse(415, "unsupported_media_type", "The content-type must be application/json");
  }
  const body = await readJson(request, options);
  if (!body.ok) {
    const [status, code, message] = REFUSALS[body.reason];
    return refuse(status, code, message);
  }
  const fields = tryJsonObject(body.value);
  if (fields === undefined) return refuse(400, "invalid_json", "The request body is not an object");
  return { ok: true, fields };
}

function refuse(status: number, code: string, message: string): JsonFields {
  return { ok: false, response: errorResponse(status, code, message) };
}
