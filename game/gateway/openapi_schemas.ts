import type { JsonObject } from "../../core/json.ts";
import { MODE_NAMES } from "../simulation/rules.ts";

const TEXT = { type: "string" };

/** What an object is, with the fields that it always has. */
function object(required: readonly string[], properties: JsonObject): JsonObject {
  return { type: "object", required, properties };
}

/** The bodies of requests and replies, by name. */
export const OPENAPI_SCHEMAS = {
  Credentials: object(["username", "password"], {
    username: {
      ...TEXT,
      description: "3 to 32 letters of any script, digits, _ . -; case does not count",
      example: "player1",
    },
    password: { ...TEXT, description: "8 to 256 characters", example: "password123" },
  }),
  Registered: object(["status", "message", "account_id"], {
    status: { const: "success" },
    message: { ...TEXT, example: "User player1 registered" },
    account_id: TEXT,
  }),
  Tokens: object(["status", "message", "session_id", "token", "refresh_token", "expires_in"], {
    status: { const: "success" },
    message: { ...TEXT, example: "User player1 authenticated" },
    session_id: TEXT,
    token: { ...TEXT, description: "The access token, a JWT whose sub is the account's id" },
    refresh_token: { ...TEXT, description: "For /auth/refresh, once" },
    expires_in: { type: "integer", description: "Seconds until the access token ends" },
  }),
  Refresh: object(["refresh_token"], { refresh_token: TEXT }),
  FindRequest: object(["user_id", "game_mode"], {
    user_id: { ...TEXT, description: "The account's id, which must be the token's" },
    game_mode: { enum: MODE_NAMES },
    jwt_token: { ...TEXT, description: "The access token, where it is not in the header" },
    pings: {
      type: "object",
      description: "Measured pings in milliseconds, by region",
      additionalProperties: { type: "number", minimum: 0, maximum: 60_000 },
      maxProperties: 64,
      example: { "RU-SPE": 18 },
    },
    explain: { type: "boolean", description: "Whether the reply says what led to it" },
    party: {
      type: "array",
      description: "Other accounts for whom a place in the same match is kept",
      items: TEXT,
      maxItems: 100,
    },
  }),
  FoundMatch: object(["match_id", "websocket_url", "udp", "token"], {
    match_id: TEXT,
    websocket_url: { ...TEXT, example: "ws://127.0.0.1:8080/ws" },
    udp: object(["host", "port"], {
      host: { ...TEXT, example: "127.0.0.1" },
      port: { type: "integer", example: 9999 },
    }),
    token: { ...TEXT, description: "Lets its bearer into the match, once, within 60 s" },
    explanation: { type: "object", description: "Present where it was asked for" },
  }),
  Error: object(["error"], {
    error: object(["code", "message"], {
      code: { ...TEXT, description: "For programs", example: "invalid_credentials" },
      message: { ...TEXT, description: "For people" },
    }),
  }),
} satisfies JsonObject;
