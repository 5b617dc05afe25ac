import { tryParseJson } from "../core/json.ts";
import { tryDecodeUtf8 } from "../core/net/utf8.ts";
import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { unreachable } from "../core/unreachable.ts";
import {
  invalidEncodingReply,
  invalidJsonReply,
  messageTooLongReply,
  requestTimeoutReply,
  unknownActionReply,
} from "./replies.ts";
import { type AuthRequest, tryParseAuthRequest } from "./requests.ts";

/** What happens to a client's connection. */
export type ConnectionEvent =
  /** A line came, without its newline. */
  | { readonly type: "line"; readonly line: Uint8Array }
  /** A line went on past the limit. */
  | { readonly type: "line_too_long" }
  /** Nothing came for the idle time. */
  | { readonly type: "idle" };

/** What is to be done about it. */
export type ConnectionAction =
  /** Have the request answered and send the reply. */
  | { readonly type: "answer"; readonly request: AuthRequest }
  /** Send this and go on. */
  | { readonly type: "reply"; readonly reply: AuthReply }
  /** Send this and close. */
  | { readonly type: "reply_and_close"; readonly reply: AuthReply };

/**
 * Decides what a connection does about an event. It remembers nothing: what is in hand and in which
 * order it is answered is the server's to know.
 */
export function decideAction(event: ConnectionEvent): ConnectionAction {
  switch (event.type) {
    case "line":
      return decideLine(event.line);
    case "line_too_long":
      return { type: "reply_and_close", reply: messageTooLongReply() };
    case "idle":
      return { type: "reply_and_close", reply: requestTimeoutReply() };
    default:
      return unreachable(event);
  }
}

function decideLine(line: Uint8Array): ConnectionAction {
  const text = tryDecodeUtf8(line);
  if (text === undefined) return { type: "reply", reply: invalidEncodingReply() };
  const value = tryParseJson(text);
  if (value === undefined) return { type: "reply", reply: invalidJsonReply() };
  const request = tryParseAuthRequest(value, { internal: false });
  if (request === undefined) return { type: "reply", reply: unknownActionReply() };
  return { type: "answer", request };
}
