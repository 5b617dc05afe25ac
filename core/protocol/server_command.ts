import { type JsonObject, type JsonValue, tryJsonObject, tryParseJson } from "../json.ts";
import { isServerId } from "./server_status.ts";

/** Asks a game server to have a match ready, and places in it for the players named. */
export interface PrepareMatch {
  /** What is asked. */
  readonly command: "prepare_match";
  /** Chosen by who asks; asked again, the match there is gets places for these players too. */
  readonly matchId: string;
  /** One of the game's modes. */
  readonly mode: string;
  /** The accounts who come. */
  readonly players: readonly string[];
}

/** What a game server can be told. */
export type ServerCommand = PrepareMatch;

/** The closed set of reasons for which a game server does not do as told. */
export const COMMAND_REFUSALS = [
  /** It does not know the command. */
  "unknown_command",
  /** It does not know the mode. */
  "unknown_mode",
  /** It takes no more matches, or the match no more players. */
  "full",
  /** It takes no more matches, because it is about to end. */
  "draining",
  /** The match of that id has been and gone. */
  "match_over",
  /** A fault of its own. */
  "failed",
] as const;

/** One of {@linkcode COMMAND_REFUSALS}. */
export type CommandRefusal = typeof COMMAND_REFUSALS[number];

/** What a game server answers. */
export type ServerCommandReply =
  | { readonly ok: true; readonly matchId: string }
  | { readonly ok: false; readonly reason: CommandRefusal };

/** The longest id of a match or a player, in UTF-16 units. */
const ID_LENGTH_MAX = 128;
const MODE_LENGTH_MAX = 64;
const PLAYERS_MAX = 1_000;

/** The subject on which one server takes commands. @throws TypeError where the id is none */
export function serverCommandSubject(serverId: string): string {
  if (isServerId(serverId)) return `server.command.${serverId}`;
  throw new TypeError(
    `Cannot command server ${JSON.stringify(serverId)}: ` +
      "an id is 1..64 letters, digits, _ and -, and single dots between them",
  );
}

/** The command as it is sent. */
export function encodeServerCommand(command: ServerCommand): string {
  const { matchId, mode, players } = command;
  return JSON.stringify(
    { command: command.command, match_id: matchId, mode, players } satisfies JsonObject,
  );
}

/** The message as a command, or undefined where it is none. Never throws. */
export function tryParseServerCommand(payload: string): ServerCommand | undefined {
  const fields = tryJsonObject(tryParseJson(payload));
  if (fields?.command !== "prepare_match") return undefined;
  const { match_id: matchId, mode, players } = fields;
  if (!isText(matchId, ID_LENGTH_MAX) || !isText(mode, MODE_LENGTH_MAX)) return undefined;
  if (!Array.isArray(players) || players.length > PLAYERS_MAX) return undefined;
  if (!players.every((player) => isText(player, ID_LENGTH_MAX))) return undefined;
  return { command: "prepare_match", matchId, mode, players };
}

/** The reply as it is sent. */
export function encodeServerCommandReply(reply: ServerCommandReply): string {
  const fields: JsonObject = reply.ok
    ? { ok: true, match_id: reply.matchId }
    : { ok: false, reason: reply.reason };
  return JSON.stringify(fields);
}

/** The message as a reply, or undefined where it is none; an unknown reason counts as `failed`. */
export function tryParseServerCommandReply(payload: string): ServerCommandReply | undefined {
  const fields = tryJsonObject(tryParseJson(payload));
  if (fields === undefined) return undefined;
  const { ok, match_id: matchId, reason } = fields;
  if (ok === true && isText(matchId, ID_LENGTH_MAX)) return { ok, matchId };
  if (ok !== false || typeof reason !== "string") return undefined;
  return { ok, reason: COMMAND_REFUSALS.find((known) => known === reason) ?? "failed" };
}

function isText(value: JsonValue | undefined, lengthMax: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= lengthMax;
}
