// Long because it is the one list of what game servers can be told, each with its parser.
import { type JsonObject, type JsonValue, tryJsonObject, tryParseJson } from "../json.ts";
import { unreachable } from "../unreachable.ts";
import { isServerId } from "./server_status.ts";

/** Asks a game server to have a match ready, and places in it for the players named. */
export interface PrepareMatch {
  /** What is asked. */
  readonly command: "prepare_match";
  /** Chosen by who asks; asked again, the match there is gets places for these players too. */
  readonly matchId: string;
  /** One of the game's modes. */
  readonly mode: string;
  /** The arena to play in; undefined: the mode's own. */
  readonly map?: string;
  /** The accounts who come. */
  readonly players: readonly string[];
  /** The team of each account, from 1; of who is not in it, or where there are none, the world's choice. */
  readonly teams?: ReadonlyMap<string, number>;
  /** The team of each bot that plays besides; undefined: as many bots as the server is set to have. */
  readonly botTeams?: readonly number[];
}

/** Asks a game server to go on with a match that its owner hands over. */
export interface RestoreMatch {
  /** What is asked. */
  readonly command: "restore_match";
  /** The match; its checkpoint is in the store. */
  readonly matchId: string;
  /** The owner, who asks. */
  readonly fromServerId: string;
  /** The owner's epoch, 1 and up. */
  readonly epoch: number;
  /** Which of the owner's offers this is, 1 and up: good only while the match's lease has the same. */
  readonly offer: number;
}

/** Asks a game server to take no more matches and to hand over those that it has. */
export interface Drain {
  /** What is asked. */
  readonly command: "drain";
}

/** Asks a game server how it is, and which of its matches and players have a text in their names. */
export interface DescribeServer {
  /** What is asked. */
  readonly command: "describe_server";
  /** Part of a match's, mode's, player's or account's name; undefined: all matches. */
  readonly filter?: string;
  /** Only how it is, and no matches. */
  readonly isBrief?: true;
}

/** Asks a game server to take players out of their match, into which they do not come again. */
export interface KickPlayer {
  /** What is asked. */
  readonly command: "kick_player";
  /** Whom: a player in a match, or an account wherever it plays. */
  readonly whom:
    | { readonly matchId: string; readonly playerId: string }
    | { readonly accountId: string };
}

/** Asks a game server to send what happens in a match to those who watch it, for some seconds. */
export interface WatchMatch {
  /** What is asked. */
  readonly command: "watch_match";
  /** The match. */
  readonly matchId: string;
  /** Names who watches; unique, at most {@linkcode WATCHER_LENGTH_MAX} characters. */
  readonly watcher: string;
}

/** What a game server can be told. */
export type ServerCommand =
  | PrepareMatch
  | RestoreMatch
  | Drain
  | DescribeServer
  | KickPlayer
  | WatchMatch;

/** The closed set of reasons for which a game server does not do as told. */
export const COMMAND_REFUSALS = [
  /** It does not know the command. */
  "unknown_command",
  /** It does not know the mode. */
  "unknown_mode",
  /** It does not know the arena. */
  "unknown_map",
  /** It takes no more matches, or the match no more players. */
  "full",
  /** It takes no more matches, because it is about to end. */
  "draining",
  /** The match of that id has been and gone. */
  "match_over",
  /** It has no such match. */
  "unknown_match",
  /** Nobody of that name is in the match. */
  "unknown_player",
  /** A fault of its own. */
  "failed",
] as const;

/** One of {@linkcode COMMAND_REFUSALS}. */
export type CommandRefusal = typeof COMMAND_REFUSALS[number];

/** What a game server answers. */
export type ServerCommandReply =
  | {
    readonly ok: true;
    /** The match that the command was about, if it was about one. */
    readonly matchId?: string;
    /** What was asked about; a {@linkcode ServerCommandReply} that only says yes has none. */
    readonly about?: JsonObject;
  }
  | { readonly ok: false; readonly reason: CommandRefusal };

/** The longest id of a match or a player, in UTF-16 units. */
const ID_LENGTH_MAX = 128;
/** The longest name of somebody who watches, in UTF-16 units. */
export const WATCHER_LENGTH_MAX = 64;
/** The longest text that matches and players are looked for by, in UTF-16 units. */
export const FILTER_LENGTH_MAX = 64;
const MODE_LENGTH_MAX = 64;
const MAP_LENGTH_MAX = 64;
const PLAYERS_MAX = 1_000;
const TEAM_MAX = 100;
const BOTS_MAX = 100;

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
  switch (command.command) {
    case "prepare_match":
      return encodePrepare(command);
    case "restore_match": {
      const { matchId, fromServerId, epoch, offer } = command;
      const about = { match_id: matchId, from_server_id: fromServerId, epoch, offer };
      return JSON.stringify({ command: command.command, ...about });
    }
    case "drain":
      return JSON.stringify(command);
    case "describe_server": {
      const { filter, isBrief: brief } = command;
      return JSON.stringify({ command: command.command, filter, brief });
    }
    case "kick_player": {
      const { whom } = command;
      const about = "accountId" in whom
        ? { account_id: whom.accountId }
        : { match_id: whom.matchId, player_id: whom.playerId };
      return JSON.stringify({ command: command.command, ...about });
    }
    case "watch_match": {
      const { matchId, watcher } = command;
      return JSON.stringify({ command: command.command, match_id: matchId, watcher });
    }
    default:
      return unreachable(command);
  }
}

