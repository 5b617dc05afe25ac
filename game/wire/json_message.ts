// Long because it is one table: each message, and how it is read.
import { type JsonObject, type JsonValue, tryJsonObject, tryParseJson } from "../../core/json.ts";

/** A player's name in messages: a text of 1 to this many characters. */
export const PLAYER_ID_LENGTH_MAX = 64;

const TEXT_LENGTH_MAX = 2_048;

/** Asks for a tank. */
export interface JoinMessage {
  /** Tells the messages apart. */
  readonly action: "join_game";
  /** The name to play under, 1 to {@linkcode PLAYER_ID_LENGTH_MAX} characters. */
  readonly playerId: string;
  /** An access token or a match token. */
  readonly token: string | undefined;
  /** The match to join; undefined: any of `mode`. */
  readonly matchId: string | undefined;
  /** The game mode to play; undefined: the server's default. */
  readonly mode: string | undefined;
  /** What a `challenge` reply carried: proof that the sender receives at its address. */
  readonly challenge: string | undefined;
  /** Whether who plays already is to be told so with another `joined`, because the first was lost. */
  readonly repeat: boolean;
}

/** Asks the server to drive somewhere; metres. */
export interface MoveMessage {
  /** Tells the messages apart. */
  readonly action: "move";
  /** Whose tank is to drive; 1 to {@linkcode PLAYER_ID_LENGTH_MAX} characters. */
  readonly playerId: string;
  /** Metres, finite; what lies outside the arena is held within it. */
  readonly xM: number;
  /** Metres, finite; what lies outside the arena is held within it. */
  readonly yM: number;
}

/** Sets the controls, in force until the next. */
export interface InputMessage {
  /** Tells the messages apart. */
  readonly action: "input";
  /** Whose tank it is; 1 to {@linkcode PLAYER_ID_LENGTH_MAX} characters. */
  readonly playerId: string;
  /** Counts a client's inputs, 0 and up, 0 if left out; one older than the newest only fires. */
  readonly seq: number;
  /** -1 backwards to 1 forwards; finite, and held there by the simulation. */
  readonly throttle: number;
  /** -1 to 1, held there likewise; positive grows the heading: from +x towards +y. */
  readonly turn: number;
  /** Where in the arena the turret should point, in radians of any size; undefined leaves it. */
  readonly turretRad: number | undefined;
  /** Fires as often as reloading allows, until the next input. */
  readonly fire: boolean;
}

/** What a client says in JSON, over UDP or TCP, about a tank. */
export type ClientMessage =
  | JoinMessage
  | MoveMessage
  | InputMessage
  | { readonly action: "shoot"; readonly playerId: string }
  | { readonly action: "ack"; readonly playerId: string; readonly tick: number }
  | { readonly action: "ping"; readonly t: JsonValue }
  | { readonly action: "leave_game"; readonly playerId: string }
  | { readonly action: "login"; readonly request: JsonObject };

/** Why a message is not one, in a closed set. */
export type MessageRefusal =
  | { readonly reason: "empty" }
  | { readonly reason: "invalid_json" }
  | { readonly reason: "unknown_action" }
  | { readonly reason: "player_id_missing" }
  | { readonly reason: "invalid_field"; readonly field: string };

/** A message, or why it is none. */
export type ParsedMessage =
  | { readonly ok: true; readonly message: ClientMessage }
  | ({ readonly ok: false } & MessageRefusal);

/**
 * Reads one JSON message (PROTOCOL section 2). NUL characters and surrounding white space are
 * removed first. Never throws.
 */
export function parseMessage(text: string): ParsedMessage {
  const clean = (text.includes("\0") ? text.replaceAll("\0", "") : text).trim();
  if (clean.length === 0) return refuse("empty");
  const fields = tryJsonObject(tryParseJson(clean));
  if (fields === undefined) return refuse("invalid_json");
  const parse = ownParser(fields.action);
  return parse === undefined ? refuse("unknown_action") : parse(fields);
}

