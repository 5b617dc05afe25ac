import type { KickPlayer } from "../core/protocol/server_command.ts";
import type { Player } from "./player.ts";
import type { SessionManager } from "./session_manager.ts";

/** Whether somebody was there to be taken out. */
export type KickOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: "unknown_player" };

/**
 * Takes players out of their matches for an operator: tells them why, and lets them into those matches no
 * more.
 */
export function kickPlayers(whom: KickPlayer["whom"], sessions: SessionManager): KickOutcome {
  const players = findPlayers(whom, sessions);
  for (const player of players) {
    const { match, playerId, link } = player;
    sessions.findSession(match.id)?.bar(player);
    link.tellKicked?.(match.id);
    sessions.leave(playerId, "kicked");
  }
  return players.length > 0 ? { ok: true } : { ok: false, reason: "unknown_player" };
}

function findPlayers(whom: KickPlayer["whom"], sessions: SessionManager): readonly Player[] {
  if ("accountId" in whom) {
    return sessions.sessionList.flatMap(({ players }) =>
      [...players.values()].filter(({ accountId }) => accountId === whom.accountId)
    );
  }
  const player = sessions.find(whom.playerId);
  return player?.match.id === whom.matchId ? [player] : [];
}
