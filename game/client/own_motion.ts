import type { TankMotion } from "../simulation/move_tank.ts";
import { UM_PER_CM } from "../wire/frame_layout.ts";
import { type SnapshotFrame, TANK, TANK_FLAGS } from "../wire/snapshot_frame.ts";
import type { SnapshotPrefix } from "../wire/snapshot_prefix.ts";
import { cmFromUm, wireHeading } from "../wire/world_frame.ts";

/** The own tank as a snapshot shows it, and the input up to which it was moved. */
export interface OwnMotion extends Readonly<TankMotion> {
  /** The newest input that has been applied; 0: none. */
  readonly inputSeq: number;
  /** Whether it moves at all. */
  readonly alive: boolean;
  /** The tick of the snapshot. */
  readonly tick: number;
}

const UM_PER_MM = 1_000;
const SIMULATION_PER_WIRE_HEADING = 16;

/** The tank in a slot of a snapshot; undefined where it is not there. */
export function ownMotionOf(
  frame: SnapshotFrame,
  slot: number,
  prefix: SnapshotPrefix,
): OwnMotion | undefined {
  if (!frame.hasTank(slot)) return undefined;
  return {
    inputSeq: prefix.inputSeq,
    alive: (frame.tank(slot, TANK.flags) & TANK_FLAGS.alive) !== 0,
    tick: frame.tick,
    xUm: frame.tank(slot, TANK.xCm) * UM_PER_CM,
    yUm: frame.tank(slot, TANK.yCm) * UM_PER_CM,
    heading: frame.tank(slot, TANK.heading) * SIMULATION_PER_WIRE_HEADING,
    turret: frame.tank(slot, TANK.turret) * SIMULATION_PER_WIRE_HEADING,
    speedUmPerTick: prefix.ownSpeedMm * UM_PER_MM,
  };
}

/** Whether a motion would be sent as just what the snapshot shows. */
export function looksLike(motion: Readonly<TankMotion>, shown: OwnMotion): boolean {
  return cmFromUm(motion.xUm) * UM_PER_CM === shown.xUm &&
    cmFromUm(motion.yUm) * UM_PER_CM === shown.yUm &&
    wireHeading(motion.heading) * SIMULATION_PER_WIRE_HEADING === shown.heading &&
    wireHeading(motion.turret) * SIMULATION_PER_WIRE_HEADING === shown.turret &&
    Math.round(motion.speedUmPerTick / UM_PER_MM) * UM_PER_MM === shown.speedUmPerTick;
}
