/** A response that carries a value, which must be something JSON can carry. */
export function jsonResponse(value: unknown, init: ResponseInit = {}): Response {
  return Response.json(value, init);
}

/** A response that says what is wrong: `code` for programs, lower_snake, and `message` for people. */
export function errorResponse(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status });
}

/** What the server itself refuses, by code. */
export type RefusalCode =
  | "bad_request"
  | "not_found"
  | "method_not_allowed"
  | "body_too_large"
  | "internal_error"
  | "timeout"
  | "closing";

const REFUSALS: Readonly<Record<RefusalCode, readonly [status: number, message: string]>> = {
  bad_request: [400, "Bad request"],
  not_found: [404, "Not found"],
  method_not_allowed: [405, "Method not allowed"],
  body_too_large: [413, "The request body is too large"],
  internal_error: [500, "Internal server error"],
  timeout: [503, "The request took too long"],
  closing: [503, "The server is closing"],
};

/** The response by which the server itself refuses a request. */
export function refusalResponse(code: RefusalCode): Response {
  const [status, message] = REFUSALS[code];
  const response = errorResponse(status, code, message);
  if (code === "closing") response.headers.set("connection", "close");
  return response;
}

/**
 * The response with the headers that every response has: its type is not guessed, and nobody keeps it
 * unless it says otherwise. An upgrade is left as it is.
 */
export function secureResponse(response: Response): Response {
  if (response.status === SWITCHING_PROTOCOLS) return response;
  try {
    addHeaders(response.headers);
    return response;
  } catch {
    // The headers of a redirect or of what `fetch` gave cannot be changed, which throws TypeError.
    const { status, statusText } = response;
    const headers = new Headers(response.headers);
    addHeaders(headers);
    return new Response(response.body, { status, statusText, headers });
  }
}

function addHeaders(headers: Headers): void {
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}

const SWITCHING_PROTOCOLS = 101;
