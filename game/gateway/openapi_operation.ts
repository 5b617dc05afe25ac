import type { JsonObject } from "../../core/json.ts";
import type { OPENAPI_SCHEMAS } from "./openapi_schemas.ts";

/** The name of a body. */
export type SchemaName = keyof typeof OPENAPI_SCHEMAS;

/** How errors come about, by status; each has the body `Error`. */
export const ERROR_TEXTS = {
  400: "The request cannot be understood, or breaks a rule",
  401: "Credentials or token do not count",
  403: "That is for others to do, or the account is disabled",
  404: "There is none",
  409: "What is there does not allow it",
  410: "The search has come to nothing",
  413: "The body is above 16 KiB",
  415: "The body does not say that it is JSON",
  426: "The request does not ask for a WebSocket",
  429: "Too many requests; Retry-After says in how many seconds to try again",
  500: "A fault of ours; X-Request-Id says which",
  502: "Another service gave no usable reply",
  503: "Another service cannot be reached or is busy, or no game server takes another match",
  504: "Another service took too long",
} as const;

/** The status of an error. */
export type ErrorStatus = keyof typeof ERROR_TEXTS;

/** A reply that is no error. */
export interface Success {
  /** The HTTP status. */
  readonly status: number;
  /** What it means. */
  readonly text: string;
  /** Its body, which is JSON; one of several. None where there is none. */
  readonly schemas?: readonly SchemaName[];
  /** Where the body is no JSON of ours: its media type. */
  readonly mediaType?: string;
}

/** The body of a request. */
export interface RequestBody {
  /** What it is. */
  readonly schema: SchemaName;
  /** Whether it has to be there. */
  readonly required: boolean;
}

/** What is to be said of an operation. */
export interface OperationText {
  /** In a line. */
  readonly summary: string;
  /** The body of the request. */
  readonly body?: RequestBody;
  /** Whether an access token has to be shown, or may be. */
  readonly token?: "required" | "optional";
  /** What may come of it. */
  readonly successes: readonly Success[];
  /** Whether another service is asked. */
  readonly asks: boolean;
  /** Errors besides those that follow from the above. */
  readonly errors?: readonly ErrorStatus[];
}

const BODY_ERRORS: readonly ErrorStatus[] = [400, 413, 415];
const CALL_ERRORS: readonly ErrorStatus[] = [502, 504];
/** Every request may be one too many, hit a fault, take too long or come when the gateway closes. */
const COMMON_ERRORS: readonly ErrorStatus[] = [429, 500, 503];

/** An operation, as https://spec.openapis.org/oas/v3.1.0 has it. */
export function describeOperation(operationId: string, text: OperationText): JsonObject {
  const { summary, body, token, successes, asks } = text;
  const errors = new Set([
    ...COMMON_ERRORS,
    ...(body ? BODY_ERRORS : []),
    ...(token === "required" ? [401] as const : []),
    ...(asks ? CALL_ERRORS : []),
    ...(text.errors ?? []),
  ]);
  const replies = successes.map((success) => [success.status, describeSuccess(success)]);
  const refusals = [...errors].toSorted((a, b) => a - b).map((status) => [status, {
    description: ERROR_TEXTS[status],
    content: json(["Error"]),
  }]);
  return {
    operationId,
    summary,
    ...(token && { security: [{ accessToken: [] }, ...(token === "optional" ? [{}] : [])] }),
    ...(body && { requestBody: { required: body.required, content: json([body.schema]) } }),
    responses: Object.fromEntries([...replies, ...refusals]),
  };
}

/** The parameters of a path, each `{name}` in it. */
export function describeParameters(path: string): readonly JsonObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function describeSuccess({ text, schemas, mediaType }: Success): JsonObject {
  if (schemas !== undefined) return { description: text, content: json(schemas) };
  return { description: text, ...(mediaType && { content: { [mediaType]: {} } }) };
}

function json(schemas: readonly SchemaName[]): JsonObject {
  const refs = schemas.map((schema) => ({ $ref: `#/components/schemas/${schema}` }));
  const [first] = refs;
  return { "application/json": { schema: refs.length === 1 ? first : { anyOf: refs } } };
}
