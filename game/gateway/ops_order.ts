import { describeError, type Log } from "../../core/log.ts";
import { type PubSub, PubSubRequestError } from "../../core/ports/pub_sub.ts";
import {
  encodeServerCommand,
  type ServerCommand,
  type ServerCommandReply,
  serverCommandSubject,
  tryParseServerCommandReply,
} from "../../core/protocol/server_command.ts";

/** Why a command brought no usable reply: nobody is there, or it took too long. */
export type OrderFailure = "no_such_server" | "no_answer";

/** What a game server answered, or that it did not. */
export type OrderReply = ServerCommandReply | {
  readonly ok: false;
  readonly reason: OrderFailure;
};

/** What ordering works with. */
export interface OrderOptions {
  /** Brings the command there. */
  readonly pubSub: PubSub;
  /** Told of commands that bring no reply. */
  readonly log: Log;
}

const ANSWER_DEADLINE_MS = 1_500;

/** Tells a game server to do something. Never rejects. */
export async function orderServer(
  serverId: string,
  command: ServerCommand,
  { pubSub, log }: OrderOptions,
): Promise<OrderReply> {
  try {
    const payload = encodeServerCommand(command);
    const subject = serverCommandSubject(serverId);
    const reply = await pubSub.request(subject, payload, { deadlineMs: ANSWER_DEADLINE_MS });
    return tryParseServerCommandReply(reply) ?? { ok: false, reason: "no_answer" };
  } catch (error) {
    // No server has an id that cannot be part of a subject.
    if (error instanceof TypeError) return { ok: false, reason: "no_such_server" };
    const isNobody = error instanceof PubSubRequestError && error.failure === "no_responders";
    if (isNobody) return { ok: false, reason: "no_such_server" };
    const about = { server_id: serverId, command: command.command };
    log.warn("server_not_told", { ...about, error: describeError(error) });
    return { ok: false, reason: "no_answer" };
  }
}
