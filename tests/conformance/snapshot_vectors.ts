// Long because a series has a method for each thing that can be sent.
import type { JsonObject } from "../../core/json.ts";
import { Rng } from "../../core/rng.ts";
import { Tank } from "../../game/simulation/tank.ts";
import type { World } from "../../game/simulation/world.ts";
import { EVENT_KINDS, FrameEvents } from "../../game/wire/frame_events.ts";
import { frameHash } from "../../game/wire/frame_hash.ts";
import type { FrameLayout } from "../../game/wire/frame_layout.ts";
import { SnapshotEncoder } from "../../game/wire/snapshot_encoder.ts";
import { SHELL, SnapshotFrame } from "../../game/wire/snapshot_frame.ts";
import { SNAPSHOT_BODY_BYTES_MAX } from "../../game/wire/snapshot_limits.ts";
import { encodeSnapshot, partCountOf } from "../../game/wire/snapshot_parts.ts";
import { SnapshotPrefix } from "../../game/wire/snapshot_prefix.ts";
import { captureEvents, captureFrame, worldLayout } from "../../game/wire/world_frame.ts";
import { type MatchScript, openScriptedWorld, pressKeys } from "../fixtures/simulate_match.ts";
import { meaningOfFrame, meaningOfPrefix } from "./meaning.ts";
import { sealed } from "./vector_datagram.ts";
import type { VectorCase, VectorFile } from "./vector_file.ts";

/** A match of which snapshots are made, with the datagrams so far and what they mean. */
export class SnapshotSeries {
  /** The world that is played. */
  readonly world: World;
  /** Of its snapshots. */
  readonly layout: FrameLayout;
  /** Datagrams in the order in which a client gets them. */
  readonly datagrams: string[] = [];
  /** What each of them leads to. */
  readonly results: JsonObject[] = [];
  readonly #players: Rng;
  readonly #encoder: SnapshotEncoder;
  readonly #frames = new Map<number, SnapshotFrame>();
  readonly #events = new FrameEvents();

  /** A match before its first tick. */
  constructor(script: MatchScript) {
    this.world = openScriptedWorld(script);
    this.layout = worldLayout(this.world);
    this.#players = new Rng(script.seed + 1);
    this.#encoder = new SnapshotEncoder(this.layout);
  }

