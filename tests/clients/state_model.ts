import { assert } from "@std/assert";
import type { SeenTank, StateMessage } from "./state_message.ts";
import { wholeTank } from "./state_message.ts";

const SNAPSHOTS_MAX = 128;

/** A match as a client knows it at one tick. */
export interface Snapshot {
  /** The tick that it shows. */
  readonly tick: number;
  /** Every tank, by its id. */
  readonly tanks: ReadonlyMap<string, SeenTank>;
  /** The message that completed it. */
  readonly message: StateMessage;
}

/** What a client does with states: merges each delta with the snapshot that it is made against. */
export class StateModel {
  readonly #snapshots = new Map<number, Snapshot>();

  /** Takes a state in. @throws AssertionError when it cannot be applied, or says what it need not */
  apply(message: StateMessage): Snapshot {
    const base = this.#baseOf(message);
    const tanks = new Map(base?.tanks);
    for (const id of message.gone) {
      assert(tanks.delete(id), `gone at tick ${message.tick}, and was not there: ${id}`);
    }
    for (const change of message.tanks) {
      const before = tanks.get(change.tank_id);
      if (before !== undefined) assertChanged(before, change);
      tanks.set(change.tank_id, before ? { ...before, ...change } : wholeTank(change));
    }
    const snapshot = { tick: message.tick, tanks, message };
    this.#snapshots.set(message.tick, snapshot);
    if (this.#snapshots.size > SNAPSHOTS_MAX) {
      const [oldest] = this.#snapshots.keys();
      if (oldest !== undefined) this.#snapshots.delete(oldest);
    }
    return snapshot;
  }

  #baseOf({ tick, base }: StateMessage): Snapshot | undefined {
    if (base === null) return undefined;
    const snapshot = this.#snapshots.get(base);
    assert(snapshot !== undefined, `the state of tick ${tick} is against unknown tick ${base}`);
    assert(base < tick, `the state of tick ${tick} is against tick ${base}`);
    return snapshot;
  }
}

function assertChanged(before: SeenTank, change: Partial<SeenTank>): void {
  const known: Readonly<Record<string, unknown>> = { ...before };
  for (const [field, value] of Object.entries(change)) {
    if (field === "tank_id") continue;
    assert(
      known[field] !== value,
      `${field} is sent and did not change: ${JSON.stringify(change)}`,
    );
  }
}
