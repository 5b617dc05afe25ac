/** The way to one player's client, whatever the transport. */
export interface PlayerLink {
  /** That a `tcp` client has gone is seen at once, of a `udp` client only by its silence. */
  readonly transport: "udp" | "tcp";
  /** The far end, such as `udp:127.0.0.1:40000`: who sends from there speaks for the player. */
  readonly address: string;
  /** Sends a message, if it can; never throws, never waits. */
  send(message: string): void;
  /** Whether states and events are wanted: a telnet user's link wants neither. */
  readonly wantsState: boolean;
}
