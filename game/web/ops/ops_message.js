/** @typedef {Readonly<{ part: string, reason: string, since_ms: number }>} Ailment */
/** @typedef {Readonly<{ bounds: readonly number[], counts: readonly number[], sum: number }>} Histogram */
/** @typedef {Readonly<Record<string, number>>} Figures */
/**
 * How a service says it is.
 *
 * @typedef {Readonly<{
 *   server_id: string, version: string, ready: boolean, down: readonly Ailment[],
 *   brokers: Readonly<Record<string, boolean>>, figures: Figures,
 *   drops: Readonly<Record<string, Figures>>, histograms: Readonly<Record<string, Histogram>>,
 * }>} ServiceDescription
 */
/**
 * @typedef {Readonly<{
 *   player_id: string, account_id: string | null, team: number, score: number, hp: number, transport: string,
 * }>} PlayerDescription
 */
/**
 * @typedef {Readonly<{
 *   match_id: string, mode: string, arena: string, age_s: number, over: boolean,
 *   scores: Figures, players_count: number, bots_count: number, spectators_count: number,
 *   players: readonly PlayerDescription[],
 * }>} MatchDescription
 */
/**
 * @typedef {ServiceDescription & Readonly<{
 *   tick_rate: number, matches_count: number, matches: readonly MatchDescription[], is_cut: boolean,
 * }>} GameDescription
 */
/** @typedef {"up" | "draining" | "lost" | "gone"} ServerState */
/**
 * A game server at a glance; what it says of itself (`down` and on) is not there at first, or where it does
 * not answer.
 *
 * @typedef {Readonly<{
 *   server_id: string, region: string, city: string, address: string, state: ServerState,
 *   since_ms: number, silent_ms: number, players: number, matches: number, matches_max: number,
 *   tick_p99_ms: number, answers?: boolean, down?: readonly Ailment[],
 *   brokers?: Readonly<Record<string, boolean>>, figures?: Figures, tick_rate?: number, version?: string,
 * }>} ServerRow
 */
/**
 * @typedef {Readonly<{
 *   region: string, servers: number, draining: number, lost: number, players: number, matches: number,
 *   matches_max: number, tick_p99_ms: number,
 * }>} RegionRow
 */
/**
 * @typedef {Readonly<
 *   | { service: string, reachable: true, about: ServiceDescription }
 *   | { service: string, reachable: false, failure: string, since_ms: number }
 * >} ServiceRow
 */
/**
 * @typedef {Readonly<{
 *   type: "OVERVIEW", now_ms: number, gateway_id: string, listening_ms: number, services: readonly ServiceRow[],
 *   regions: readonly RegionRow[], servers: readonly ServerRow[],
 * }>} Overview
 */
/**
 * @typedef {Readonly<
 *   | { type: "SERVER", server_id: string, filter: string, ok: true, about: GameDescription }
 *   | { type: "SERVER", server_id: string, filter: string, ok: false, reason: string }
 * >} ServerMessage
 */
/**
 * @typedef {Readonly<{
 *   type: "SPECTATING", match_id: string, server_id: string, epoch: number, mode: string, tick: number,
 *   tick_rate: number, time_limit_ticks: number,
 *   arena: import("../prediction/ground.js").ArenaPlan & { readonly name: string },
 *   players: Readonly<Record<string, string>>,
 * }>} Spectating
 */
/** @typedef {Readonly<{ type: "SPECTATE_ENDED", match_id: string, reason: string }>} SpectateEnded */
/** @typedef {Readonly<{ type: "AUTH_OK", version: string }>} AuthOk */
/** @typedef {Readonly<{ type: "AUTH_FAILED", reason: string }>} AuthFailed */
/** @typedef {import("../net/match_message.js").WorldState} WorldState */
/** @typedef {import("../net/match_message.js").MatchOver} MatchOver */
/** @typedef {AuthOk | AuthFailed | Overview | ServerMessage | Spectating | SpectateEnded | WorldState | MatchOver} OpsMessage */

/**
 * Reads a text frame; undefined where it is no message. The gateway is the page's own server: what it says
 * has the fields it should have.
 *
 * @param {unknown} data
 * @returns {OpsMessage | undefined}
 */
export function tryParseOpsMessage(data) {
  if (typeof data !== "string") return undefined;
  try {
    const message = JSON.parse(data);
    return typeof message?.type === "string" ? message : undefined;
  } catch {
    // A frame that is not JSON is none of ours, and one frame less is no harm.
    return undefined;
  }
}
