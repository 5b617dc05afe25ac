import type { World } from "../simulation/world.ts";
import { FrameEvents } from "../wire/frame_events.ts";
import { type FrameLayout, UM_PER_CM } from "../wire/frame_layout.ts";
import { SnapshotEncoder } from "../wire/snapshot_encoder.ts";
import { SnapshotFrame } from "../wire/snapshot_frame.ts";
import { BASELINE_TICKS_MAX, BASELINES_MAX } from "../wire/snapshot_limits.ts";
import { Visibility } from "../wire/visibility.ts";
import { captureEvents, captureFrame, worldLayout } from "../wire/world_frame.ts";
import { type BodyKey, SharedBodies, type SharedBody } from "./shared_bodies.ts";
import { SightGrid, WHOLE_ARENA } from "./sight_grid.ts";

/** A frame that is kept, and what is seen of it from each cell that somebody was in. */
interface KeptFrame {
  readonly frame: SnapshotFrame;
  /** By cell; undefined before the first. */
  sights: Map<number, Visibility> | undefined;
}

/** What a client last acknowledged. */
export interface ClientBaseline {
  /** The tick of the snapshot, 0 for none. */
  readonly tick: number;
  /** The cell from which the client saw it. */
  readonly cell: number;
}

const NO_TICK = 0;

// Of the match whose snapshots are being sent.
const bodies = new SharedBodies();

/**
 * The last frames of a match as the binary protocol sends them. Each body is encoded once for all
 * clients on the same baseline that see the same. Of frames that are used again the last one that was
 * forgotten comes first, so that a match whose clients are quick goes through few: capturing and encoding
 * allocate nothing then.
 */
export class FrameHistory {
  /** What both sides know of the match. */
  readonly layout: FrameLayout;
  readonly #world: World;
  readonly #grid: SightGrid;
  readonly #events = new FrameEvents();
  readonly #encoder: SnapshotEncoder;
  /** The oldest first, 32 at most. */
  readonly #kept: KeptFrame[] = [];
  /** To be used again, from the end. */
  readonly #forgotten: KeptFrame[] = [];
  readonly #idleSights: Visibility[] = [];
  #newest: KeptFrame | undefined;

  /** Keeps nothing yet. */
  constructor(world: World) {
    this.#world = world;
    this.layout = worldLayout(world);
    this.#encoder = new SnapshotEncoder(this.layout);
    const shellCmPerTick = world.tuning.shellUmPerTick / UM_PER_CM;
    this.#grid = new SightGrid(this.layout, { shellCmPerTick });
  }

  /** The tick of the newest frame, 0 before the first. */
  get newestTick(): number {
    return this.#newest?.frame.tick ?? NO_TICK;
  }

  /** Notes what happened in the world's last step; to be called after each. */
  observe(): void {
    captureEvents(this.#world, this.#events);
  }

  /**
   * Keeps the world as it is now as the newest frame. Forgotten are frames before `oldestBaselineTick`, which
   * nobody has or comes to have as a baseline, and beyond 32 the oldest.
   */
  capture(oldestBaselineTick: number = NO_TICK): void {
    this.#forgetBefore(oldestBaselineTick);
    const kept = this.#forgotten.pop() ??
      { frame: new SnapshotFrame(this.layout), sights: undefined };
    captureFrame(this.#world, kept.frame, this.#newest?.frame);
    this.#kept.push(kept);
    this.#newest = kept;
    bodies.clear(this);
  }

  /** Whether the frame of a tick can be a baseline of the newest. */
  isKept(tick: number): boolean {
    return this.#find(tick) !== undefined;
  }

  /** The cell that the tank in a slot is in now, from which its driver sees. */
  cellOf(slot: number): number {
    return this.#newest === undefined ? WHOLE_ARENA : this.#grid.cellOf(this.#newest.frame, slot);
  }

  /**
   * The newest frame for who is in `cell` and has acknowledged `baseline`; full where that is not kept any
   * more. Undefined before the first frame.
   */
  body(baseline: ClientBaseline, cell: number): SharedBody | undefined {
    const newest = this.#newest;
    if (newest === undefined) return undefined;
    const base = baseline.tick === newest.frame.tick ? undefined : this.#find(baseline.tick);
    const key: BodyKey = {
      baselineTicks: base === undefined ? 0 : newest.frame.tick - base.frame.tick,
      cell,
      baselineCell: base === undefined ? WHOLE_ARENA : baseline.cell,
    };
    bodies.begin(this);
    const known = bodies.find(key);
    if (known !== undefined) return known;
    const length = this.#encoder.encode(newest.frame, bodies.nextBytes, {
      baseline: base?.frame,
      events: this.#events,
      visible: this.#sight(newest, cell),
      baselineVisible: base && this.#sight(base, baseline.cell),
    });
    return bodies.add(key, length);
  }

  #sight(kept: KeptFrame, cell: number): Visibility | undefined {
    if (cell === WHOLE_ARENA) return undefined;
    const sights = kept.sights ??= new Map();
    let sight = sights.get(cell);
    if (sight === undefined) {
      sight = this.#idleSights.pop() ?? new Visibility();
      this.#grid.look(kept.frame, cell, sight);
      sights.set(cell, sight);
    }
    return sight;
  }

  #find(tick: number): KeptFrame | undefined {
    const ticks = this.newestTick - tick;
    if (tick === NO_TICK || ticks < 0 || ticks > BASELINE_TICKS_MAX) return undefined;
    // From the newest back: mostly it is one of the last few.
    for (let index = this.#kept.length - 1; index >= 0; index--) {
      const kept = this.#kept[index];
      if (kept?.frame.tick === tick) return kept;
    }
    return undefined;
  }

  /** Forgets frames before a tick, but not the newest, which is sent once more; and one where all are kept. */
  #forgetBefore(tick: number): void {
    const kept = this.#kept;
    let count = kept.length === BASELINES_MAX ? 1 : 0;
    while (count < kept.length - 1 && (kept[count]?.frame.tick ?? tick) < tick) count++;
    if (count === 0) return;
    let left = 0;
    for (const one of kept) {
      if (count-- > 0) this.#forget(one);
      else kept[left++] = one;
    }
    kept.length = left;
  }

  #forget(kept: KeptFrame): void {
    this.#forgotten.push(kept);
    if (kept.sights === undefined) return;
    for (const sight of kept.sights.values()) this.#idleSights.push(sight);
    kept.sights.clear();
  }
}
