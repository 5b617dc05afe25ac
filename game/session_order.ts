import type { CommandRefusal } from "../core/protocol/server_command.ts";

/** How a session is made on somebody's order. */
export interface SessionOrder {
  /** The match's id. */
  readonly matchId: string;
  /** A mode's name. */
  readonly mode: string;
  /** An arena's name; undefined: the mode's. */
  readonly map?: string;
  /** Player or account ids for whom it is kept; empty: anybody. */
  readonly players: readonly string[];
  /** The team of each player or account; of others, or where the mode has none, the world chooses. */
  readonly teams?: ReadonlyMap<string, number>;
  /** The team of each bot; undefined: as many bots as matches have otherwise. */
  readonly botTeams?: readonly number[];
}

/** What became of an order. */
export type OrderResult =
  | { readonly ok: true; readonly isNew: boolean }
  | {
    readonly ok: false;
    readonly reason: Extract<
      CommandRefusal,
      "unknown_mode" | "unknown_map" | "full" | "draining" | "match_over"
    >;
  };
