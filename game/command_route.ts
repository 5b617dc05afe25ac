import { describeError, type Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { WorkQueue } from "../core/ports/work_queue.ts";
import type { Player } from "./player.ts";
import { encodeQueuedCommand, type PlayerCommand } from "./player_command.ts";

/** The durable queue of commands for players of this server. */
export const PLAYER_COMMANDS_QUEUE = "player_commands";

/** How a client's command reaches the simulation. */
export type CommandRoute = (player: Player, command: PlayerCommand) => void;

/**
 * `direct`: into the match's queue for the next tick. `broker`: through `player_commands` first.
 */
export const COMMAND_ROUTES = ["direct", "broker"] as const;

/** One of {@linkcode COMMAND_ROUTES}. */
export type CommandRouteName = typeof COMMAND_ROUTES[number];

/** Commands that may wait for the broker at once; more are dropped and counted. */
const PUBLISHES_IN_FLIGHT_MAX = 4_096;

/** Queues the command for the next tick of the player's match. */
export function routeDirect(player: Player, command: PlayerCommand): void {
  player.match.queue(player.tank, command);
}

/** Publishes commands to the queue, from which this server consumes them again. */
export function routeThroughBroker(options: {
  readonly workQueue: WorkQueue;
  readonly log: Log;
  readonly dropped: Counter;
}): CommandRoute {
  const { workQueue, log, dropped } = options;
  let inFlight = 0;
  return (player, command) => {
    if (inFlight >= PUBLISHES_IN_FLIGHT_MAX) return dropped.inc();
    inFlight++;
    const message = encodeQueuedCommand(player.playerId, command, {
      source: player.link.transport,
      tankId: player.tank.tankId,
    });
    workQueue.publish(PLAYER_COMMANDS_QUEUE, message)
      .catch((error: unknown) => {
        dropped.inc();
        log.debug("command_not_published", { error: describeError(error) });
      })
      .finally(() => inFlight--);
  };
}
