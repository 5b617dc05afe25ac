import type { Ground } from "../simulation/ground.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import type { ClientEvent } from "./client_event.ts";
import type { ClientState } from "./client_state.ts";
import type { SeenFrame } from "./seen_frame.ts";

/** What a client knows of the match that it is in. */
export interface MatchInfo {
  /** Names the match. */
  readonly matchId: string;
  /** The own tank. */
  readonly tankId: string;
  /** Ticks a second. */
  readonly tickRate: number;
  /** Snapshots a second, as the server means to send them. */
  readonly snapshotRate: number;
  /** What tanks drive on. */
  readonly ground: Ground;
  /** Whether the tank is one that the player had before. */
  readonly isResumed: boolean;
}

/** What a client can be asked, whatever it speaks. */
export interface ClientView {
  /** What it is doing. */
  readonly state: ClientState;
  /** Undefined before it is in a match; stays after the end. */
  readonly match: MatchInfo | undefined;
  /** The newest snapshot; undefined before the first. */
  readonly frame: SeenFrame | undefined;
  /** The way to the server and back, smoothed, in milliseconds; undefined before it was measured. */
  readonly rttMs: number | undefined;
}

/**
 * A client without socket, timer or clock: it is handed what arrives and what time it is, and hands out what
 * is to be sent and what has happened. The times are all on one monotonic clock, in milliseconds.
 */
export interface ClientCore extends ClientView {
  /** When `advance` is to be called next; Infinity: not before something else happens. */
  readonly dueMs: number;
  /** Asks for a tank; does nothing after the first time. */
  join(nowMs: number): void;
  /** What the player holds down, from the next tick on. */
  setInput(input: TankInput): void;
  /** The tick of what is shown, a fraction: shots are judged by what their shooter saw. */
  setShownTick(tick: number): void;
  /** Says something to the others in the match; false where it cannot be said now. */
  say(text: string): boolean;
  /** Asks to leave; the state says when that has been done. */
  leave(nowMs: number): void;
  /** Ends at once, without telling the server. */
  abandon(): void;
  /** Takes a datagram, whatever it holds. Never throws for what is in it. */
  receive(datagram: Uint8Array, nowMs: number): void;
  /** Does what is due. */
  advance(nowMs: number): void;
  /** What is to be sent, oldest first; handed out once. */
  takeDatagrams(): Uint8Array[];
  /** What has happened, oldest first; handed out once. */
  takeEvents(): ClientEvent[];
}
