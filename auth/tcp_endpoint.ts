import type { LineConnection, LineProtocol } from "../core/net/tcp_server.ts";
import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { unreachable } from "../core/unreachable.ts";
import type { AuthService } from "./auth_service.ts";
import { type ConnectionAction, decideAction } from "./connection.ts";

/** Speaks auth's protocol to one client: carries out what the state machine decides. */
export function speakToClient(connection: LineConnection, service: AuthService): LineProtocol {
  const origin = { ip: connection.remote.hostname };
  const send = (reply: AuthReply): void => connection.write(JSON.stringify(reply));
  // Not async: what is written at the end of a connection must be written at once.
  const perform = (action: ConnectionAction): Promise<void> | void => {
    switch (action.type) {
      case "answer":
        return service.answer(action.request, origin).then(send);
      case "reply":
        return send(service.refuse(action.reply));
      case "reply_and_close":
        send(service.refuse(action.reply));
        return connection.close();
      default:
        return unreachable(action);
    }
  };
  return {
    onLine: (line) => perform(decideAction({ type: "line", line })),
    onLineTooLong: () => void perform(decideAction({ type: "line_too_long" })),
    onIdle: () => void perform(decideAction({ type: "idle" })),
    onClose: () => {},
  };
}
