import type { PlayerLink } from "./player_link.ts";

/**
 * The link of a player whose client has still to find the server on which the match goes on. It leads
 * nowhere; after `silenceMs` the player leaves.
 */
export function vacantLink(playerId: string, silenceMs: number): PlayerLink {
  return {
    transport: "websocket",
    address: `vacant:${playerId}`,
    attach: () => {},
    detach: () => {},
    send: () => {},
    silenceMs,
    wantsState: false,
  };
}
