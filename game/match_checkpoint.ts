import { type JsonObject, tryJsonObject, tryParseJson } from "../core/json.ts";
import { BARRED_MAX, type GameSession } from "./game_session.ts";
import type { Player } from "./player.ts";
import { FieldReader } from "./simulation/field_reader.ts";
import { saveWorld } from "./simulation/world_state.ts";

/** A player as a checkpoint has one. */
export interface SavedPlayer {
  /** The name by which messages speak of the player. */
  readonly playerId: string;
  /** Undefined is a guest. */
  readonly accountId: string | undefined;
  /** The login that brought the client in; undefined: none is known. */
  readonly authSessionId: string | undefined;
  /** Of the tank. */
  readonly slot: number;
  /** Brings the client back into the seat; undefined: its account has to do. */
  readonly resumeToken: string | undefined;
  /** The number of the newest input that the tank has acted on. */
  readonly inputSeq: number;
}

/** The bots of a match as a checkpoint has them. */
export interface SavedBots {
  /** How many there are to be. */
  readonly size: number;
  /** Of the tanks of those who are there, in the crew's order. */
  readonly slots: readonly number[];
  /** The team of each, where they are not of one. */
  readonly teams: readonly number[] | undefined;
}

/** A match at one tick, with all that another server needs to go on with it. */
export interface MatchCheckpoint {
  /** The match. */
  readonly matchId: string;
  /** The name of its game mode. */
  readonly mode: string;
  /** The epoch in which it was written. */
  readonly epoch: number;
  /** As `saveWorld` gave it. */
  readonly world: JsonObject;
  /** Everybody who plays. */
  readonly players: readonly SavedPlayer[];
  /** Undefined where the match has none. */
  readonly bots: SavedBots | undefined;
  /** For whom it is kept, with the team that is ordered, 0 without one; undefined: anybody. */
  readonly places: readonly { readonly id: string; readonly team: number }[] | undefined;
  /** Player and account ids that do not come in again, the latest last. */
  readonly barred: readonly string[];
}

const VERSION = 1;
const ID_LENGTH_MAX = 128;
const PLACES_MAX = 10_000;
const SLOTS_MAX = 1_000;
const COUNT = { min: 0, max: Number.MAX_SAFE_INTEGER };
const SLOT = { min: 0, max: SLOTS_MAX };

/** A session's checkpoint, as it is stored: JSON. */
export function encodeCheckpoint(session: GameSession): string {
  const { match, crew, places } = session;
  return JSON.stringify(
    {
      version: VERSION,
      match_id: match.id,
      mode: match.mode,
      epoch: match.epoch,
      players: [...session.players.values()].map(savePlayer),
      auth_sessions: [...session.players.values()].flatMap(saveLogin),
      bots: crew === undefined ? null : {
        size: crew.size,
        slots: crew.slots.map((slot) => ({ slot })),
        teams: crew.teams?.map((team) => ({ team })) ?? [],
      },
      has_places: places !== undefined,
      places: places ?? [],
      barred: session.barred.map((id) => ({ id })),
      world: saveWorld(match.world),
    } satisfies JsonObject,
  );
}

/** Reads what {@linkcode encodeCheckpoint} wrote. @throws Error naming what is wrong; the world is not read */
export function parseCheckpoint(text: string): MatchCheckpoint {
  const fields = tryJsonObject(tryParseJson(text));
  const reader = new FieldReader(fields, "checkpoint");
  reader.integer("version", { min: VERSION, max: VERSION });
  // A server of a release before has written neither these nor who is barred.
  const logins = fields?.auth_sessions === undefined ? undefined : readLogins(reader);
  return {
    matchId: reader.text("match_id", ID_LENGTH_MAX),
    mode: reader.text("mode", ID_LENGTH_MAX),
    epoch: reader.integer("epoch", COUNT),
    world: tryJsonObject(fields?.world) ?? {},
    players: reader.objects("players", SLOTS_MAX).map(readPlayer)
      .map((player) => ({ ...player, authSessionId: logins?.get(player.slot) })),
    bots: readBots(reader),
    places: reader.boolean("has_places") ? readPlaces(reader) : undefined,
    barred: fields?.barred === undefined ? [] : readBarred(reader),
  };
}

function savePlayer(player: Player): JsonObject {
  const { playerId, accountId, tank, resumeToken, link, match } = player;
  return {
    player_id: playerId,
    account_id: accountId ?? "",
    slot: tank.slot,
    resume_token: resumeToken ?? "",
    input_seq: link.ticked?.inputSeq ?? match.appliedSeq(tank),
  };
}

function saveLogin({ authSessionId, tank }: Player): JsonObject[] {
  return authSessionId === undefined ? [] : [{ id: authSessionId, slot: tank.slot }];
}

function readPlayer(reader: FieldReader): Omit<SavedPlayer, "authSessionId"> {
  return {
    playerId: reader.text("player_id", ID_LENGTH_MAX),
    accountId: reader.text("account_id", ID_LENGTH_MAX) || undefined,
    slot: reader.integer("slot", SLOT),
    resumeToken: reader.text("resume_token", ID_LENGTH_MAX) || undefined,
    inputSeq: reader.integer("input_seq", COUNT),
  };
}

/** By the slot of the tank. */
function readLogins(reader: FieldReader): Map<number, string> {
  const logins = reader.objects("auth_sessions", SLOTS_MAX);
  return new Map(
    logins.map((login) => [login.integer("slot", SLOT), login.text("id", ID_LENGTH_MAX)]),
  );
}

function readBots(reader: FieldReader): SavedBots | undefined {
  const bots = reader.objectOrNull("bots");
  if (bots === undefined) return undefined;
  const teams = bots.objects("teams", SLOTS_MAX).map((item) => item.integer("team", SLOT));
  return {
    size: bots.integer("size", SLOT),
    slots: bots.objects("slots", SLOTS_MAX).map((item) => item.integer("slot", SLOT)),
    teams: teams.length > 0 ? teams : undefined,
  };
}

function readBarred(reader: FieldReader): readonly string[] {
  return reader.objects("barred", BARRED_MAX).map((item) => item.text("id", ID_LENGTH_MAX));
}

function readPlaces(reader: FieldReader): { readonly id: string; readonly team: number }[] {
  return reader.objects("places", PLACES_MAX).map((place) => ({
    id: place.text("id", ID_LENGTH_MAX),
    team: place.integer("team", SLOT),
  }));
}
