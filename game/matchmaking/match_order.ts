import type { FindRefused, MatchPlace } from "../../core/protocol/matchmaking_messages.ts";
import type { PlaceKind } from "./matchmaker_metrics.ts";
import type { Traveller } from "./placement.ts";

/** A match for players who have been brought together, and to which nobody else comes. */
export interface GroupOrder {
  /** The name of the game mode that is played. */
  readonly gameMode: string;
  /** The name of the arena; undefined: the mode's own. */
  readonly map?: string;
  /** Who plays: accounts. */
  readonly accounts: readonly string[];
  /** The team of each, from 1; empty where the mode has none. */
  readonly teams: ReadonlyMap<string, number>;
  /** The team of each bot; undefined: as many bots as matches have otherwise. */
  readonly botTeams?: readonly number[];
  /** Where they are. */
  readonly travellers: readonly Traveller[];
  /** Whether the place is to say what led to it. */
  readonly explain: boolean;
}

/** A match that is prepared, or why there is none. */
export type PlaceResult =
  | { readonly ok: true; readonly place: MatchPlace; readonly kind: PlaceKind }
  | FindRefused;

/** Whom a token lets into a match. */
export interface Admission {
  /** Who may use it. */
  readonly accountId: string;
  /** The name to play under. */
  readonly playerId: string;
  /** The login that asks for it; whoever ends that ends the token too. Undefined where none is known. */
  readonly authSessionId?: string | undefined;
}
