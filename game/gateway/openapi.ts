// Long because it describes every route there is.
import type { JsonObject } from "../../core/json.ts";
import {
  describeOperation,
  describeParameters,
  type OperationText,
  type RequestBody,
  type SchemaName,
  type Success,
} from "./openapi_operation.ts";
import { OPENAPI_SCHEMAS } from "./openapi_schemas.ts";

/** Operations of a path, by method. */
type Operations = Readonly<Record<string, readonly [operationId: string, text: OperationText]>>;

function ok(schema: SchemaName, text: string, status = 200): Success {
  return { status, text, schemas: [schema] };
}

function required(schema: SchemaName): RequestBody {
  return { schema, required: true };
}

function optional(schema: SchemaName): RequestBody {
  return { schema, required: false };
}

/** What asks another service for the account of a token. */
const FOR_ACCOUNT = { token: "required", asks: true } as const;

const PAGES: Readonly<Record<string, Operations>> = {
  "/": {
    get: ["page", {
      summary: "A page for people",
      asks: false,
      successes: [{ status: 200, text: "The page", mediaType: "text/html" }],
    }],
  },
  "/openapi.json": {
    get: ["openapi", {
      summary: "This description",
      asks: false,
      successes: [{ status: 200, text: "This description", mediaType: "application/json" }],
    }],
  },
};

const ACCOUNTS: Readonly<Record<string, Operations>> = {
  "/auth/register": {
    post: ["register", {
      summary: "Make an account",
      body: required("Credentials"),
      asks: true,
      successes: [ok("Registered", "The account is there", 201)],
      errors: [409],
    }],
  },
  "/auth/login": {
    post: ["login", {
      summary: "Log in",
      body: required("Credentials"),
      asks: true,
      successes: [ok("Tokens", "Logged in")],
      errors: [401, 403],
    }],
  },
  "/auth/refresh": {
    post: ["refresh", {
      summary: "Get new tokens for a refresh token, which is dead from then on",
      body: required("Refresh"),
      asks: true,
      successes: [ok("Tokens", "New tokens")],
      errors: [401],
    }],
  },
  "/auth/logout": {
    post: ["logout", {
      summary: "End the session: every token of it is dead, everywhere within 5 s",
      ...FOR_ACCOUNT,
      successes: [ok("Done", "Logged out")],
    }],
  },
  "/accounts/me": {
    get: ["getAccount", {
      summary: "See one's own account",
      ...FOR_ACCOUNT,
      successes: [ok("AccountReply", "The account")],
    }],
    patch: ["updateAccount", {
      summary: "Change display name or password; a new password ends all other sessions",
      body: required("AccountChanges"),
      ...FOR_ACCOUNT,
      successes: [ok("Done", "Changed")],
    }],
    delete: ["deleteAccount", {
      summary: "End one's own account, with all that belongs to it",
      body: required("Password"),
      ...FOR_ACCOUNT,
      successes: [ok("Done", "The account is no more")],
    }],
  },
};

const MATCHMAKING: Readonly<Record<string, Operations>> = {
  "/matchmaking/find": {
    post: ["findMatch", {
      summary: "Find a match",
      body: required("FindRequest"),
      token: "optional",
      asks: true,
      successes: [
        ok("FoundMatch", "Where to play, and a token that lets in once"),
        ok("Search", "It is searched for: ask /matchmaking/search/{id} for it", 202),
      ],
      errors: [401, 410],
    }],
  },
  "/matchmaking/search/{id}": {
    get: ["getSearch", {
      summary: "Ask how a search stands",
      ...FOR_ACCOUNT,
      successes: [
        ok("FoundMatch", "Where to play, and a token that lets in once"),
        ok("Search", "It goes on", 202),
      ],
      errors: [404, 410],
    }],
    delete: ["stopSearch", {
      summary: "Stop a search",
      ...FOR_ACCOUNT,
      successes: [ok("Search", "It has been stopped")],
      errors: [404],
    }],
  },
};

