/** @typedef {Readonly<Record<string, unknown>>} Fields */

/** Longer than the gateway takes for anything. */
const DEADLINE_MS = 12_000;
/** Of what may do when it is asked again in a moment: no answer, asked too often, a service that is away. */
const PASSING_STATUSES = [0, 429, 502, 503, 504];

/** A refusal of the gateway's, or that it does not answer. */
export class ApiError extends Error {
  /** The HTTP status; 0: no answer came. */
  status;
  /** For programs, such as `username_taken`; `unreachable` where no answer came. */
  code;
  /** How long to wait before it is asked again, in milliseconds; 0: nothing is said. */
  retryAfterMs;

  /**
   * @param {{ status: number, code: string, message: string, retryAfterMs?: number }} refusal
   */
  constructor({ status, code, message, retryAfterMs = 0 }) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Whether something failed that may do when it is asked again in a moment.
 *
 * @param {unknown} error
 * @returns {boolean}
 */
export function isPassing(error) {
  if (!(error instanceof ApiError)) return false;
  // That no server has room is the answer, though its status is that of a service that is away.
  return PASSING_STATUSES.includes(error.status) && error.code !== "no_servers";
}

/**
 * Asks the gateway; resolves to the status and body of a success.
 *
 * @param {string} path
 * @param {{
 *   method?: "GET" | "POST" | "PATCH" | "DELETE", body?: Fields, token?: string, signal?: AbortSignal,
 *   isKept?: boolean,
 * }} [options] `isKept`: the browser may give what it was given before
 * @returns {Promise<{ status: number, body: Fields }>}
 * @throws {ApiError} when it refuses or does not answer; what `signal` was aborted with
 */
export async function callApi(
  path,
  { method = "GET", body, token, signal, isKept = false } = {},
) {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  /** @type {RequestInit} */
  const init = {
    method,
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    cache: isKept ? "default" : "no-store",
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  try {
    const response = await fetch(path, init);
    const fields = await readFields(response);
    if (response.ok) return { status: response.status, body: fields };
    throw refusalOf(response, fields);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    signal?.throwIfAborted();
    throw new ApiError({ status: 0, code: "unreachable", message: "The server does not answer" });
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Fields>}
 */
async function readFields(response) {
  const text = await response.text();
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    // A proxy's page, perhaps: the status says enough.
    return {};
  }
}

/**
 * @param {Response} response
 * @param {Fields} fields
 * @returns {ApiError}
 */
function refusalOf({ status, headers }, fields) {
  const { error } = /** @type {{ error?: { code?: string, message?: string } }} */ (fields);
  const retryAfterMs = Number(headers.get("retry-after") ?? 0) * 1_000 || 0;
  const { code = `http_${status}`, message = `The server says ${status}` } = error ?? {};
  return new ApiError({ status, code, message, retryAfterMs });
}
