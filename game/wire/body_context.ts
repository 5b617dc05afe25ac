import type { DeltaWidths } from "./delta_widths.ts";
import type { FrameEvents } from "./frame_events.ts";
import type { FrameLayout } from "./frame_layout.ts";
import type { SnapshotFrame } from "./snapshot_frame.ts";
import type { Visibility } from "./visibility.ts";

/** What the parts of an encoder share. */
export interface BodySource {
  /** The match's. */
  readonly layout: FrameLayout;
  /** Those for the distance to the baseline; mean nothing without one. */
  readonly widths: DeltaWidths;
  /** What is encoded. */
  frame: SnapshotFrame;
  /** What it is a delta against; undefined: nothing. */
  baseline: SnapshotFrame | undefined;
  /** What the client sees of the frame; undefined: all. */
  visible: Visibility | undefined;
  /** What the client saw of the baseline; undefined: all. */
  baselineVisible: Visibility | undefined;
  /** What has happened, up to the frame's tick. */
  events: FrameEvents;
}

/** What the parts of a decoder share. */
export interface BodyTarget {
  /** The match's. */
  readonly layout: FrameLayout;
  /** Those for the distance to the baseline; mean nothing without one. */
  readonly widths: DeltaWidths;
  /** What is written; its tick is set. */
  frame: SnapshotFrame;
  /** What it is a delta against; undefined: nothing. */
  baseline: SnapshotFrame | undefined;
  /** Where events go. */
  events: FrameEvents;
}
