import { encodeStateBody } from "./wire/json_state.ts";
import type { EventView, SnapshotView } from "./wire/tank_view.ts";

/** How many snapshots are kept as baselines. */
export const SNAPSHOTS_MAX = 32;

/** How many events one snapshot carries; the oldest are left out beyond it. */
export const SNAPSHOT_EVENTS_MAX = 64;

interface Entry {
  readonly view: SnapshotView;
  /** What happened since the snapshot before. */
  readonly events: readonly EventView[];
}

/**
 * The last snapshots of a match. Clients acknowledge ticks; each state is a delta against the
 * newest snapshot that its client acknowledged, encoded once for all clients on that baseline.
 */
export class SnapshotHistory {
  readonly #entries: Entry[] = [];
  readonly #bodies = new Map<number | null, string>();

  /** The newest snapshot, if there is one. */
  get newest(): SnapshotView | undefined {
    return this.#entries.at(-1)?.view;
  }

  /** Adds a snapshot with the events since the one before; forgets the oldest. */
  add(view: SnapshotView, events: readonly EventView[]): void {
    this.#entries.push({ view, events: events.slice(-SNAPSHOT_EVENTS_MAX) });
    if (this.#entries.length > SNAPSHOTS_MAX) this.#entries.shift();
    this.#bodies.clear();
  }

  /**
   * Whether a client may acknowledge this tick: it is the tick of a snapshot that is still kept.
   */
  has(tick: number): boolean {
    return this.#find(tick) !== undefined;
  }

  /**
   * The newest snapshot encoded for a client that acknowledged `ackedTick`; full where that
   * snapshot is no longer kept. Undefined before the first snapshot.
   *
   * Events are repeated until a snapshot that carries them is acknowledged, so that a lost datagram
   * loses none; a full state carries those of the newest snapshot only.
   */
  encode(
    ackedTick: number | undefined,
  ): { readonly tick: number; readonly base: number | null; readonly body: string } | undefined {
    const newest = this.#entries.at(-1);
    if (newest === undefined) return undefined;
    const base = ackedTick === undefined ? undefined : this.#find(ackedTick);
    const baseTick = base?.view.tick ?? null;
    let body = this.#bodies.get(baseTick);
    if (body === undefined) {
      body = encodeStateBody(newest.view, base?.view, this.#eventsSince(base, newest));
      this.#bodies.set(baseTick, body);
    }
    return { tick: newest.view.tick, base: baseTick, body };
  }

  #find(tick: number): Entry | undefined {
    return this.#entries.findLast((entry) => entry.view.tick === tick);
  }

  #eventsSince(base: Entry | undefined, newest: Entry): readonly EventView[] {
    if (base === undefined) return newest.events;
    return this.#entries
      .slice(this.#entries.indexOf(base) + 1)
      .flatMap((entry) => entry.events)
      .slice(-SNAPSHOT_EVENTS_MAX);
  }
}
