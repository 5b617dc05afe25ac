import { type JsonObject, type JsonValue, tryJsonObject, tryParseJson } from "../../core/json.ts";

/** The longest frame of a client, in UTF-16 units. */
export const FRAME_LENGTH_MAX = 4_096;

/** What a client says (PROTOCOL section 4). */
export type ClientFrame =
  | { readonly type: "AUTH"; readonly matchId: string; readonly token: string }
  /** To be passed on: messages of PROTOCOL section 2, but for the player's name. */
  | { readonly type: "PLAY"; readonly messages: readonly JsonObject[] };

const MATCH_ID_LENGTH_MAX = 128;
const TOKEN_LENGTH_MAX = 2_048;

/** Reads a frame; undefined where it is none. Whether its fields are good, the game server says. Never throws. */
export function tryClientFrame(text: string): ClientFrame | undefined {
  const fields = text.length <= FRAME_LENGTH_MAX ? tryJsonObject(tryParseJson(text)) : undefined;
  switch (fields?.type) {
    case "AUTH": {
      const { match_id: matchId, token } = fields;
      const isWhole = isText(matchId, MATCH_ID_LENGTH_MAX) && isText(token, TOKEN_LENGTH_MAX);
      return isWhole ? { type: "AUTH", matchId, token } : undefined;
    }
    case "PLAYER_INPUT":
      return { type: "PLAY", messages: inputMessages(fields) };
    case "CHAT":
      return { type: "PLAY", messages: [{ action: "chat", text: fields.text }] };
    case "WHO":
      return { type: "PLAY", messages: [{ action: "who" }] };
    case "PING":
      return { type: "PLAY", messages: [{ action: "ping", t: fields.t }] };
    default:
      return undefined;
  }
}

/** A client that says up to which tick it has states is sent what changed since then. */
function inputMessages(fields: JsonObject): readonly JsonObject[] {
  const { seq, throttle, turn, turret, fire, ack } = fields;
  const input = { action: "input", seq, throttle, turn, turret, fire };
  return ack === undefined ? [input] : [{ action: "ack", tick: ack }, input];
}

function isText(value: JsonValue | undefined, lengthMax: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= lengthMax;
}
