import type { JsonObject } from "../../core/json.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import type { ClientState } from "./client_state.ts";
import type { OwnMotion } from "./own_motion.ts";

/** Something that happened in the match beyond movement. */
export interface MatchEvent {
  /** What. */
  readonly kind: "shot" | "damaged" | "destroyed" | "respawned";
  /** In which tick. */
  readonly tick: number;
  /** To which tank; of a shot, which one fired. */
  readonly tankId: string;
  /** Of damage and destruction: which tank fired. */
  readonly byTankId: string | undefined;
  /** Of damage: hit points lost. */
  readonly damage: number;
}

/** Where a match goes on. */
export interface MovedTo {
  /** A name or address; empty, which only JSON can say: that of the server that it was. */
  readonly host: string;
  /** Its port for datagrams. */
  readonly port: number;
  /** The match to join there. */
  readonly matchId: string;
  /** The token to join with; undefined, which only JSON can say: the account's has to do, and a guest has none. */
  readonly token: string | undefined;
}

/** What a client tells its owner, in the order in which it happens. */
export type ClientEvent =
  /** It is doing something else. */
  | { readonly kind: "state"; readonly state: ClientState }
  /** A newer snapshot is complete; the client's `frame` is it until the next. */
  | {
    readonly kind: "snapshot";
    readonly tick: number;
    /** What prediction starts from; undefined where the own tank is not seen or the protocol says too little. */
    readonly own: OwnMotion | undefined;
  }
  /** An input has its number and goes to the server; what prediction moves on by. */
  | { readonly kind: "input"; readonly seq: number; readonly input: TankInput }
  /** Things happened in the match. */
  | { readonly kind: "happened"; readonly events: readonly MatchEvent[] }
  /** Something that the server says in JSON, such as `match_over` or `chat`. */
  | { readonly kind: "message"; readonly message: JsonObject }
  /** The match goes on elsewhere. */
  | { readonly kind: "moved"; readonly to: MovedTo };
