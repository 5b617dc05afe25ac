import { describeError, type Log } from "../core/log.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import type { Subscription } from "../core/ports/subscription.ts";
import { MATCH_OWNER_TTL_MS, matchOwnerKey } from "../core/protocol/match_owner.ts";
import {
  type CommandRefusal,
  encodeServerCommandReply,
  type PrepareMatch,
  type ServerCommandReply,
  serverCommandSubject,
  tryParseServerCommand,
} from "../core/protocol/server_command.ts";

/** What became of an order. */
export type Prepared = { readonly ok: true } | {
  readonly ok: false;
  readonly reason: CommandRefusal;
};

/** What answering works with. */
export interface ServerCommandsOptions {
  /** Brings the commands. */
  readonly pubSub: PubSub;
  /** Where it is written which server a match runs on. */
  readonly kvStore: KvStore;
  /** This server's id. */
  readonly serverId: string;
  /** Makes the match, or keeps places in it for more players; what it throws counts as `failed`. */
  readonly prepare: (order: Omit<PrepareMatch, "command">) => Prepared;
  /** Told of matches that could not be made. */
  readonly log: Log;
}

/**
 * Does what matchmakers ask on `server.command.{server_id}`, and answers them.
 *
 * @throws TypeError where the server's id cannot be part of a subject
 */
export function answerServerCommands(options: ServerCommandsOptions): Subscription {
  const { pubSub, serverId } = options;
  const inHand = new Set<Promise<void>>();
  const subscription = pubSub.subscribe(serverCommandSubject(serverId), (message) => {
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
  const { matchId, mode, players } = command;
  const prepared = prepare({ matchId, mode, players }, options);
  if (!prepared.ok) return prepared;
  await writeOwner(matchId, options);
  return { ok: true, matchId };
}

function prepare(
  order: Omit<PrepareMatch, "command">,
  options: ServerCommandsOptions,
): Prepared {
  try {
    return options.prepare(order);
  } catch (error) {
    options.log.error("match_not_prepared", {
      match_id: order.matchId,
      error: describeError(error),
    });
    return { ok: false, reason: "failed" };
  }
}

async function writeOwner(matchId: string, options: ServerCommandsOptions): Promise<void> {
  const { kvStore, serverId, log } = options;
  try {
    await kvStore.set(matchOwnerKey(matchId), serverId, { ttlMs: MATCH_OWNER_TTL_MS });
  } catch (error) {
    // The match can be played all the same: UDP clients are told where it is.
    log.warn("match_owner_not_written", { match_id: matchId, error: describeError(error) });
  }
}
