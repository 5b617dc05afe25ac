import type { World } from "../simulation/world.ts";
import { FrameEvents } from "../wire/frame_events.ts";
import { type FrameLayout, UM_PER_CM } from "../wire/frame_layout.ts";
import { SnapshotEncoder } from "../wire/snapshot_encoder.ts";
import { SnapshotFrame } from "../wire/snapshot_frame.ts";
import {
  BASELINE_TICKS_MAX,
  BASELINES_MAX,
  SNAPSHOT_BODY_BYTES_MAX,
} from "../wire/snapshot_limits.ts";
import { Visibility } from "../wire/visibility.ts";
import { captureEvents, captureFrame, worldLayout } from "../wire/world_frame.ts";
import { SightGrid, WHOLE_ARENA } from "./sight_grid.ts";

/** A frame that is kept, and what is seen of it from each cell that somebody was in. */
interface KeptFrame {
  readonly frame: SnapshotFrame;
  readonly sights: Map<number, Visibility>;
}

/** The body of a snapshot, the same for every client on that baseline and in that cell. */
export interface SharedBody {
  /** Good until the next frame is captured. */
  readonly bytes: Uint8Array;
  /** Ticks back to its baseline; 0: it is full. */
  readonly baselineTicks: number;
}

/** What a client last acknowledged. */
export interface ClientBaseline {
  /** The tick of the snapshot, 0 for none. */
  readonly tick: number;
  /** The cell from which the client saw it. */
  readonly cell: number;
}

const NO_TICK = 0;

/**
 * The last frames of a match as the binary protocol sends them. Each body is encoded once for all
 * clients on the same baseline that see the same. Frames and buffers are used again: once all have been
 * used, capturing and encoding allocate nothing but the list of a frame's bodies.
 */
export class FrameHistory {
  /** What both sides know of the match. */
  readonly layout: FrameLayout;
  readonly #world: World;
  readonly #grid: SightGrid;
  readonly #events = new FrameEvents();
  readonly #encoder: SnapshotEncoder;
  readonly #kept: KeptFrame[] = [];
  readonly #bodies = new Map<number, SharedBody>();
  readonly #buffer = new Uint8Array(SNAPSHOT_BODY_BYTES_MAX);
  readonly #idleSights: Visibility[] = [];
  #next = 0;
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

  /** Keeps the world as it is now as the newest frame; the oldest is forgotten. */
  capture(): void {
    const kept = this.#kept[this.#next] ?? { frame: new SnapshotFrame(), sights: new Map() };
    this.#kept[this.#next] = kept;
    this.#next = (this.#next + 1) % BASELINES_MAX;
    this.#idleSights.push(...kept.sights.values());
    kept.sights.clear();
    captureFrame(this.#world, kept.frame);
    this.#newest = kept;
    this.#bodies.clear();
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
    const baselineTicks = base === undefined ? 0 : newest.frame.tick - base.frame.tick;
    const key = keyOf({ cell, baselineTicks, baselineCell: base ? baseline.cell : WHOLE_ARENA });
    let body = this.#bodies.get(key);
    if (body === undefined) {
      const length = this.#encoder.encode(newest.frame, this.#buffer, {
        baseline: base?.frame,
        events: this.#events,
        visible: this.#sight(newest, cell),
        baselineVisible: base && this.#sight(base, baseline.cell),
      });
      body = { bytes: this.#buffer.slice(0, length), baselineTicks };
      this.#bodies.set(key, body);
    }
    return body;
  }

  #sight({ frame, sights }: KeptFrame, cell: number): Visibility | undefined {
    if (cell === WHOLE_ARENA) return undefined;
    let sight = sights.get(cell);
    if (sight === undefined) {
      sight = this.#idleSights.pop() ?? new Visibility();
      this.#grid.look(frame, cell, sight);
      sights.set(cell, sight);
    }
    return sight;
  }

  #find(tick: number): KeptFrame | undefined {
    const ticks = this.newestTick - tick;
    if (tick === NO_TICK || ticks < 0 || ticks > BASELINE_TICKS_MAX) return undefined;
    for (const kept of this.#kept) if (kept.frame.tick === tick) return kept;
    return undefined;
  }
}

/** A number for each body; there are fewer than 4096 cells. */
function keyOf(
  { cell, baselineTicks, baselineCell }: {
    readonly cell: number;
    readonly baselineTicks: number;
    readonly baselineCell: number;
  },
): number {
  return ((cell + 1) * 4_096 + baselineCell + 1) * (BASELINE_TICKS_MAX + 1) + baselineTicks;
}
