import type { Shell } from "../simulation/shell.ts";
import type { Tank } from "../simulation/tank.ts";
import { headingOf } from "../simulation/trigonometry.ts";
import type { World } from "../simulation/world.ts";
import type { WorldEvent } from "../simulation/world_event.ts";
import { EVENT_KINDS, type FrameEvents } from "./frame_events.ts";
import { type FrameLayout, frameLayout, UM_PER_CM } from "./frame_layout.ts";
import { OUTCOMES, type SnapshotFrame, TANK_FLAGS } from "./snapshot_frame.ts";
import { SCORE_MAX, SHELLS_MAX, SLOTS_MAX } from "./snapshot_limits.ts";

/** 16 headings of the simulation are one of the wire. */
const HEADING_SHIFT = 4;
const HEADING_HALF = 1 << (HEADING_SHIFT - 1);
const WIRE_HEADING_MASK = 0xfff;

/** The layout of a world's snapshots. */
export function worldLayout(world: World): FrameLayout {
  const { tickRate, rules, arena, scores } = world;
  const { widthUm, heightUm } = arena;
  return frameLayout({
    tickRate,
    slotCount: rules.tanksMax,
    teamMax: scores.length - 1,
    widthUm,
    heightUm,
  });
}

/** Writes a world, as clients see it, into a frame. Allocates nothing. */
export function captureFrame(world: World, frame: SnapshotFrame): void {
  frame.tick = world.tick;
  const { outcome, scores, shells, tuning } = world;
  frame.outcome = outcome === undefined ? OUTCOMES.none : OUTCOMES[outcome.reason];
  frame.winner = outcome?.winner ?? 0;
  for (let team = 0; team <= SLOTS_MAX; team++) {
    frame.teamScore[team] = Math.min(SCORE_MAX, scores[team] ?? 0);
  }
  frame.present.fill(0);
  for (const tank of world.tanks) captureTank(tank, frame);
  // The oldest stay: a client knows them. The bound is above what tanks can fire.
  frame.shellCount = Math.min(shells.length, SHELLS_MAX);
  for (let index = 0; index < frame.shellCount; index++) {
    const shell = shells[index];
    if (shell === undefined) continue;
    const age = tuning.shellTicks - shell.ticksLeft;
    const at = makeRoom(frame, index, { firedTick: frame.tick - age, slot: shell.ownerSlot });
    captureShell(shell, { frame, index: at, age });
  }
}

/** Adds what happened in the world's last step. Allocates nothing. */
export function captureEvents(world: World, events: FrameEvents): void {
  for (const event of world.events) captureEvent(event, world.tick, events);
}

/** Centimetres of micrometres of a place in an arena. */
export function cmFromUm(um: number): number {
  return Math.floor((um + UM_PER_CM / 2) / UM_PER_CM);
}

/** A heading of the wire, 0..4095, from one of the simulation. */
export function wireHeading(heading: number): number {
  return ((heading + HEADING_HALF) >> HEADING_SHIFT) & WIRE_HEADING_MASK;
}

function captureTank(tank: Tank, frame: SnapshotFrame): void {
  const { slot } = tank;
  frame.present[slot] = 1;
  frame.xCm[slot] = cmFromUm(tank.xUm);
  frame.yCm[slot] = cmFromUm(tank.yUm);
  frame.heading[slot] = wireHeading(tank.heading);
  frame.turret[slot] = wireHeading(tank.turret);
  frame.hp[slot] = tank.hp;
  frame.team[slot] = tank.team;
  frame.score[slot] = Math.min(SCORE_MAX, tank.score);
  frame.flags[slot] = (tank.alive ? TANK_FLAGS.alive : 0) |
    (tank.protectedTicks > 0 ? TANK_FLAGS.protected : 0);
  frame.tankId[slot] = tank.tankId;
  frame.playerId[slot] = tank.playerId;
}

/**
 * Where the shell that comes next belongs: those that were fired later move up by one. The world has them
 * in the order in which it heard of them, and a shot is judged by what its shooter saw, up to 250 ms ago.
 */
function makeRoom(
  frame: SnapshotFrame,
  shellCount: number,
  { firedTick, slot }: { readonly firedTick: number; readonly slot: number },
): number {
  let at = shellCount;
  for (; at > 0; at--) {
    const ahead = (frame.shellTick[at - 1] ?? 0) - firedTick ||
      (frame.shellSlot[at - 1] ?? 0) - slot;
    if (ahead < 0) break;
    frame.copyShell(frame, at - 1, at);
  }
  return at;
}

/** A shell where it began: the same numbers for as long as it flies. */
function captureShell(
  shell: Shell,
  { frame, index, age }: {
    readonly frame: SnapshotFrame;
    readonly index: number;
    readonly age: number;
  },
): void {
  const { velocityXUm, velocityYUm } = shell;
  frame.shellTick[index] = frame.tick - age;
  frame.shellSlot[index] = shell.ownerSlot;
  frame.shellXCm[index] = cmFromUm(shell.xUm - velocityXUm * age);
  frame.shellYCm[index] = cmFromUm(shell.yUm - velocityYUm * age);
  frame.shellHeading[index] = wireHeading(headingOf(velocityXUm, velocityYUm));
}

function captureEvent(event: WorldEvent, tick: number, events: FrameEvents): void {
  // A match's end is part of every later frame.
  if (event.kind === "ended") return;
  const at = events.add(EVENT_KINDS[event.kind], tick, event.slot);
  if (event.kind === "damaged" || event.kind === "destroyed") events.by[at] = event.by;
  if (event.kind !== "damaged") return;
  events.damage[at] = event.damage;
  events.hp[at] = event.hp;
}
