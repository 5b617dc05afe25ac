/** The way to one player's client, whatever the transport. */
export interface PlayerLink {
  /** That a `tcp` client has gone is seen at once, of a `udp` client only by its silence. */
  readonly transport: "udp" | "tcp";
  /** The far end, such as `udp:127.0.0.1:40000`: who sends from there speaks for the player. */
  readonly address: string;
  /** A player is at this link's end from now on; one link may have several. */
  attach(): void;
  /** A player is so no longer. */
  detach(): void;
  /** Sends a message, if it can; never throws, never waits. */
  send(message: string): void;
  /** Whether states and events are wanted: a telnet user's link wants neither. */
  readonly wantsState: boolean;
}
