import { BitWriter } from "./bit_writer.ts";
import type { BodySource } from "./body_context.ts";
import { sharedWidths } from "./delta_widths.ts";
import { encodeEvents } from "./event_encoder.ts";
import type { FrameEvents } from "./frame_events.ts";
import type { FrameLayout } from "./frame_layout.ts";
import { encodeShells } from "./shell_encoder.ts";
import type { SnapshotFrame } from "./snapshot_frame.ts";
import { BASELINE_TICKS_MAX } from "./snapshot_limits.ts";
import { encodeTanks } from "./tank_encoder.ts";
import type { Visibility } from "./visibility.ts";

/** What a body is made from besides the frame. */
export interface EncodeOptions {
  /** What it is a delta against, 1..255 ticks before it; undefined: it is full. */
  readonly baseline?: SnapshotFrame | undefined;
  /** The match's events; those since the baseline are told. A full body tells none. */
  readonly events: FrameEvents;
  /** What the client sees of the frame; undefined: all. */
  readonly visible?: Visibility | undefined;
  /** What the client saw of the baseline; undefined: all. */
  readonly baselineVisible?: Visibility | undefined;
}

// Used by one encoder at a time, within one call: what all matches share is warm.
const writer = new BitWriter(new Uint8Array(0));

/**
 * Encodes frames of one match. A body is for every client on the same baseline that sees the same: make
 * it once and copy it behind each one's prefix. Encoding allocates nothing but for tanks that are new.
 */
export class SnapshotEncoder {
  readonly #layout: FrameLayout;
  /** Used again; undefined before the first body. */
  #source: BodySource | undefined;

  /** An encoder for matches of this layout. */
  constructor(layout: FrameLayout) {
    this.#layout = layout;
  }

  /**
   * Writes the body of a frame into the start of a buffer, for which `SNAPSHOT_BODY_BYTES_MAX` always do.
   *
   * @returns its length in bytes
   * @throws RangeError where the baseline is not before the frame, or too far, or the buffer too small
   */
  encode(frame: SnapshotFrame, into: Uint8Array, options: EncodeOptions): number {
    const { baseline, events, visible, baselineVisible } = options;
    const source = this.#source ??= newSource(this.#layout, { frame, events });
    source.frame = frame;
    source.baseline = baseline;
    source.events = events;
    source.visible = visible;
    source.baselineVisible = baselineVisible;
    if (baseline !== undefined) {
      const ticks = frame.tick - baseline.tick;
      if (ticks < 1 || ticks > BASELINE_TICKS_MAX) {
        throw new RangeError(`Cannot encode a snapshot: its baseline is ${ticks} ticks old`);
      }
      source.widths.setTicks(ticks);
    }
    writer.reset(into);
    encodeTanks(source, writer);
    encodeMatch(source, writer);
    encodeShells(source, writer);
    if (baseline !== undefined) encodeEvents(source, writer);
    writer.align();
    return writer.length;
  }
}

function newSource(
  layout: FrameLayout,
  { frame, events }: { readonly frame: SnapshotFrame; readonly events: FrameEvents },
): BodySource {
  return {
    layout,
    widths: sharedWidths(layout.tickRate),
    frame,
    baseline: undefined,
    visible: undefined,
    baselineVisible: undefined,
    events,
  };
}

/** Writes what is neither tank nor shell: changed scores of teams, and how the match ended. */
function encodeMatch({ layout, frame, baseline }: BodySource, writer: BitWriter): void {
  for (let team = 1; team <= layout.teamMax; team++) {
    if (frame.teamScore(team) === (baseline?.teamScore(team) ?? 0)) continue;
    writer.bit(true);
    writer.bits(team, layout.teamBits);
    writer.bits(frame.teamScore(team), 16);
  }
  writer.bit(false);
  const isSame = frame.outcome === (baseline?.outcome ?? 0) &&
    frame.winner === (baseline?.winner ?? 0);
  writer.bit(!isSame);
  if (isSame) return;
  writer.bits(frame.outcome, 2);
  writer.bits(frame.winner, layout.teamBits);
}
