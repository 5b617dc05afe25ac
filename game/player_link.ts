import type { FrameHistory } from "./binary/frame_history.ts";
import type { LeaveReason } from "./leave_reason.ts";
import type { TankInput } from "./simulation/tank_input.ts";

/** A link that speaks the binary protocol, whose inputs and snapshots go by ticks. */
export interface TickedLink {
  /** The tick of what the client shows; 0 before it shows anything. */
  readonly viewTick: number;
  /** The number of the newest input that was applied; 0 before the first. */
  readonly inputSeq: number;
  /**
   * The tick of the oldest snapshot that may yet be a baseline of what the client is sent, which only moves
   * on; 0 while it has been sent none.
   */
  readonly oldestBaselineTick: number;
  /** The client's input for the next tick, good until the next call; undefined before its first. */
  takeInput(): TankInput | undefined;
  /** Whether a trigger was pulled in an input that was skipped: the tank is to fire once for it. */
  readonly firesOnce: boolean;
  /** Sends what a tick has for the client; never throws, never waits. */
  flush(frames: FrameHistory, isSnapshotDue: boolean): void;
}

/** Where a server takes datagrams. */
export interface MatchAddress {
  /** A name or address; empty: where the client reaches this server. */
  readonly host: string;
  /** Its UDP port. */
  readonly port: number;
}

/** Where a player's match goes on, and what brings the player back into it. */
export interface MatchMove extends MatchAddress {
  /** The match. */
  readonly matchId: string;
  /** The player's resume token; undefined: its account has to do. */
  readonly token: string | undefined;
}

/** The way to one player's client, whatever the transport. */
export interface PlayerLink {
  /**
   * That a `tcp` client has gone is seen at once, of a `udp` client and of one behind a gateway
   * (`websocket`) only by its silence.
   */
  readonly transport: "udp" | "tcp" | "websocket";
  /** The far end, such as `udp:127.0.0.1:40000`: who sends from there speaks for the player. */
  readonly address: string;
  /** A player is at this link's end from now on; one link may have several. */
  attach(): void;
  /** A player is so no longer; without a reason another link has taken this one's place. */
  detach(reason?: LeaveReason): void;
  /** Sends a message, if it can; never throws, never waits. */
  send(message: string): void;
  /** What it does each tick, where it speaks the binary protocol; states in JSON are not for it then. */
  readonly ticked?: TickedLink;
  /** Tells the client that its match goes on elsewhere, if it can; `detach` follows. */
  tellMoved?(move: MatchMove): void;
  /** Tells the client that an operator takes it out of its match, where `detach` does not; it follows. */
  tellKicked?(matchId: string): void;
  /** Whether what others in the match say is wanted, in JSON. */
  readonly wantsChat?: boolean;
  /** How long a client at this end may be silent before the player leaves; undefined: as configured. */
  readonly silenceMs?: number;
  /** Whether states and events are wanted: a telnet user's link wants neither. */
  readonly wantsState: boolean;
}
