import type { JsonObject } from "../core/json.ts";
import { describeError, type Log } from "../core/log.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import type { Subscription } from "../core/ports/subscription.ts";
import { RELAY_HERE, RELAY_PROBE } from "../core/protocol/match_relay.ts";
import {
  type CommandRefusal,
  type DescribeServer,
  encodeServerCommandReply,
  type KickPlayer,
  type PrepareMatch,
  type RestoreMatch,
  type ServerCommand,
  type ServerCommandReply,
  serverCommandSubject,
  tryParseServerCommand,
  type WatchMatch,
} from "../core/protocol/server_command.ts";
import { unreachable } from "../core/unreachable.ts";
import { isMatchId } from "./wire/join_message.ts";

/** What a command came to, with what it asked about. */
export type Told = { readonly ok: true; readonly about?: JsonObject } | {
  readonly ok: false;
  readonly reason: CommandRefusal;
};

/** What became of an order. */
export type Prepared = { readonly ok: true } | {
  readonly ok: false;
  readonly reason: CommandRefusal;
};

/** What answering works with. */
export interface ServerCommandsOptions {
  /** Brings the commands. */
  readonly pubSub: PubSub;
  /** This server's id. */
  readonly serverId: string;
  /**
   * Makes the match, or keeps places in it for more players, and writes down whose it is; what it throws
   * counts as `failed`.
   */
  readonly prepare: (order: Omit<PrepareMatch, "command">) => Prepared | Promise<Prepared>;
  /** Goes on with a match that another server hands over; what it throws counts as `failed`. */
  readonly restore: (order: Omit<RestoreMatch, "command">) => Promise<Prepared>;
  /** Hands over all matches, soon. */
  readonly drain: () => void;
  /** Says how the server is. */
  readonly describe: (asked: Omit<DescribeServer, "command">) => Promise<Told>;
  /** Takes players out of their matches. */
  readonly kick: (order: Omit<KickPlayer, "command">) => Told;
  /** Has a match sent to somebody who watches it. */
  readonly watch: (order: Omit<WatchMatch, "command">) => Told;
  /** Told of matches that could not be made. */
  readonly log: Log;
}

/**
 * Does what matchmakers, operators and other game servers ask on `server.command.{server_id}`, and answers.
 *
 * @throws TypeError where the server's id cannot be part of a subject
 */
export function answerServerCommands(options: ServerCommandsOptions): Subscription {
  const { pubSub, serverId } = options;
  const inHand = new Set<Promise<void>>();
  const subscription = pubSub.subscribe(serverCommandSubject(serverId), (message) => {
    // Asked by the server itself, which sees by it whether others can reach it.
    if (message.payload === RELAY_PROBE) return message.respond(RELAY_HERE);
    const answering = answer(message.payload, options)
      .then((reply) => message.respond(encodeServerCommandReply(reply)))
      .finally(() => inHand.delete(answering));
    inHand.add(answering);
  });
  return {
    close: async () => {
      await subscription.close();
      await Promise.all(inHand);
    },
  };
}

async function answer(
  payload: string,
  options: ServerCommandsOptions,
): Promise<ServerCommandReply> {
  const command = tryParseServerCommand(payload);
  if (command === undefined) return { ok: false, reason: "unknown_command" };
  try {
    return await obey(command, options);
  } catch (error) {
    options.log.error("order_failed", { order: command.command, error: describeError(error) });
    return { ok: false, reason: "failed" };
  }
}

async function obey(
  command: ServerCommand,
  { prepare, restore, drain, describe, kick, watch }: ServerCommandsOptions,
): Promise<ServerCommandReply> {
  switch (command.command) {
    case "prepare_match": {
      const { command: _command, ...order } = command;
      // Clients of the binary protocol could not be told of it.
      if (!isMatchId(order.matchId)) return { ok: false, reason: "unknown_command" };
      const prepared = await prepare(order);
      return prepared.ok ? { ok: true, matchId: order.matchId } : prepared;
    }
    case "restore_match": {
      const { command: _command, ...order } = command;
      const restored = await restore(order);
      return restored.ok ? { ok: true, matchId: order.matchId } : restored;
    }
    case "drain":
      drain();
      return { ok: true };
    case "describe_server":
      return await describe(command);
    case "kick_player":
      return kick(command);
    case "watch_match":
      return watch(command);
    default:
      return unreachable(command);
  }
}
