import type { LeaveReason } from "../leave_reason.ts";
import type { LeftReason } from "../wire/leave_message.ts";

/** What a client of the binary protocol is told when its player leaves for a reason of the server. */
export const LEFT_REASON_OF: Readonly<Record<LeaveReason, LeftReason>> = {
  left: "asked",
  silent: "idle",
  disconnected: "idle",
  empty: "match_over",
  nobody_came: "match_over",
  match_over: "match_over",
  server_closed: "server_stopping",
  displaced: "superseded",
  kicked: "kicked",
  fault: "kicked",
  moved: "server_stopping",
};
