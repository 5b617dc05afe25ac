import type { FrameLayout } from "./frame_layout.ts";
import { FrameEvents } from "./frame_events.ts";
import { SnapshotDecoder } from "./snapshot_decoder.ts";
import { SnapshotFrame } from "./snapshot_frame.ts";
import { BASELINES_MAX, SNAPSHOT_BODY_BYTES_MAX } from "./snapshot_limits.ts";
import { decodeSnapshotPrefix, SnapshotPrefix } from "./snapshot_prefix.ts";
import type { WireRefusal } from "./wire_refusal.ts";

/** What a SNAPSHOT led to. */
export type Reception =
  /** The snapshot is complete. The frame is good until 32 more are; the events until the next call. */
  | { readonly kind: "frame"; readonly frame: SnapshotFrame; readonly events: FrameEvents }
  /** It is a part, and others are missing. */
  | { readonly kind: "part" }
  /** It is not newer than the newest complete one. */
  | { readonly kind: "stale" }
  /** It is wrong, or its baseline is not there. */
  | { readonly kind: "refused"; readonly reason: WireRefusal };

const PART: Reception = { kind: "part" };
const STALE: Reception = { kind: "stale" };

/**
 * A client's side of snapshots: keeps the last 32 complete ones as baselines and puts parts together. One
 * snapshot is put together at a time; a part of a newer one ends the older.
 */
export class SnapshotReceiver {
  /** Of the last SNAPSHOT that was read. */
  readonly prefix: SnapshotPrefix = new SnapshotPrefix();
  readonly #decoder: SnapshotDecoder;
  /** Used in turn; one more than are kept, into which the next is read. */
  readonly #frames: SnapshotFrame[];
  #next = 0;
  readonly #events = new FrameEvents();
  #newestTick = 0;

  #partsTick = 0;
  #partsBaselineTicks = 0;
  readonly #parts: (Uint8Array | undefined)[] = [];

  /** A receiver for a match of this layout, without any snapshot. */
  constructor(layout: FrameLayout) {
    this.#decoder = new SnapshotDecoder(layout);
    this.#frames = Array.from({ length: BASELINES_MAX + 1 }, () => new SnapshotFrame(layout));
  }

  /** The tick of the newest complete snapshot, which INPUT acknowledges; 0: none. */
  get newestTick(): number {
    return this.#newestTick;
  }

  /** The complete snapshot of a tick, where it is still kept. */
  frameAt(tick: number): SnapshotFrame | undefined {
    if (tick === 0) return undefined;
    return this.#frames.find((frame, index) => frame.tick === tick && index !== this.#next);
  }

  /** Takes a SNAPSHOT after `readHeader`, the tag and the replay window; `end` is its payload's. */
  receive(bytes: Uint8Array, end: number): Reception {
    const { prefix } = this;
    const reason = decodeSnapshotPrefix(bytes, end, prefix);
    if (reason !== undefined) return { kind: "refused", reason };
    if (prefix.tick <= this.#newestTick) return STALE;
    if (prefix.partCount === 1) return this.#decode(bytes, prefix.bodyStart, end);
    if (prefix.tick < this.#partsTick) return STALE;
    return this.#addPart(bytes, end);
  }

  #addPart(bytes: Uint8Array, end: number): Reception {
    const { tick, baselineTicks, partIndex, partCount, bodyStart } = this.prefix;
    const isOther = tick !== this.#partsTick || partCount !== this.#parts.length ||
      baselineTicks !== this.#partsBaselineTicks;
    if (isOther) {
      this.#partsTick = tick;
      this.#partsBaselineTicks = baselineTicks;
      this.#parts.length = 0;
      for (let index = 0; index < partCount; index++) this.#parts.push(undefined);
    }
    this.#parts[partIndex] = bytes.slice(bodyStart, end);
    let bodyBytes = 0;
    for (const part of this.#parts) {
      if (part === undefined) return PART;
      bodyBytes += part.length;
    }
    const parts = this.#parts.splice(0);
    this.#forgetParts();
    if (bodyBytes > SNAPSHOT_BODY_BYTES_MAX) return { kind: "refused", reason: "too_long" };
    const body = new Uint8Array(bodyBytes);
    let at = 0;
    for (const part of parts) {
      if (part !== undefined) body.set(part, at);
      at += part?.length ?? 0;
    }
    return this.#decode(body, 0, bodyBytes);
  }

  #decode(bytes: Uint8Array, start: number, end: number): Reception {
    const { tick, baselineTicks } = this.prefix;
    const baseline = baselineTicks === 0 ? undefined : this.frameAt(tick - baselineTicks);
    if (baseline === undefined && baselineTicks !== 0) {
      return { kind: "refused", reason: "unknown_baseline" };
    }
    const frame = this.#frames[this.#next];
    if (frame === undefined) return STALE;
    const events = this.#events;
    const reason = this.#decoder.decode(bytes, frame, { tick, baseline, start, end, events });
    if (reason !== undefined) return { kind: "refused", reason };
    this.#next = (this.#next + 1) % this.#frames.length;
    this.#newestTick = tick;
    if (this.#partsTick <= tick) this.#forgetParts();
    return { kind: "frame", frame, events };
  }

  #forgetParts(): void {
    this.#partsTick = 0;
    this.#parts.length = 0;
  }
}
