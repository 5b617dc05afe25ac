import type { Shell } from "../simulation/shell.ts";
import type { Tank } from "../simulation/tank.ts";
import { headingOf } from "../simulation/trigonometry.ts";
import type { World } from "../simulation/world.ts";
import type { WorldEvent } from "../simulation/world_event.ts";
import { EVENT_KINDS, type FrameEvents } from "./frame_events.ts";
import { type FrameLayout, frameLayout, UM_PER_CM } from "./frame_layout.ts";
import { OUTCOMES, SHELL, type SnapshotFrame, TANK, TANK_FLAGS } from "./snapshot_frame.ts";
import { SCORE_MAX, SHELLS_MAX } from "./snapshot_limits.ts";

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

/**
 * Writes a world, as clients see it, into a frame of its layout. Allocates nothing once the frame has
 * held as many shells.
 *
 * @param previous an earlier frame of the world: whose names are still the same is not named anew, so that
 * frames are compared by numbers alone
 */
export function captureFrame(world: World, frame: SnapshotFrame, previous?: SnapshotFrame): void {
  frame.tick = world.tick;
  const { outcome, scores, shells, tanks, tuning } = world;
  frame.outcome = outcome === undefined ? OUTCOMES.none : OUTCOMES[outcome.reason];
  frame.winner = outcome?.winner ?? 0;
  for (let team = 1; team <= frame.teamMax; team++) {
    frame.setTeamScore(team, Math.min(SCORE_MAX, scores[team] ?? 0));
  }
  let next = 0;
  for (const tank of tanks) {
    for (; next < tank.slot; next++) frame.removeTank(next);
    captureTank(tank, frame, previous);
    next = tank.slot + 1;
  }
  for (; next < frame.slotCount; next++) frame.removeTank(next);
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

function captureTank(tank: Tank, frame: SnapshotFrame, previous: SnapshotFrame | undefined): void {
  const { slot, tankId, playerId } = tank;
  const isKnown = previous !== undefined && previous.tankId(slot) === tankId &&
    previous.playerId(slot) === playerId && previous.hasTank(slot);
  if (isKnown) frame.copyNames(previous, slot);
  else frame.setNames(slot, tankId, playerId);
  frame.setTank(slot, TANK.xCm, cmFromUm(tank.xUm));
  frame.setTank(slot, TANK.yCm, cmFromUm(tank.yUm));
  frame.setTank(slot, TANK.heading, wireHeading(tank.heading));
  frame.setTank(slot, TANK.turret, wireHeading(tank.turret));
  frame.setTank(slot, TANK.hp, tank.hp);
  frame.setTank(slot, TANK.team, tank.team);
  frame.setTank(slot, TANK.score, Math.min(SCORE_MAX, tank.score));
  const alive = tank.alive ? TANK_FLAGS.alive : 0;
  frame.setTank(slot, TANK.flags, tank.protectedTicks > 0 ? alive | TANK_FLAGS.protected : alive);
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
    const ahead = frame.shell(at - 1, SHELL.tick) - firedTick ||
      frame.shell(at - 1, SHELL.slot) - slot;
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
  frame.setShell(index, SHELL.tick, frame.tick - age);
  frame.setShell(index, SHELL.slot, shell.ownerSlot);
  frame.setShell(index, SHELL.xCm, cmFromUm(shell.xUm - velocityXUm * age));
  frame.setShell(index, SHELL.yCm, cmFromUm(shell.yUm - velocityYUm * age));
  frame.setShell(index, SHELL.heading, wireHeading(headingOf(velocityXUm, velocityYUm)));
}

function captureEvent(event: WorldEvent, tick: number, events: FrameEvents): void {
  // A match's end is part of every later frame.
  if (event.kind === "ended") return;
  const at = events.add(EVENT_KINDS[event.kind], tick, event.slot);
  if (event.kind === "shot") events.lagTicks[at] = event.lagTicks;
  if (event.kind === "damaged" || event.kind === "destroyed") events.by[at] = event.by;
  if (event.kind !== "damaged") return;
  events.damage[at] = event.damage;
  events.hp[at] = event.hp;
}
