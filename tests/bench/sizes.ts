import { Rng } from "../../core/rng.ts";
import type { World } from "../../game/simulation/world.ts";
import { DATAGRAM_BYTES_MAX, DATAGRAM_TAG_BYTES } from "../../game/wire/datagram.ts";
import { FrameEvents } from "../../game/wire/frame_events.ts";
import { encodeState, encodeStateBody } from "../../game/wire/json_state.ts";
import { SnapshotEncoder } from "../../game/wire/snapshot_encoder.ts";
import { SnapshotFrame } from "../../game/wire/snapshot_frame.ts";
import { SNAPSHOT_BODY_BYTES_MAX } from "../../game/wire/snapshot_limits.ts";
import { encodeSnapshot } from "../../game/wire/snapshot_parts.ts";
import { SnapshotPrefix } from "../../game/wire/snapshot_prefix.ts";
import type { EventView, SnapshotView } from "../../game/wire/tank_view.ts";
import { captureEvents, captureFrame, worldLayout } from "../../game/wire/world_frame.ts";
import { viewEvent, viewWorld } from "../../game/wire/world_view.ts";
import { openScriptedWorld, pressKeys } from "../fixtures/simulate_match.ts";
import { type Figure, figureOf, percentile } from "./figure.ts";

const TICK_RATE = 30;
const TICKS = 60 * TICK_RATE;
/** How old baselines are: 100 ms there and back, and a tick to notice. */
const BASELINE_TICKS = 4;
/** The first seconds of a match, with few shells, would make it look better than it is. */
const SKIPPED_TICKS = 5 * TICK_RATE;
const ROUNDS = 3;

/** Bytes of one client's datagram, binary and JSON, at each tick of a match of ten busy tanks. */
export function measureSizes(): Figure[] {
  const rounds = Array.from({ length: ROUNDS }, (_, seed) => playMatch(seed + 1));
  const binary = rounds.flatMap((round) => round.binary);
  const json = rounds.flatMap((round) => round.json);
  const text = (sizes: readonly number[]): string =>
    `p50 ${percentile(sizes, 0.5)}, p99 ${percentile(sizes, 0.99)}, longest ${Math.max(...sizes)}`;
  const notes = [
    `${text(binary)} bytes, header and tag included; in JSON ${text(json)}`,
    "aim for the p50: at most 90 bytes",
  ];
  const of = (share: number): { value: number; baseline: number }[] =>
    rounds.map((round) => ({
      value: percentile(round.binary, share),
      baseline: percentile(round.json, share),
    }));
  const figure = { unit: "bytes", baseline: "the same in JSON", lowerIsBetter: true, aim: 0.2 };
  return [
    figureOf({ ...figure, name: "Snapshot of ten moving tanks, p50", notes }, of(0.5)),
    figureOf({ ...figure, name: "Snapshot of ten moving tanks, p99", notes: [] }, of(0.99)),
  ];
}

function playMatch(seed: number): { readonly binary: number[]; readonly json: number[] } {
  const world = openScriptedWorld({ seed, ticks: TICKS, rules: { scoreLimit: 1_000 } });
  const rng = new Rng(seed);
  const snapshots = new Snapshots(world);
  const binary: number[] = [];
  const json: number[] = [];
  for (let tick = 1; tick <= TICKS; tick++) {
    pressKeys(world, rng);
    world.step();
    snapshots.take();
    if (tick <= SKIPPED_TICKS) continue;
    binary.push(snapshots.binaryBytes());
    json.push(snapshots.jsonBytes());
  }
  return { binary, json };
}

/** The last snapshots of a world in both forms, the newest at the end. */
class Snapshots {
  readonly #world: World;
  readonly #encoder: SnapshotEncoder;
  readonly #frames: SnapshotFrame[] = [];
  readonly #views: { readonly view: SnapshotView; readonly events: readonly EventView[] }[] = [];
  readonly #events = new FrameEvents();
  readonly #body = new Uint8Array(SNAPSHOT_BODY_BYTES_MAX);
  readonly #datagram = new Uint8Array(DATAGRAM_BYTES_MAX);

  constructor(world: World) {
    this.#world = world;
    this.#encoder = new SnapshotEncoder(worldLayout(world));
  }

  take(): void {
    const isFull = this.#frames.length > BASELINE_TICKS;
    const frame = (isFull ? this.#frames.shift() : undefined) ?? new SnapshotFrame();
    captureEvents(this.#world, this.#events);
    captureFrame(this.#world, frame);
    this.#frames.push(frame);
    if (isFull) this.#views.shift();
    const view = viewWorld(this.#world, this.#views.at(-1)?.view);
    this.#views.push({ view, events: this.#newEvents() });
  }

  binaryBytes(): number {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return NaN;
    const baseline = this.#frames[0];
    const length = this.#encoder.encode(frame, this.#body, { baseline, events: this.#events });
    const prefix = new SnapshotPrefix();
    prefix.tick = frame.tick;
    prefix.baselineTicks = BASELINE_TICKS;
    prefix.inputSeq = frame.tick;
    prefix.inputWaitTicks = 1;
    prefix.ownSpeedMm = Math.round((this.#world.tankAt(0)?.speedUmPerTick ?? 0) / 1_000);
    const body = this.#body.subarray(0, length);
    return encodeSnapshot(prefix, body, this.#datagram) + DATAGRAM_TAG_BYTES;
  }

  jsonBytes(): number {
    const [base] = this.#views;
    const newest = this.#views.at(-1);
    if (base === undefined || newest === undefined) return NaN;
    const events = this.#views.slice(1).flatMap((one) => one.events);
    const body = encodeStateBody(newest.view, base.view, events);
    return encodeState(newest.view.tick, base.view.tick, newest.view.tick, body).length;
  }

  #newEvents(): EventView[] {
    const { events, tick } = this.#world;
    return events.flatMap((event) => {
      const view = viewEvent(event, tick, (slot) => this.#world.tankAt(slot)?.tankId);
      return view === undefined ? [] : [view];
    });
  }
}
