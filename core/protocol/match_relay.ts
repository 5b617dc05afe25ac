import { type JsonObject, tryJsonObject, tryParseJson } from "../json.ts";

/** What a gateway asks of the server on which a match runs: a seat for one of its clients. */
export interface RelayJoin {
  /** Names the client's connection; unique, at most {@linkcode SESSION_LENGTH_MAX} characters. */
  readonly session: string;
  /** A match token, an access token, or the resume token of an earlier answer. */
  readonly token: string;
}

/** What the server answers. */
export type RelayJoinReply =
  | {
    readonly ok: true;
    /** Under which name the client plays. */
    readonly playerId: string;
    /** Its tank. */
    readonly tankId: string;
    /** Brings its bearer back into the seat, also on another server. */
    readonly resumeToken: string;
    /** Counts the servers that the match has been on, from 1. */
    readonly epoch: number;
    /** As `initial_state` of PROTOCOL section 2. */
    readonly initialState: JsonObject;
  }
  | { readonly ok: false; readonly reason: string };

/** Why a player's states come no more, or come from elsewhere. */
export type RelayNotice =
  /** The player is no longer in the match, or is reached through another connection now. */
  | { readonly kind: "ended"; readonly session: string; readonly reason: string }
  /** The match goes on at another server: to be joined there with the resume token. */
  | { readonly kind: "moved" };

/**
 * What the first character of a message to a gateway says of the rest: a state, which a newer one
 * stands in for; a frame that must not be left out; the frame that ends the match; or a notice.
 */
export const RELAY_KINDS = { state: "s", frame: "f", over: "o", notice: "n" } as const;

/** The longest name of a connection, in UTF-16 units. */
export const SESSION_LENGTH_MAX = 64;

/** Asks whoever runs a match to say so; the answer is {@linkcode RELAY_HERE}. */
export const RELAY_PROBE = "?";
/** The answer of the server on which a match runs. */
export const RELAY_HERE = "here";

/** How often a gateway says that a client is still there, in milliseconds. */
export const RELAY_ALIVE_MS = 2_000;

const TOKEN_LENGTH_MAX = 2_048;
const REASON_LENGTH_MAX = 256;

/** Where the clients of a match send. @throws TypeError where the id cannot be part of a subject */
export function matchInputSubject(matchId: string): string {
  return `match.${subjectWord(matchId)}.input`;
}

/** Where one player's states are sent. @throws TypeError where an id cannot be part of a subject */
export function playerStateSubject(matchId: string, playerId: string): string {
  return `match.${subjectWord(matchId)}.state.${subjectWord(playerId)}`;
}

/** Where a match's states are sent for those who watch it. @throws TypeError as {@linkcode matchInputSubject} */
export function matchSpectateSubject(matchId: string): string {
  return `match.${subjectWord(matchId)}.spectate`;
}

/** An id as one word of a subject: what would end the word is percent-encoded, most ids stay as they are. */
function subjectWord(id: string): string {
  if (id === "" || !id.isWellFormed()) {
    throw new TypeError(`Cannot make a subject of ${JSON.stringify(id)}`);
  }
  // deno-lint-ignore no-control-regex -- what a subject may not hold has to be named
  return id.replaceAll(/[\s.*>%\x00-\x1f\x7f]/g, (character) => {
    const bytes = new TextEncoder().encode(character);
    return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  });
}

/** The request as it is sent. */
export function encodeRelayJoin({ session, token }: RelayJoin): string {
  return JSON.stringify({ kind: "join", session, token });
}

/** The message as a request to join, or undefined where it is none. Never throws. */
export function tryParseRelayJoin(payload: string): RelayJoin | undefined {
  const fields = tryJsonObject(tryParseJson(payload));
  if (fields?.kind !== "join") return undefined;
  const { session, token } = fields;
  if (!isText(session, SESSION_LENGTH_MAX) || !isText(token, TOKEN_LENGTH_MAX)) return undefined;
  return { session, token };
}

/** The answer as it is sent; `initialState` is a JSON object, put in as it is. */
export function encodeRelaySeat(
  seat: {
    readonly playerId: string;
    readonly tankId: string;
    readonly resumeToken: string;
    readonly epoch: number;
  },
  initialState: string,
): string {
  const fields = JSON.stringify({
    ok: true,
    player_id: seat.playerId,
    tank_id: seat.tankId,
    resume_token: seat.resumeToken,
    epoch: seat.epoch,
  });
  return `${fields.slice(0, -1)},"initial_state":${initialState}}`;
}

/** A refusal as it is sent. */
export function encodeRelayRefusal(reason: string): string {
  return JSON.stringify({ ok: false, reason });
}

/** The message as an answer, or undefined where it is none. Never throws. */
export function tryParseRelayReply(payload: string): RelayJoinReply | undefined {
  const fields = tryJsonObject(tryParseJson(payload));
  if (fields?.ok === false) {
    return isText(fields.reason, REASON_LENGTH_MAX)
      ? { ok: false, reason: fields.reason }
      : undefined;
  }
  if (fields?.ok !== true) return undefined;
  const { player_id: playerId, tank_id: tankId, resume_token: resumeToken, epoch } = fields;
  const initialState = tryJsonObject(fields.initial_state);
  if (typeof playerId !== "string" || typeof tankId !== "string") return undefined;
  if (typeof resumeToken !== "string" || typeof epoch !== "number") return undefined;
  if (initialState === undefined) return undefined;
  return { ok: true, playerId, tankId, resumeToken, epoch, initialState };
}

/** What a connection sends after it has joined: a message as of PROTOCOL section 2. */
export function encodeRelayMessage(session: string, json: string): string {
  return `${session} ${json}`;
}

/** A message with the connection that sends it, or undefined where it is none. */
export function trySplitRelayMessage(
  payload: string,
): { readonly session: string; readonly json: string } | undefined {
  const at = payload.indexOf(" ");
  if (at <= 0 || at > SESSION_LENGTH_MAX) return undefined;
  return { session: payload.slice(0, at), json: payload.slice(at + 1) };
}

/** A notice as it is sent. */
export function encodeRelayNotice(notice: RelayNotice): string {
  return RELAY_KINDS.notice + JSON.stringify(notice);
}

/** The text behind the kind as a notice, or undefined where it is none. Never throws. */
export function tryParseRelayNotice(text: string): RelayNotice | undefined {
  const fields = tryJsonObject(tryParseJson(text));
  if (fields?.kind === "moved") return { kind: "moved" };
  const { session, reason } = fields ?? {};
  if (fields?.kind !== "ended" || !isText(session, SESSION_LENGTH_MAX)) return undefined;
  return isText(reason, REASON_LENGTH_MAX) ? { kind: "ended", session, reason } : undefined;
}

function isText(value: unknown, lengthMax: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= lengthMax;
}
