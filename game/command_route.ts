import { describeError, type Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { WorkQueue } from "../core/ports/work_queue.ts";
import type { Player } from "./player.ts";
import { encodeQueuedCommand, type PlayerCommand } from "./player_command.ts";

/** The durable queue of commands for players of any server; every server consumes it. */
export const PLAYER_COMMANDS_QUEUE = "player_commands";

/**
 * How long a server's own queue keeps a command, and itself where nobody consumes it, in milliseconds:
 * an order that is older does more harm than good, and a server that is gone leaves nothing behind.
 */
export const COMMANDS_KEPT_MS = 10_000;

/** The queue of commands that were sent on to one server, because their players are there. */
export function serverCommandsQueue(serverId: string): string {
  return `${PLAYER_COMMANDS_QUEUE}.${serverId}`;
}

/** How a client's command reaches the simulation. */
export type CommandRoute = (player: Player, command: PlayerCommand) => void;

/**
 * `direct`: into the match's queue for the next tick. `broker`: through `player_commands` first.
 */
export const COMMAND_ROUTES = ["direct", "broker"] as const;

/** One of {@linkcode COMMAND_ROUTES}. */
export type CommandRouteName = typeof COMMAND_ROUTES[number];

/** Commands that may wait for the broker at once; more are dropped and counted. */
export const PUBLISHES_IN_FLIGHT_MAX = 4_096;

/** Queues the command for the next tick of the player's match. */
export function routeDirect(player: Player, command: PlayerCommand): void {
  player.match.queue(player.tank, command);
}

/**
 * Publishes commands to the queue that all servers share, as seed 2 draws it: this server takes them from
 * there again, or another one does and sends them back.
 */
export function routeThroughBroker(options: {
  readonly workQueue: Pick<WorkQueue, "publish">;
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