const ROOMS: Readonly<Record<string, Operations>> = {
  "/rooms": {
    post: ["createRoom", {
      summary: "Open a private room, and be its host",
      body: optional("RoomRequest"),
      ...FOR_ACCOUNT,
      successes: [ok("Room", "The room, with the code that lets others in", 201)],
      errors: [409],
    }],
  },
  "/rooms/{code}": {
    get: ["getRoom", {
      summary: "See a room; members of one whose match is there get a new token for it each time",
      ...FOR_ACCOUNT,
      successes: [ok("Room", "The room")],
      errors: [404],
    }],
    patch: ["configureRoom", {
      summary: "Change the settings, as its host",
      body: optional("RoomSettings"),
      ...FOR_ACCOUNT,
      successes: [ok("Room", "The room")],
      errors: [403, 404, 409],
    }],
    delete: ["closeRoom", {
      summary: "Close a room, as its host",
      ...FOR_ACCOUNT,
      successes: [ok("RoomFarewell", "The room is no more")],
      errors: [403, 404],
    }],
  },
  "/rooms/{code}/join": {
    post: ["joinRoom", {
      summary: "Join a room; with its last place taken its match begins",
      body: optional("RoomPlace"),
      ...FOR_ACCOUNT,
      successes: [ok("Room", "The room")],
      errors: [404, 409],
    }],
  },
  "/rooms/{code}/leave": {
    post: ["leaveRoom", {
      summary: "Leave a room; when its host leaves, the member who came first is host",
      ...FOR_ACCOUNT,
      successes: [ok("RoomFarewell", "The room goes on without you, if there is anybody else")],
      errors: [403, 404],
    }],
  },
  "/rooms/{code}/start": {
    post: ["startRoom", {
      summary: "Begin the match with the members who are there, as the host",
      ...FOR_ACCOUNT,
      successes: [ok("Room", "The room")],
      errors: [403, 404, 409],
    }],
  },
};

const OTHERS: Readonly<Record<string, Operations>> = {
  "/api/server/status": {
    get: ["status", {
      summary: "How the server is, as the status worker has cached it",
      asks: false,
      successes: [
        ok("ServerStatus", "The status"),
        { status: 304, text: "It is still what If-None-Match names" },
      ],
    }],
  },
  "/matches/{match_id}": {
    get: ["matchPlace", {
      summary: "Where a match is now, for a client that hears its game server no more",
      asks: false,
      successes: [ok("MatchPlace", "Where it is")],
      errors: [404],
    }],
  },
  "/replays/{match_id}": {
    get: ["replay", {
      summary: "A match that is over, played again from its recording",
      asks: false,
      successes: [
        {
          status: 200,
          text: "What `deno task replay --to-json` writes: frames, events, the end",
          mediaType: "application/json",
        },
        { status: 304, text: "It is still what If-None-Match names" },
      ],
      errors: [404, 409],
    }],
  },
  "/ws": {
    get: ["webSocket", {
      summary: "Play a match, by JSON text frames",
      asks: false,
      successes: [{ status: 101, text: "A WebSocket, whose first frame has to be AUTH" }],
      errors: [400, 403, 426],
    }],
  },
};

/** Describes exactly the routes that there are, as https://spec.openapis.org/oas/v3.1.0 has it. */
export const OPENAPI = {
  openapi: "3.1.0",
  info: {
    title: "Tanks Blitz",
    version: "1",
    description: "The public entry: accounts, finding a match, private rooms, and the way to play.",
  },
  paths: describePaths({ ...PAGES, ...ACCOUNTS, ...MATCHMAKING, ...ROOMS, ...OTHERS }),
  components: {
    schemas: OPENAPI_SCHEMAS,
    securitySchemes: {
      accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
    },
  },
} satisfies JsonObject;

/** The paths that are described, as routes have them: `/rooms/:code`. */
export function routePaths(): readonly string[] {
  return Object.keys(OPENAPI.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ":$1"));
}

function describePaths(
  paths: Readonly<Record<string, Operations>>,
): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => {
      const parameters = describeParameters(path);
      const described = Object.entries(operations).map(([method, [operationId, text]]) => [
        method,
        describeOperation(operationId, text),
      ]);
      const item: JsonObject = {
        ...(parameters.length > 0 && { parameters }),
        ...Object.fromEntries(described),
      };
      return [path, item];
    }),
  );
}
