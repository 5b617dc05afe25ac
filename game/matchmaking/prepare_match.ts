import { type PubSub, PubSubRequestError } from "../../core/ports/pub_sub.ts";
import {
  encodeServerCommand,
  type PrepareMatch,
  serverCommandSubject,
  tryParseServerCommandReply,
} from "../../core/protocol/server_command.ts";
import type { ServerStatus } from "../../core/protocol/server_status.ts";
import type { PrepareFailure } from "./matchmaker_metrics.ts";

/** A match, and the server that is to have it ready. */
export interface ServerOrder {
  /** Which server. */
  readonly status: ServerStatus;
  /** What it is told. */
  readonly order: Omit<PrepareMatch, "command">;
}

/** Has the server prepare the match; says why it did not, where it did not. */
export async function prepareMatch(
  { status, order }: ServerOrder,
  { pubSub, deadlineMs }: { readonly pubSub: PubSub; readonly deadlineMs: number },
): Promise<PrepareFailure | undefined> {
  const payload = encodeServerCommand({ command: "prepare_match", ...order });
  try {
    const subject = serverCommandSubject(status.serverId);
    const parsed = tryParseServerCommandReply(
      await pubSub.request(subject, payload, { deadlineMs }),
    );
    if (parsed === undefined) return "failed";
    return parsed.ok ? undefined : parsed.reason;
  } catch (error) {
    if (error instanceof PubSubRequestError) return "unreachable";
    throw error;
  }
}
