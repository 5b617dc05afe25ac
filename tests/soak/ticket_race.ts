import type { JsonObject } from "../../core/json.ts";

/** What came of two who redeemed one ticket at once. */
export type TicketRace = "one" | "both" | "neither";

/**
 * Which of two has redeemed the ticket, by what they were answered. Who comes second with a ticket that
 * counts is in the match already, under the same name, and is told that rather than `joined`.
 */
export function judgeRace(replies: readonly JsonObject[]): TicketRace {
  const winners = replies.filter(({ status }) =>
    status === "joined" || status === "already_in_session"
  );
  if (winners.length === 0) return "neither";
  return winners.length === 1 ? "one" : "both";
}
