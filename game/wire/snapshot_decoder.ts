import { BitReader } from "./bit_reader.ts";
import type { BodyTarget } from "./body_context.ts";
import { DeltaWidths } from "./delta_widths.ts";
import { decodeEvents } from "./event_decoder.ts";
import { FrameEvents } from "./frame_events.ts";
import type { FrameLayout } from "./frame_layout.ts";
import { decodeShells } from "./shell_decoder.ts";
import { OUTCOMES, SnapshotFrame } from "./snapshot_frame.ts";
import { BASELINE_TICKS_MAX } from "./snapshot_limits.ts";
import { decodeTanks } from "./tank_decoder.ts";
import type { WireRefusal } from "./wire_refusal.ts";

/** What a body is read with. */
export interface DecodeOptions {
  /** The tick of the snapshot, from the prefix. */
  readonly tick: number;
  /** The snapshot that it is a delta against; undefined: it is full. */
  readonly baseline: SnapshotFrame | undefined;
  /** Where the body begins in the bytes. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
  /** Cleared, and then given what has happened since the baseline. */
  readonly events: FrameEvents;
}

/** Decodes the bodies of one match. Nothing is allocated but for tanks that are new. */
export class SnapshotDecoder {
  readonly #reader = new BitReader();
  readonly #target: BodyTarget;

  /** A decoder for a match of this layout. */
  constructor(layout: FrameLayout) {
    this.#target = {
      layout,
      widths: new DeltaWidths(layout.tickRate),
      frame: new SnapshotFrame(layout),
      baseline: undefined,
      events: new FrameEvents(),
    };
  }

  /** Reads a body into a frame, which is not the baseline. Refused, frame and events mean nothing. */
  decode(
    bytes: Uint8Array,
    frame: SnapshotFrame,
    options: DecodeOptions,
  ): WireRefusal | undefined {
    const { tick, baseline, start, end, events } = options;
    const target = this.#target;
    target.frame = frame;
    target.baseline = baseline;
    target.events = events;
    frame.tick = tick;
    events.clear();
    if (baseline !== undefined) {
      const ticks = tick - baseline.tick;
      if (ticks < 1 || ticks > BASELINE_TICKS_MAX) return "unknown_baseline";
      target.widths.setTicks(ticks);
    }
    const reader = this.#reader;
    reader.reset(bytes, start, end);
    decodeTanks(target, reader);
    decodeMatch(target, reader);
    decodeShells(target, reader);
    if (baseline !== undefined) decodeEvents(target, reader);
    return reader.finish();
  }
}

function decodeMatch({ layout, frame, baseline }: BodyTarget, reader: BitReader): void {
  for (let team = 1; team <= layout.teamMax; team++) {
    frame.setTeamScore(team, baseline?.teamScore(team) ?? 0);
  }
  let last = 0;
  while (reader.bit()) {
    const team = reader.bounded(layout.teamBits, layout.teamMax);
    const score = reader.bits(16);
    if (team <= last || score === frame.teamScore(team)) reader.refuse("not_canonical");
    if (reader.refusal !== undefined) return;
    frame.setTeamScore(team, score);
    last = team;
  }
  frame.outcome = baseline?.outcome ?? OUTCOMES.none;
  frame.winner = baseline?.winner ?? 0;
  if (!reader.bit()) return;
  const outcome = reader.bounded(2, OUTCOMES.time);
  const winner = reader.bounded(layout.teamBits, layout.teamMax);
  if (outcome === OUTCOMES.none && winner !== 0) reader.refuse("out_of_range");
  if (outcome === frame.outcome && winner === frame.winner) reader.refuse("not_canonical");
  frame.outcome = outcome;
  frame.winner = winner;
}
