import type { MatchDescription, PlayerDescription } from "../core/protocol/ops_description.ts";
import type { GameSession } from "./game_session.ts";
import type { Player } from "./player.ts";

/** Matches that one answer describes, and players in all of them: some 100 KB. */
export const MATCHES_LISTED_MAX = 100;
/** Players that one answer names, over all its matches. */
export const PLAYERS_LISTED_MAX = 400;

/** Part of a server's matches. */
export interface MatchList {
  /** The fullest first. */
  readonly matches: readonly MatchDescription[];
  /** Whether there was no room for some matches or players that were asked for. */
  readonly isCut: boolean;
}

/** What a list is made by. */
export interface MatchListOptions {
  /** Part of what a match, its mode, a player or an account is called, in any case; undefined: all. */
  readonly filter: string | undefined;
  /** How many watch a match. */
  readonly spectatorsOf: (session: GameSession) => number;
}

/**
 * The matches of a server, as many as an answer has room for. Where a match is listed because of its players,
 * those come first.
 */
export function listMatches(
  sessions: readonly GameSession[],
  { filter, spectatorsOf }: MatchListOptions,
): MatchList {
  const wanted = filter?.toLowerCase();
  const found = sessions.filter((session) => wanted === undefined || isFound(session, wanted));
  const listed = found.toSorted((a, b) => b.players.size - a.players.size)
    .slice(0, MATCHES_LISTED_MAX);
  let room = PLAYERS_LISTED_MAX;
  let isCut = listed.length < found.length;
  const matches = listed.map((session): MatchDescription => {
    const players = inOrder([...session.players.values()], wanted).slice(0, room);
    room -= players.length;
    isCut ||= players.length < session.players.size;
    return describeMatch(session, { players, spectatorsCount: spectatorsOf(session) });
  });
  return { matches, isCut };
}

function describeMatch(
  session: GameSession,
  about: { readonly players: readonly Player[]; readonly spectatorsCount: number },
): MatchDescription {
  const { match: { id, mode, world }, scores, players, crew } = session;
  return {
    match_id: id,
    mode,
    arena: world.arena.name,
    age_s: Math.floor(world.tick / world.tickRate),
    over: world.outcome !== undefined,
    scores,
    players_count: players.size,
    bots_count: crew?.slots.length ?? 0,
    spectators_count: about.spectatorsCount,
    players: about.players.map(describePlayer),
  };
}

function describePlayer({ playerId, accountId, tank, link }: Player): PlayerDescription {
  return {
    player_id: playerId,
    account_id: accountId ?? null,
    team: tank.team,
    score: tank.score,
    hp: tank.hp,
    transport: link.ticked === undefined ? link.transport : "binary",
  };
}

function isFound({ match: { id, mode }, players }: GameSession, wanted: string): boolean {
  if (has(id, wanted) || has(mode, wanted)) return true;
  for (const player of players.values()) if (isMeant(player, wanted)) return true;
  return false;
}

function isMeant({ playerId, accountId = "" }: Player, wanted: string): boolean {
  return has(playerId, wanted) || has(accountId, wanted);
}

function inOrder(players: readonly Player[], wanted: string | undefined): readonly Player[] {
  if (wanted === undefined) return players;
  const [meant, others] = [true, false].map((is) =>
    players.filter((player) => isMeant(player, wanted) === is)
  );
  return [...meant ?? [], ...others ?? []];
}

function has(name: string, wanted: string): boolean {
  return name.toLowerCase().includes(wanted);
}