  /** Plays so many ticks, each of which makes a frame. */
  play(ticks: number): this {
    for (let left = ticks; left > 0; left--) {
      pressKeys(this.world, this.#players);
      this.world.step();
      const frame = new SnapshotFrame();
      captureFrame(this.world, frame);
      captureEvents(this.world, this.#events);
      this.#frames.set(frame.tick, frame);
    }
    return this;
  }

  /** The frame of a tick that was played. @throws Error for another */
  frameAt(tick: number): SnapshotFrame {
    const frame = this.#frames.get(tick);
    if (frame === undefined) throw new Error(`Cannot make vectors: tick ${tick} was not played`);
    return frame;
  }

  /** The datagrams of the newest frame against that of some ticks before; 0: full. */
  encode(baselineTicks: number): Uint8Array[] {
    const frame = this.frameAt(this.world.tick);
    const baseline = baselineTicks === 0 ? undefined : this.frameAt(frame.tick - baselineTicks);
    const into = new Uint8Array(SNAPSHOT_BODY_BYTES_MAX);
    const length = this.#encoder.encode(frame, into, { baseline, events: this.#events });
    const body = into.subarray(0, length);
    return Array.from({ length: partCountOf(length) }, (_, partIndex) => {
      const prefix = this.prefix(baselineTicks, { partIndex, partCount: partCountOf(length) });
      return sealed("snapshot", (datagram) => encodeSnapshot(prefix, body, datagram));
    });
  }

  /** What the newest frame says to a client. */
  prefix(
    baselineTicks: number,
    parts: { readonly partIndex: number; readonly partCount: number },
  ): SnapshotPrefix {
    const { tick } = this.world;
    const prefix = new SnapshotPrefix();
    return Object.assign(prefix, parts, {
      tick,
      baselineTicks,
      inputSeq: tick * 3,
      inputWaitTicks: (tick % 5) - 2,
      ownSpeedMm: Math.trunc((this.world.tanks[0]?.speedUmPerTick ?? 0) / 1_000),
    });
  }

  /** Sends the newest frame against that of some ticks before; 0: full. */
  send(baselineTicks: number): this {
    const datagrams = this.encode(baselineTicks);
    for (const [partIndex, datagram] of datagrams.entries()) {
      const isLast = partIndex === datagrams.length - 1;
      const parts = { partIndex, partCount: datagrams.length };
      this.add(datagram, isLast ? this.complete(baselineTicks, parts) : { kind: "part" });
    }
    return this;
  }

  /** Adds a datagram and what it leads to. */
  add(datagram: Uint8Array, result: JsonObject): this {
    this.datagrams.push(datagram.toHex());
    this.results.push(result);
    return this;
  }

  /** What the last missing part of the newest frame leads to. */
  complete(
    baselineTicks: number,
    parts: { readonly partIndex: number; readonly partCount: number },
  ): JsonObject {
    const frame = this.frameAt(this.world.tick);
    return {
      kind: "frame",
      prefix: meaningOfPrefix(this.prefix(baselineTicks, parts)),
      hash: frameHash(frame, this.layout),
      frame: meaningOfFrame(frame, this.layout),
      events: baselineTicks === 0 ? [] : this.#eventsSince(frame, frame.tick - baselineTicks),
    };
  }

  /** The question that the series makes. */
  case(name: string): VectorCase {
    const { tickRate, slotCount, teamMax } = this.layout;
    const { widthUm, heightUm } = this.world.arena;
    return {
      name,
      request: {
        op: "snapshots",
        layout: {
          tick_rate: tickRate,
          slot_count: slotCount,
          team_max: teamMax,
          width_um: widthUm,
          height_um: heightUm,
        },
        datagrams: this.datagrams,
      },
      response: { results: this.results },
    };
  }

  /** Shots whose shells the frame has are seen by them. */
  #eventsSince(frame: SnapshotFrame, baseTick: number): JsonObject[] {
    const events = this.#events;
    const told: JsonObject[] = [];
    for (let index = 0; index < events.count; index++) {
      const at = events.at(index);
      const tick = events.tick[at] ?? 0;
      const slot = events.slot[at] ?? 0;
      if (tick <= baseTick) continue;
      const kind = Object.entries(EVENT_KINDS).find(([, value]) => value === events.kind[at])?.[0];
      const isSeen = Array.from({ length: frame.shellCount }, (_, shell) => shell)
        .some((shell) =>
          frame.shell(shell, SHELL.tick) === tick && frame.shell(shell, SHELL.slot) === slot
        );
      if (kind === "shot" && isSeen) continue;
      told.push({
        kind,
        tick,
        slot,
        ...(kind === "damaged" || kind === "destroyed" ? { by: events.by[at] } : {}),
        ...(kind === "damaged" ? { damage: events.damage[at], hp: events.hp[at] } : {}),
      });
    }
    return told;
  }
}

/** Series of snapshots, as one client gets them. */
export function snapshotVectors(): VectorFile {
  return {
    name: "snapshots",
    about: "SNAPSHOT in series: what each leads to at a client that begins with none.",
    cases: [battle(), comings(), alone(), parts(), strays()],
  };
}

function battle(): VectorCase {
  const series = new SnapshotSeries({ seed: 20, ticks: 0, tankCount: 10 }).play(60).send(0);
  for (const ticks of [1, 2, 3, 4, 4, 3, 5, 1, 9, 30]) series.play(ticks).send(ticks);
  return series.case("Ten tanks at 30 Hz, against baselines of different age");
}

function comings(): VectorCase {
  const series = new SnapshotSeries({ seed: 21, ticks: 0, tankCount: 3, tickRate: 60 }).play(40);
  series.send(0);
  series.world.removeTank(1);
  series.play(2).send(2);
  series.world.addTank(new Tank("tank-новый"), "𝄞".repeat(64));
  const [first] = series.world.tanks;
  if (first !== undefined) first.playerId = "";
  series.play(2).send(2);
  // Another tank in the same slot, within one delta.
  series.world.removeTank(2);
  series.world.addTank(new Tank("tank-4"), "");
  series.play(3).send(5);
  return series.case("Tanks that go, come and take another's slot, at 60 Hz");
}

function alone(): VectorCase {
  const rules = { scoreLimit: 1, friendlyFire: true, respawnMs: 500 };
  const script = { seed: 5, ticks: 0, modeName: "ffa", tankCount: 10, tickRate: 10, rules };
  const series = new SnapshotSeries(script).play(20).send(0);
  for (let sent = series.world.tick; series.world.outcome === undefined;) {
    series.play(1);
    const age = series.world.tick - sent;
    if (age < 4 && series.world.outcome === undefined) continue;
    series.send(age);
    sent = series.world.tick;
  }
  return series.case("Everybody alone at 10 Hz, until the match is over");
}

function parts(): VectorCase {
  const script = { seed: 8, ticks: 0, modeName: "steppe_war", tankCount: 100 };
  const series = new SnapshotSeries(script).play(45);
  const datagrams = series.encode(0);
  const partCount = datagrams.length;
  const [first, ...rest] = datagrams;
  if (first === undefined || rest.length < 2) throw new Error("Cannot make vectors: too few parts");
  // The first comes last, and one comes twice.
  for (const datagram of [...rest, ...rest.slice(0, 1)]) series.add(datagram, { kind: "part" });
  series.add(first, series.complete(0, { partIndex: 0, partCount }));
  series.add(first, { kind: "stale" });
  series.play(3).send(3);
  return series.case("A hundred tanks: a full snapshot in parts, and a delta");
}

function strays(): VectorCase {
  const series = new SnapshotSeries({ seed: 9, ticks: 0, tankCount: 4 }).play(10);
  const [old = new Uint8Array()] = series.encode(0);
  series.play(2);
  for (const datagram of series.encode(2)) {
    series.add(datagram, { kind: "refused", reason: "unknown_baseline" });
  }
  series.play(1).send(0).add(old, { kind: "stale" });
  series.play(34);
  for (const datagram of series.encode(36)) {
    series.add(datagram, { kind: "refused", reason: "unknown_baseline" });
  }
  series.send(34);
  return series.case("Snapshots that are too old, or against what the client does not have");
}
