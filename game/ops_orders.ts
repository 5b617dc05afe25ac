import type { GameParts } from "./game_parts.ts";
import type { ServerCommandsOptions } from "./match_orders.ts";
import { describeGame } from "./ops_game_description.ts";
import { kickPlayers } from "./ops_kick.ts";
import { Spectators } from "./spectators.ts";

/** What operators ask of a game server, beside what others ask too. */
export interface OperatorOrders
  extends Pick<ServerCommandsOptions, "describe" | "kick" | "watch">, Disposable {}

/** Does what operators ask; disposing of it ends what is sent to those who watch. */
export function openOperatorOrders(
  parts: Pick<GameParts, "config" | "deps" | "sessions">,
): OperatorOrders {
  const { config: { tickRate }, deps: { pubSub, clock, log }, sessions } = parts;
  const spectators = new Spectators({ pubSub, clock, tickRate });
  sessions.watch(spectators);
  return {
    describe: async (asked) => ({ ok: true, about: await describeGame(parts, asked, spectators) }),
    kick: ({ whom }) => {
      const outcome = kickPlayers(whom, sessions);
      const about = "accountId" in whom
        ? { account_id: whom.accountId }
        : { match_id: whom.matchId, player_id: whom.playerId };
      if (outcome.ok) log.info("player_kicked", about);
      return outcome;
    },
    watch: ({ matchId, watcher }) => {
      const session = sessions.findSession(matchId);
      if (session === undefined) return { ok: false, reason: "unknown_match" };
      return spectators.watch(session, watcher);
    },
    [Symbol.dispose]: () => spectators.close(),
  };
}
