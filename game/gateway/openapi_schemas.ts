// Long because it has every body of requests and replies.
import type { JsonObject } from "../../core/json.ts";
import { ROOM_REFUSALS } from "../../core/protocol/room_messages.ts";
import { ARENA_NAMES } from "../simulation/built_in_arenas.ts";
import { MODE_NAMES } from "../simulation/rules.ts";

const TEXT = { type: "string" };
const COUNT = { type: "integer", minimum: 0 };
const NUMBER = { type: "number" };
const SECONDS = { type: "number", description: "Seconds since the Unix epoch" };
const PASSWORD = { ...TEXT, description: "8 to 256 characters", example: "a long password" };

/** What an object is, with the fields that it always has. */
function object(required: readonly string[], properties: JsonObject): JsonObject {
  return { type: "object", required, properties };
}

function pings(maxProperties: number): JsonObject {
  return {
    type: "object",
    description: "Measured pings in milliseconds, by region",
    additionalProperties: { type: "number", minimum: 0, maximum: 60_000 },
    maxProperties,
    example: { "RU-SPE": 18 },
  };
}

const REGION = { ...TEXT, description: "Where the client says that it is", example: "RU-SPE" };

const ROOM_SETTINGS = {
  name: {
    ...TEXT,
    maxLength: 48,
    description: "What the room is called, for those who know its code",
  },
  game_mode: { enum: MODE_NAMES },
  map: { enum: ARENA_NAMES, description: "The mode's own unless it is said" },
  team_size: {
    type: "integer",
    minimum: 1,
    maximum: 100,
    description: "Players in a team; where the mode has no teams, in the match",
  },
};

const MATCH_PLACE = {
  match_id: TEXT,
  websocket_url: { ...TEXT, example: "ws://127.0.0.1:8080/ws" },
  udp: object(["host", "port"], {
    host: { ...TEXT, example: "127.0.0.1" },
    port: { type: "integer", example: 9999 },
  }),
};

