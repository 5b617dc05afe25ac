import { tryBearerToken } from "../../core/auth/bearer_token.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import { errorResponse, type Handler } from "../../core/net/http_server.ts";
import { readJsonFields } from "../../core/net/json_fields.ts";

/** The longest body of a request, in bytes. */
export const BODY_BYTES_MAX = 16_384;

/** What a client asks for. */
export interface Asked {
  /** The fields of the body; none where there is no body. */
  readonly fields: JsonObject;
  /** The segments that the path names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The client's address. */
  readonly ip: string;
  /** What the `Authorization` header says, unverified. */
  readonly token: string | undefined;
  /** The request's headers. */
  readonly headers: Headers;
  /** Names the request in each line. */
  readonly log: Log;
}

/** A path with its method, and what is done there. */
export interface GatewayRoute {
  /** In capitals. */
  readonly method: string;
  /** Starts with `/`; `:name` stands for one segment. */
  readonly path: string;
  /** Whether the request has a JSON object as its body; where it has none what comes is not read. */
  readonly body: "none" | "optional" | "required";
  /** Answers. */
  readonly handler: (asked: Asked) => Response | Promise<Response>;
}

/** What admits or refuses a client before anything is done for it; undefined admits. */
export type Admit = (client: {
  /** The token that it shows, unverified, in header or body. */
  readonly token: string | undefined;
}) => Promise<Response | undefined>;

/**
 * The handler of one request.
 *
 * @param options `log`: names the request; `admit`: asked before anything is done
 */
export function handlerOf(
  route: GatewayRoute,
  options: { readonly log: Log; readonly admit: Admit },
): Handler {
  return async (request, { params, remote }) => {
    const { headers } = request;
    const body = await readBody(request, route.body);
    if (!body.ok) return body.response;
    const { fields } = body;
    const token = tryBearerToken(headers);
    const shown = typeof fields.jwt_token === "string" ? fields.jwt_token : token;
    const refusal = await options.admit({ token: shown });
    if (refusal !== undefined) return refusal;
    const { log } = options;
    return await route.handler({ fields, params, ip: remote.hostname, token, headers, log });
  };
}

/** Answers for the account that the header's token stands for, or with 401 where there is none. */
export function withToken(
  handler: (asked: Asked & { readonly token: string }) => Promise<Response>,
): GatewayRoute["handler"] {
  return (asked) => {
    const { token } = asked;
    if (token !== undefined) return handler({ ...asked, token });
    return errorResponse(401, "missing_token", "The Authorization header has no bearer token");
  };
}

async function readBody(
  request: Request,
  body: GatewayRoute["body"],
): ReturnType<typeof readJsonFields> {
  const isEmpty = request.body === null || request.headers.get("content-length") === "0";
  if (body === "none" || (body === "optional" && isEmpty)) return { ok: true, fields: {} };
  return await readJsonFields(request, { bytesMax: BODY_BYTES_MAX });
}
