import { describeService } from "../core/ops_description.ts";
import type { GameDescription } from "../core/protocol/ops_description.ts";
import type { DescribeServer } from "../core/protocol/server_command.ts";
import type { GameParts } from "./game_parts.ts";
import { listMatches } from "./ops_match_list.ts";
import type { Spectators } from "./spectators.ts";

/** What operators are told of a game server's metrics. */
const DESCRIBED = {
  figures: [
    "game_players_count",
    "active_sessions_game",
    "tanks_in_use_game",
    "game_load_level",
    "game_tcp_connections_count",
    "game_ticks_lost_total",
    "total_datagrams_received_game",
    "total_players_joined_game",
    "game_inputs_late_total",
    "game_inputs_skipped_total",
  ],
  drops: [
    "game_drops_total",
    "game_binary_drops_total",
    "game_tcp_drops_total",
    "game_players_left_total",
  ],
  histograms: [
    "game_tick_duration_seconds",
    "game_tick_lateness_seconds",
    "game_snapshot_bytes",
  ],
} as const;

/** How a game server is, with those of its matches that are asked for. */
export async function describeGame(
  { config, deps, sessions }: Pick<GameParts, "config" | "deps" | "sessions">,
  asked: Omit<DescribeServer, "command">,
  spectators: Spectators,
): Promise<GameDescription> {
  const { serverId, tickRate } = config;
  const { metrics, health } = deps;
  const about = await describeService({ ...DESCRIBED, serverId, metrics, health });
  const { matches, isCut } = listMatches(asked.isBrief ? [] : sessions.sessionList, {
    filter: asked.filter,
    spectatorsOf: (session) => spectators.countOf(session),
  });
  return {
    ...about,
    tick_rate: tickRate,
    matches_count: sessions.sessionCount,
    matches,
    is_cut: isCut,
  };
}
