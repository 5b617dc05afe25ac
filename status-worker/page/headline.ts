import type { ServerStatus, StatusSource } from "../status.ts";

/** How it is, in one word; the page has a colour and a sign for each. */
export type HeadlineState = "open" | "closed" | "away" | "unknown";

/** What a visitor wants to know first. */
export interface Headline {
  /** How it is. */
  readonly state: HeadlineState;
  /** The same in a few words. */
  readonly title: string;
  /** One sentence more. */
  readonly detail: string;
}

/** Says how it is. */
export function makeHeadline(status: ServerStatus, source: StatusSource): Headline {
  const { server_status, live } = status;
  if (server_status <= 0) {
    return {
      state: "closed",
      title: "Closed",
      detail: "The server takes no players at the moment.",
    };
  }
  if (live?.servers === 0) {
    return {
      state: "away",
      title: "No game server is online",
      detail: "None has been heard for a while. Matches cannot be played until one is back.",
    };
  }
  if (source === "default" && live === null) {
    return {
      state: "unknown",
      title: "Not known yet",
      detail: "Nothing has been heard of the server so far.",
    };
  }
  const servers = live === null
    ? "The server takes players."
    : live.servers === 1
    ? "One game server takes players."
    : `${live.servers.toLocaleString("en")} game servers take players.`;
  return { state: "open", title: "Open for battle", detail: servers };
}
