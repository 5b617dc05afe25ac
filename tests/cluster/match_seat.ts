import type { SeenFrame } from "../../game/client/seen_frame.ts";

/** The ways into a match. */
export const TRANSPORTS = ["websocket", "binary", "datagram", "line"] as const;

/** One of {@linkcode TRANSPORTS}: through a gateway, the fast protocol, JSON over UDP, JSON over TCP. */
export type Transport = typeof TRANSPORTS[number];

/** What a player holds down, and where the gun points. */
export interface DriveOrder {
  /** Counts this seat's orders from 1. */
  readonly seq: number;
  /** -1..1 */
  readonly throttle: number;
  /** -1..1 */
  readonly turn: number;
  /** Radians. */
  readonly turretRad: number;
  /** Fires as often as reloading allows. */
  readonly fire: boolean;
}

/** How a match ended, as a client was told. */
export interface MatchResult {
  /** The match. */
  readonly matchId: string;
  /** The team that won; null: nobody. */
  readonly winner: number | null;
  /** Points by team. */
  readonly scores: Readonly<Record<string, number>>;
}

/** Why a client is no longer in a match. */
export type SeatEnd =
  /** It was told that the match is over. */
  | { readonly kind: "over"; readonly result: MatchResult }
  /** It was told something else that ends it. */
  | { readonly kind: "told"; readonly why: string }
  /** Nobody told it anything: the connection broke, or fell silent. */
  | { readonly kind: "lost"; readonly why: string };

/** Told what a seat sees. */
export interface SeatListener {
  /** A newer state of the match. */
  onFrame(frame: SeenFrame): void;
}

/** A place in a match, over some transport, while it lasts. */
export interface MatchSeat {
  /** The own tank; undefined where the server did not say it. */
  readonly tankId: string | undefined;
  /** Settles when there is no more of it. */
  readonly ended: Promise<SeatEnd>;
  /** Sends an order; to be called a few times a second, for it also sees silence by it. */
  drive(order: DriveOrder): void;
  /** Leaves without a word. */
  close(): Promise<void>;
}

/** A seat, or why there is none. */
export type SeatOpening =
  | { readonly ok: true; readonly seat: MatchSeat }
  | {
    readonly ok: false;
    readonly why: string;
    /** Whether somebody said so, rather than nobody anything. */
    readonly isTold: boolean;
  };

/** For whom a seat is opened. */
export interface SeatRequest {
  /** Under which name. */
  readonly playerId: string;
  /** The match. */
  readonly matchId: string;
  /** A match token at first, an access token or a resume token on the way back. */
  readonly token: string;
  /** How long to wait for an answer, in milliseconds. */
  readonly patienceMs: number;
  /** Told what is seen. */
  readonly listener: SeatListener;
}

/** Where something listens. */
export interface SeatAddress {
  /** An IP address. */
  readonly hostname: string;
  /** 1..65535 */
  readonly port: number;
}

/** A server that says nothing for so long is gone, in milliseconds. */
export const SILENCE_MS = 3_000;