const ACCOUNT_SCHEMAS = {
  Credentials: object(["username", "password"], {
    username: {
      ...TEXT,
      description: "3 to 32 letters of any script, digits, _ . -; case does not count",
      example: "player1",
    },
    password: PASSWORD,
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
  Done: object(["status", "message"], {
    status: { const: "success" },
    message: { ...TEXT, example: "Account updated" },
  }),
  AccountReply: object(["status", "account"], {
    status: { const: "success" },
    account: object(
      ["account_id", "username", "display_name", "created_at", "last_login_at"],
      {
        account_id: TEXT,
        username: TEXT,
        display_name: TEXT,
        created_at: SECONDS,
        last_login_at: { ...SECONDS, type: ["number", "null"] },
      },
    ),
  }),
  AccountChanges: {
    ...object([], {
      display_name: TEXT,
      password: PASSWORD,
      old_password: { ...TEXT, description: "The one until now" },
    }),
    dependentRequired: { password: ["old_password"] },
    minProperties: 1,
  },
  Password: object(["password"], { password: TEXT }),
};

const MATCHMAKING_SCHEMAS = {
  FindRequest: object(["user_id", "game_mode"], {
    user_id: { ...TEXT, description: "The account's id, which must be the token's" },
    game_mode: {
      ...TEXT,
      description: "One of the game's modes, or of those that wait for players of equal skill",
      examples: [...MODE_NAMES, "ranked_duel", "ranked_team", "pve_squad"],
    },
    jwt_token: { ...TEXT, description: "The access token, where it is not in the header" },
    pings: pings(64),
    region: REGION,
    explain: { type: "boolean", description: "Whether the reply says what led to it" },
    party: {
      type: "array",
      description: "Other accounts, each of whom has to ask for the same party",
      items: TEXT,
      maxItems: 100,
    },
    party_id: { ...TEXT, description: "Tells the party from another of the same members" },
  }),
  FoundMatch: object(["match_id", "websocket_url", "udp", "token"], {
    ...MATCH_PLACE,
    token: { ...TEXT, description: "Lets its bearer into the match, once, within 60 s" },
    explanation: {
      type: "object",
      description: "Present where it was asked for",
      additionalProperties: true,
    },
  }),
  Search: object(
    ["search_id", "state", "game_mode", "waited_ms", "party_size", "party_accepted"],
    {
      search_id: TEXT,
      state: { enum: ["waiting", "stopped"] },
      game_mode: TEXT,
      waited_ms: COUNT,
      party_size: COUNT,
      party_accepted: { ...COUNT, description: "How many of the party have asked for it" },
    },
  ),
};

const ROOM_SCHEMAS = {
  RoomSettings: object([], ROOM_SETTINGS),
  RoomPlace: object([], {
    region: REGION,
    pings: pings(16),
    after: {
      ...TEXT,
      description: "The room's match from which a member comes back: the room opens again",
    },
  }),
  RoomRequest: object([], { ...ROOM_SETTINGS, region: REGION, pings: pings(16) }),
  Room: object(
    [
      "code",
      "name",
      "game_mode",
      "map",
      "team_size",
      "members_max",
      "host",
      "members",
      "state",
      "created_at",
      "expires_at",
    ],
    {
      code: { ...TEXT, pattern: "^[A-HJKMNP-Z]{6}$", example: "QWRTYP" },
      ...ROOM_SETTINGS,
      members_max: { ...COUNT, description: "With so many members the match begins" },
      host: { ...TEXT, description: "The account that decides" },
      members: {
        type: "array",
        description: "In the order in which they came",
        items: object(["account_id", "player_id"], {
          account_id: TEXT,
          player_id: { ...TEXT, description: "The name to play under" },
        }),
      },
      state: {
        enum: ["open", "starting", "filled"],
        description: "starting: a game server is preparing the match; filled: it is there",
      },
      created_at: SECONDS,
      expires_at: SECONDS,
      problem: {
        enum: Object.keys(ROOM_REFUSALS),
        description: "Why the match could not be prepared when that was tried last",
      },
      match: { $ref: "#/components/schemas/FoundMatch" },
    },
  ),
  RoomFarewell: object(["code", "state"], { code: TEXT, state: { enum: ["left", "closed"] } }),
};

const STATUS_SCHEMAS = {
  MatchPlace: object(["match_id", "udp", "epoch"], {
    match_id: TEXT,
    udp: object(["host", "port"], { host: TEXT, port: NUMBER }),
    epoch: { ...NUMBER, description: "Counts the servers that the match has been on, from 1" },
  }),
  ServerStatus: object(
    ["server_status", "rates", "client_status", "live", "updated_at", "_meta", "_cache"],
    {
      server_status: { ...NUMBER, description: "1 where the server is open to players" },
      rates: object(["exp", "pvp", "pve", "color_mob", "skill"], {
        exp: NUMBER,
        pvp: NUMBER,
        pve: NUMBER,
        color_mob: NUMBER,
        skill: NUMBER,
      }),
      client_status: NUMBER,
      live: {
        ...object(["updated_at", "players_online", "matches_running", "servers", "regions"], {
          updated_at: SECONDS,
          players_online: COUNT,
          matches_running: COUNT,
          servers: COUNT,
          regions: {
            type: "array",
            items: object(["region", "city", "servers", "players_online", "matches_running"], {
              region: TEXT,
              city: TEXT,
              servers: COUNT,
              players_online: COUNT,
              matches_running: COUNT,
            }),
          },
        }),
        type: ["object", "null"],
        description: "What the game servers say of themselves, summed up",
      },
      updated_at: { ...SECONDS, type: ["number", "null"] },
      _meta: {
        type: "object",
        description: "What each constant means",
        additionalProperties: TEXT,
      },
      _cache: object(["cached", "age_seconds", "source"], {
        cached: { const: true },
        age_seconds: { type: ["integer", "null"], minimum: 0 },
        source: {
          enum: ["cache", "stale"],
          description: "stale: it is not what is cached now, but what was known last",
        },
      }),
    },
  ),
};

/** The bodies of requests and replies, by name. */
export const OPENAPI_SCHEMAS = {
  ...ACCOUNT_SCHEMAS,
  ...MATCHMAKING_SCHEMAS,
  ...ROOM_SCHEMAS,
  ...STATUS_SCHEMAS,
  Error: object(["error"], {
    error: object(["code", "message"], {
      code: { ...TEXT, description: "For programs", example: "invalid_credentials" },
      message: { ...TEXT, description: "For people" },
    }),
  }),
} satisfies JsonObject;