type Parser = (fields: JsonObject) => ParsedMessage;

// A Map, so that an action called "constructor" finds nothing.
const PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ["join_game", parseJoin],
  ["move", parseMove],
  ["input", parseInput],
  ["shoot", (fields) => withPlayer(fields, (playerId) => accept({ action: "shoot", playerId }))],
  ["ack", parseAck],
  ["ping", parsePing],
  [
    "leave_game",
    (fields) => withPlayer(fields, (playerId) => accept({ action: "leave_game", playerId })),
  ],
  ["login", (fields) => accept({ action: "login", request: fields })],
]);

function ownParser(action: JsonValue | undefined): Parser | undefined {
  return typeof action === "string" ? PARSERS.get(action) : undefined;
}

function parseJoin(fields: JsonObject): ParsedMessage {
  return withPlayer(fields, (playerId) => {
    for (const field of ["token", "match_id", "mode", "challenge"]) {
      if (!isOptionalText(fields[field])) return refuseField(field);
    }
    return accept({
      action: "join_game",
      playerId,
      token: textOf(fields.token),
      matchId: textOf(fields.match_id),
      mode: textOf(fields.mode),
      challenge: textOf(fields.challenge),
      repeat: fields.repeat === true,
    });
  });
}

function parseMove(fields: JsonObject): ParsedMessage {
  return withPlayer(fields, (playerId) => {
    const { position } = fields;
    if (!Array.isArray(position) || position.length !== 2) return refuseField("position");
    const [xM, yM]: JsonValue[] = position;
    if (!isFiniteNumber(xM) || !isFiniteNumber(yM)) return refuseField("position");
    return accept({ action: "move", playerId, xM, yM });
  });
}

function parseInput(fields: JsonObject): ParsedMessage {
  return withPlayer(fields, (playerId) => {
    const { seq = 0, throttle = 0, turn = 0, turret, fire = false } = fields;
    if (!isCount(seq)) return refuseField("seq");
    if (!isFiniteNumber(throttle)) return refuseField("throttle");
    if (!isFiniteNumber(turn)) return refuseField("turn");
    if (turret !== undefined && !isFiniteNumber(turret)) return refuseField("turret");
    if (typeof fire !== "boolean") return refuseField("fire");
    return accept({ action: "input", playerId, seq, throttle, turn, turretRad: turret, fire });
  });
}

function parseAck(fields: JsonObject): ParsedMessage {
  return withPlayer(fields, (playerId) => {
    const { tick } = fields;
    return isCount(tick) ? accept({ action: "ack", playerId, tick }) : refuseField("tick");
  });
}

function parsePing(fields: JsonObject): ParsedMessage {
  const { t = null } = fields;
  const isEcho = t === null || isFiniteNumber(t) || isOptionalText(t);
  return isEcho ? accept({ action: "ping", t }) : refuseField("t");
}

function withPlayer(fields: JsonObject, parse: (playerId: string) => ParsedMessage): ParsedMessage {
  const { player_id: playerId } = fields;
  const isId = typeof playerId === "string" && playerId.length > 0 &&
    // Counted in characters only where the code units alone do not settle it.
    (playerId.length <= PLAYER_ID_LENGTH_MAX || [...playerId].length <= PLAYER_ID_LENGTH_MAX);
  return isId ? parse(playerId) : refuse("player_id_missing");
}

function accept(message: ClientMessage): ParsedMessage {
  return { ok: true, message };
}

function refuse(reason: Exclude<MessageRefusal["reason"], "invalid_field">): ParsedMessage {
  return { ok: false, reason };
}

function refuseField(field: string): ParsedMessage {
  return { ok: false, reason: "invalid_field", field };
}

// JSON can say 1e999, which parses as Infinity.
function isFiniteNumber(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isOptionalText(value: JsonValue | undefined): boolean {
  return value === undefined || (typeof value === "string" && value.length <= TEXT_LENGTH_MAX);
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
