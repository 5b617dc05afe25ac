import { type JsonValue, tryJsonObject } from "../core/json.ts";
import type { Log } from "../core/log.ts";
import type { Subscription } from "../core/ports/subscription.ts";
import { PoisonMessage, type WorkHandler, type WorkQueue } from "../core/ports/work_queue.ts";
import type { CommandForwarder } from "./command_forwarder.ts";
import { COMMANDS_KEPT_MS, PLAYER_COMMANDS_QUEUE, serverCommandsQueue } from "./command_route.ts";
import type { GameMetrics } from "./game_metrics.ts";
import { tryQueuedCommand } from "./player_command.ts";
import type { SessionManager } from "./session_manager.ts";
import type { OrderResult, SessionOrder } from "./session_order.ts";
import { tryMode } from "./simulation/rules.ts";
import { isMatchId } from "./wire/join_message.ts";

/** The durable queue on which a matchmaker orders matches. */
export const MATCHMAKING_EVENTS_QUEUE = "matchmaking_events";

const ORDER_PLAYERS_MAX = 1_000;
const ACCOUNT_ID_LENGTH_MAX = 128;

/** What the consumers work with. */
export interface CommandConsumerOptions {
  /** Consumed from; what cannot be read goes to its dead letters. */
  readonly workQueue: WorkQueue;
  /** Where commands are applied. */
  readonly sessions: SessionManager;
  /** Makes a match, unless another server has begun it. */
  readonly prepare: (order: SessionOrder) => Promise<OrderResult>;
  /** Sends commands on whose players are not here. */
  readonly forwarder: Pick<CommandForwarder, "forward">;
  /** This server's id. */
  readonly serverId: string;
  /** Counts commands by outcome; those that cannot be read are not among them. */
  readonly metrics: GameMetrics["commandsConsumed"];
  /** Told of each match that was ordered. */
  readonly log: Log;
}

/**
 * Consumes `player_commands`, so that bots, admin tools and other servers can drive tanks too;
 * `player_commands.{server_id}`, to which other servers send on what is for players of this one; and
 * `matchmaking_events`, which make sessions. Of two commands that take different ways the later may come
 * first; inputs are numbered for that.
 */
export async function startCommandConsumers(
  options: CommandConsumerOptions,
): Promise<Subscription> {
  const { workQueue, serverId } = options;
  await using opened = new AsyncDisposableStack();
  const consume = async (...args: Parameters<WorkQueue["consume"]>): Promise<Subscription> => {
    const subscription = await workQueue.consume(...args);
    opened.defer(() => subscription.close());
    return subscription;
  };
  const applies: WorkHandler = ({ message }) => Promise.try(applyCommand, message, options);
  const subscriptions = [
    await consume(PLAYER_COMMANDS_QUEUE, applies),
    await consume(serverCommandsQueue(serverId), applies, { keptMs: COMMANDS_KEPT_MS }),
    await consume(
      MATCHMAKING_EVENTS_QUEUE,
      ({ message }) => createMatch(message, options),
    ),
  ];
  opened.move();
  return {
    close: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
    },
  };
}

async function applyCommand(message: JsonValue, options: CommandConsumerOptions): Promise<void> {
  const { sessions, forwarder, metrics } = options;
  const queued = tryQueuedCommand(message);
  const fields = tryJsonObject(message);
  if (queued === undefined || fields === undefined) {
    throw new PoisonMessage("Cannot read a player command");
  }
  // First of all, so that nobody is asked about players who are here.
  const isApplied = sessions.command(queued.playerId, queued.command);
  metrics[isApplied ? "applied" : await forwarder.forward(queued.playerId, fields)].inc();
}

async function createMatch(message: JsonValue, options: CommandConsumerOptions): Promise<void> {
  const order = tryMatchOrder(message);
  if (order === undefined) throw new PoisonMessage("Cannot read a matchmaking event");
  const { matchId, mode } = order;
  // An order may come twice, and then to two servers.
  const made = await options.prepare(order);
  options.log.info("match_ordered", { match_id: matchId, mode, ...made });
  // Another server may have room; a match that is over needs none.
  if (!made.ok && made.reason !== "match_over") {
    throw new Error(`Cannot create match ${matchId}: ${made.reason}`);
  }
}

/** Reads a `new_match_created` event; undefined where it is none. */
export function tryMatchOrder(message: JsonValue): SessionOrder | undefined {
  const event = tryJsonObject(message);
  const details = tryJsonObject(event?.match_details);
  if (event?.event_type !== "new_match_created" || details === undefined) return undefined;
  const { match_id: matchId, mode, players = [] } = details;
  if (typeof matchId !== "string" || !isMatchId(matchId)) return undefined;
  if (typeof mode !== "string" || tryMode(mode) === undefined) return undefined;
  if (!Array.isArray(players) || players.length > ORDER_PLAYERS_MAX) return undefined;
  return players.every(isAccountId) ? { matchId, mode, players } : undefined;
}

function isAccountId(value: JsonValue): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= ACCOUNT_ID_LENGTH_MAX;
}
