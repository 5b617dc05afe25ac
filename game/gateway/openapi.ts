import type { JsonObject } from "../../core/json.ts";
import { OPENAPI_SCHEMAS } from "./openapi_schemas.ts";

type SchemaName = keyof typeof OPENAPI_SCHEMAS;

/** How the errors of a `POST` come about; each has the body `Error`. */
const ERROR_TEXTS = {
  400: "The request cannot be understood, or breaks a rule",
  401: "Credentials or token do not count",
  403: "The account is disabled",
  409: "The name is taken",
  413: "The body is above 16 KiB",
  415: "The body does not say that it is JSON",
  429: "Too many requests; Retry-After says in how many seconds to try again",
  502: "Another service gave no usable reply",
  503: "Another service cannot be reached or is busy, or no game server takes another match",
  504: "Another service took too long",
} as const;

/** Errors that every `POST` may bring. */
const COMMON_ERRORS = [400, 413, 415, 429, 502, 503, 504] as const;

/** What a `POST` takes and gives. */
interface Post {
  readonly summary: string;
  readonly body: SchemaName;
  readonly success: readonly [status: number, schema: SchemaName, text: string];
  /** Its errors besides those that every one may bring. */
  readonly errors: readonly (keyof typeof ERROR_TEXTS)[];
  readonly security?: JsonObject["security"];
}

function post(operationId: string, options: Post): JsonObject {
  const [status, schema, description] = options.success;
  const errors = [...COMMON_ERRORS, ...options.errors].toSorted((a, b) => a - b);
  const { summary, body, security } = options;
  return {
    post: {
      operationId,
      summary,
      ...(security && { security }),
      requestBody: { required: true, content: json(body) },
      responses: {
        [status]: { description, content: json(schema) },
        ...Object.fromEntries(errors.map((code) => [code, {
          description: ERROR_TEXTS[code],
          content: json("Error"),
        }])),
      },
    },
  };
}

function json(schema: SchemaName): JsonObject {
  return { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } };
}

function get(operationId: string, options: {
  readonly summary: string;
  readonly mediaType: string;
}): JsonObject {
  const { summary, mediaType } = options;
  const response = { description: summary, content: { [mediaType]: {} } };
  return { get: { operationId, summary, responses: { 200: response } } };
}

/** Describes exactly the routes that there are, as https://spec.openapis.org/oas/v3.1.0 has it. */
export const OPENAPI = {
  openapi: "3.1.0",
  info: {
    title: "Tanks Blitz",
    version: "1",
    description:
      "The public entry: accounts, and finding a match. Matches are played over UDP and TCP.",
  },
  paths: {
    "/": get("page", { summary: "A page for people", mediaType: "text/html" }),
    "/openapi.json": get("openapi", {
      summary: "This description",
      mediaType: "application/json",
    }),
    "/auth/register": post("register", {
      summary: "Make an account",
      body: "Credentials",
      success: [201, "Registered", "The account is there"],
      errors: [409],
    }),
    "/auth/login": post("login", {
      summary: "Log in",
      body: "Credentials",
      success: [200, "Tokens", "Logged in"],
      errors: [401, 403],
    }),
    "/auth/refresh": post("refresh", {
      summary: "Get new tokens for a refresh token, which is dead from then on",
      body: "Refresh",
      success: [200, "Tokens", "New tokens"],
      errors: [401],
    }),
    "/matchmaking/find": post("findMatch", {
      summary: "Find a match",
      body: "FindRequest",
      success: [200, "FoundMatch", "Where to play, and a token that lets in once"],
      errors: [401],
      security: [{ accessToken: [] }, {}],
    }),
  },
  components: {
    schemas: OPENAPI_SCHEMAS,
    securitySchemes: {
      accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
    },
  },
} satisfies JsonObject;