function encodePrepare(command: PrepareMatch): string {
  const { matchId, mode, map, players, teams, botTeams } = command;
  return JSON.stringify(
    {
      command: command.command,
      match_id: matchId,
      mode,
      map,
      players,
      ...(teams && { teams: Object.fromEntries(teams) }),
      ...(botTeams && { bot_teams: botTeams }),
    } satisfies JsonObject,
  );
}

/** The message as a command, or undefined where it is none. Never throws. */
export function tryParseServerCommand(payload: string): ServerCommand | undefined {
  const fields = tryJsonObject(tryParseJson(payload));
  switch (fields?.command) {
    case "prepare_match":
      return tryParsePrepare(fields);
    case "restore_match": {
      const { match_id: matchId, from_server_id: fromServerId, epoch, offer } = fields;
      if (!isText(matchId, ID_LENGTH_MAX) || !isText(fromServerId, ID_LENGTH_MAX)) return undefined;
      if (!isOrdinal(epoch) || !isOrdinal(offer)) return undefined;
      return { command: "restore_match", matchId, fromServerId, epoch, offer };
    }
    case "drain":
      return { command: "drain" };
    case "describe_server": {
      const { filter, brief } = fields;
      if (filter !== undefined && !isText(filter, FILTER_LENGTH_MAX)) return undefined;
      return {
        command: "describe_server",
        ...(filter !== undefined && { filter }),
        ...(brief === true && { isBrief: true }),
      };
    }
    case "kick_player":
      return tryParseKick(fields);
    case "watch_match": {
      const { match_id: matchId, watcher } = fields;
      if (!isText(matchId, ID_LENGTH_MAX) || !isText(watcher, WATCHER_LENGTH_MAX)) return undefined;
      return { command: "watch_match", matchId, watcher };
    }
    default:
      return undefined;
  }
}

function tryParseKick(fields: JsonObject): KickPlayer | undefined {
  const { match_id: matchId, player_id: playerId, account_id: accountId } = fields;
  if (isText(accountId, ID_LENGTH_MAX)) return { command: "kick_player", whom: { accountId } };
  if (!isText(matchId, ID_LENGTH_MAX) || !isText(playerId, ID_LENGTH_MAX)) return undefined;
  return { command: "kick_player", whom: { matchId, playerId } };
}

function tryParsePrepare(fields: JsonObject): PrepareMatch | undefined {
  const { match_id: matchId, mode, map, players } = fields;
  if (!isText(matchId, ID_LENGTH_MAX) || !isText(mode, MODE_LENGTH_MAX)) return undefined;
  if (map !== undefined && !isText(map, MAP_LENGTH_MAX)) return undefined;
  if (!Array.isArray(players) || players.length > PLAYERS_MAX) return undefined;
  if (!players.every((player) => isText(player, ID_LENGTH_MAX))) return undefined;
  const teams = tryParseTeams(fields.teams);
  const botTeams = tryParseBotTeams(fields.bot_teams);
  if (teams === "bad" || botTeams === "bad") return undefined;
  return {
    command: "prepare_match",
    matchId,
    mode,
    ...(map !== undefined && { map }),
    players,
    ...(teams && { teams }),
    ...(botTeams && { botTeams }),
  };
}

function tryParseTeams(
  value: JsonValue | undefined,
): ReadonlyMap<string, number> | "bad" | undefined {
  if (value === undefined) return undefined;
  const entries = Object.entries(tryJsonObject(value) ?? { "": null });
  if (entries.length > PLAYERS_MAX) return "bad";
  const teams = new Map<string, number>();
  for (const [account, team] of entries) {
    if (!isText(account, ID_LENGTH_MAX) || !isTeam(team)) return "bad";
    teams.set(account, team);
  }
  return teams;
}

function tryParseBotTeams(value: JsonValue | undefined): readonly number[] | "bad" | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) && value.length <= BOTS_MAX && value.every(isTeam) ? value : "bad";
}

/** The reply as it is sent. */
export function encodeServerCommandReply(reply: ServerCommandReply): string {
  const fields: JsonObject = reply.ok
    ? { ok: true, match_id: reply.matchId, about: reply.about }
    : { ok: false, reason: reply.reason };
  return JSON.stringify(fields);
}

/** The message as a reply, or undefined where it is none; an unknown reason counts as `failed`. */
export function tryParseServerCommandReply(payload: string): ServerCommandReply | undefined {
  const fields = tryJsonObject(tryParseJson(payload));
  if (fields === undefined) return undefined;
  const { ok, match_id: matchId, reason } = fields;
  const about = tryJsonObject(fields.about);
  const said = about === undefined ? {} : { about };
  if (ok === true && matchId === undefined) return { ok, ...said };
  if (ok === true && isText(matchId, ID_LENGTH_MAX)) return { ok, matchId, ...said };
  if (ok !== false || typeof reason !== "string") return undefined;
  return { ok, reason: COMMAND_REFUSALS.find((known) => known === reason) ?? "failed" };
}

function isTeam(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= TEAM_MAX;
}

function isOrdinal(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}

function isText(value: JsonValue | undefined, lengthMax: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= lengthMax;
}
