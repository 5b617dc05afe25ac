/**
 * What a match tells its players, as PROTOCOL sections 2 and 4 have it. Metres and radians.
 *
 * @typedef {Readonly<{
 *   tank_id: string, x: number, y: number, heading: number, turret: number,
 *   hp: number, team: number, score: number, alive: boolean,
 * }>} Tank
 */
/** @typedef {Readonly<{ id: number, x: number, y: number, heading: number }>} Shell */
/**
 * Something that happened in a tick.
 *
 * @typedef {Readonly<{
 *   tick: number, event: string, tank_id?: string, by?: string, damage?: number, hp?: number,
 *   shell_id?: number,
 * }>} MatchEvent
 */
/**
 * @typedef {Readonly<{
 *   tick: number, tick_rate: number, arena: import("../prediction/ground.js").ArenaPlan,
 *   you: Tank, tanks: readonly Tank[],
 * }>} InitialState
 */
/**
 * @typedef {Readonly<{
 *   type: "WORLD_STATE", tick: number, base: number | null, ack_seq: number,
 *   tanks: readonly (Partial<Tank> & { readonly tank_id: string })[], gone: readonly string[],
 *   shells: readonly Shell[], events: readonly MatchEvent[],
 * }>} WorldState
 */
/**
 * @typedef {Readonly<{
 *   type: "AUTH_OK", player_id: string, tank_id: string, initial_state: InitialState, resume_token?: string,
 * }>} AuthOk
 */
/** @typedef {Readonly<{ type: "AUTH_FAILED", reason: string }>} AuthFailed */
/** @typedef {Readonly<{ type: "CHAT", from?: string, player_id?: string, text: string }>} Chat */
/** @typedef {Readonly<{ type: "PLAYERS", players: Readonly<Record<string, string>> }>} Players Names by tank. */
/** @typedef {Readonly<{ type: "PONG", t: number }>} Pong */
/** @typedef {Readonly<Omit<AuthOk, "type"> & { type: "MATCH_MOVED" }>} MatchMoved */
/** @typedef {Readonly<{ type: "MATCH_LOST", reason?: string }>} MatchLost */
/**
 * @typedef {Readonly<{
 *   type: "MATCH_OVER", winner: number | null, scores: Readonly<Record<string, number>>, match_id: string,
 * }>} MatchOver
 */
/** @typedef {AuthOk | AuthFailed | WorldState | Chat | Players | Pong | MatchMoved | MatchLost | MatchOver} ServerMessage */

/**
 * Reads a text frame; undefined where it is no message. The gateway is the page's own server: what it
 * says has the fields it should have.
 *
 * @param {unknown} data
 * @returns {ServerMessage | undefined}
 */
export function tryParseMessage(data) {
  if (typeof data !== "string") return undefined;
  try {
    const message = JSON.parse(data);
    return typeof message?.type === "string" ? message : undefined;
  } catch {
    // A frame that is not JSON is none of ours, and one frame less is no harm.
    return undefined;
  }
}
