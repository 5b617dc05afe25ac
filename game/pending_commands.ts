import type { PlayerCommand } from "./player_command.ts";

/** What waits to be applied to one tank at the next tick. */
export interface PendingCommands {
  /** The newest input. */
  input: Extract<PlayerCommand, { readonly action: "input" }> | undefined;
  /** The newest sequence number seen. */
  seq: number;
  /** A trigger pulled and let go between two ticks fires all the same. */
  fired: boolean;
  /** A single shot. */
  shoot: boolean;
  /** Where to drive, metres. */
  order: { readonly xM: number; readonly yM: number } | undefined;
}

/** Nothing waits yet. */
export function newPendingCommands(): PendingCommands {
  return { input: undefined, seq: 0, fired: false, shoot: false, order: undefined };
}
