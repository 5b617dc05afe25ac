/** A tank as clients see it: quantised, so that a change too small to see is none. */
export interface TankView {
  /** Another tank in the same slot has another id. */
  readonly tankId: string;
  /** Centimetres. */
  readonly xCm: number;
  /** Centimetres. */
  readonly yCm: number;
  /** Milliradians, 0 to 6283; 0 is +x, growing towards +y. */
  readonly headingMrad: number;
  /** As `headingMrad`; in the arena, not against the hull. */
  readonly turretMrad: number;
  /** Hit points, 0 to 100. */
  readonly hp: number;
  /** 1 and up. */
  readonly team: number;
  /** Points that it has made for its team. */
  readonly score: number;
  /** False from its destruction until it returns. */
  readonly alive: boolean;
}

/** A shell as clients see it. */
export interface ShellView {
  /** Names it while it flies; an unsigned 32-bit integer, 1 and up. */
  readonly id: number;
  /** Centimetres. */
  readonly xCm: number;
  /** Centimetres. */
  readonly yCm: number;
  /** Where it flies: milliradians, 0 to 6283; 0 is +x, growing towards +y. */
  readonly headingMrad: number;
}

/** Something that happened, with the tick in which it did. */
export interface EventView {
  /** Repeated in `json`. */
  readonly tick: number;
  /** The event as a JSON object. */
  readonly json: string;
}

/** A match at one tick, as clients see it. */
export interface SnapshotView {
  /** The match's tick, 1 and up; clients acknowledge it by this number. */
  readonly tick: number;
  /** By slot; undefined where a slot is empty. */
  readonly tanks: readonly (TankView | undefined)[];
  /** Those in flight, oldest first; sent whole each time, never as a delta. */
  readonly shells: readonly ShellView[];
}
