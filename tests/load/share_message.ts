import type { JsonObject } from "../../core/json.ts";
import type { LedgerPlayer } from "./ledger.ts";
import type { LoadOptions } from "./load_options.ts";
import type { LoadShare } from "./run_share.ts";

/** What a process that runs a share is told, in one line. */
export interface ShareOrder {
  /** The whole load. */
  readonly options: LoadOptions;
  /** What of it. */
  readonly share: LoadShare;
}

/** What it says, each in a line. */
export type ShareMessage =
  /** What was measured in an interval. */
  | { readonly kind: "interval"; readonly index: number; readonly tally: JsonObject }
  /** What became of a player, in the order of their numbers. */
  | { readonly kind: "player"; readonly player: LedgerPlayer }
  /** A fault of the load generator's own. */
  | { readonly kind: "fault"; readonly text: string }
  /** That was all. */
  | { readonly kind: "done" };
