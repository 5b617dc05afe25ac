import type { OwnerWatch } from "../cluster/owner_watch.ts";
import type { ProbeTally } from "./revocation_probe.ts";
import type { SoakPlayerRecord } from "./soak_player.ts";
import type { SoakSystem } from "./soak_system.ts";
import type { StoredEvents } from "./stored_events.ts";

/** One thing that must hold, and where it did not. */
export interface LedgerLine {
  /** What. */
  readonly rule: string;
  /** On how much it was looked. */
  readonly checked: number;
  /** Where it did not hold, in words. */
  readonly faults: readonly string[];
}

/** What the ledger compares. */
export interface LedgerSources {
  /** What players were told. */
  readonly players: readonly SoakPlayerRecord[];
  /** What the event log has. */
  readonly events: StoredEvents;
  /** What was seen of matches' owners. */
  readonly watch: Pick<OwnerWatch, "faults">;
  /** What was probed. */
  readonly probes: ProbeTally;
  /** The database. */
  readonly ports: Pick<SoakSystem["ports"], "database">;
}
