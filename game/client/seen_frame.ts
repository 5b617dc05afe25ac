import { SHELL, type SnapshotFrame, TANK, TANK_FLAGS } from "../wire/snapshot_frame.ts";

/** A tank as a client sees it, whatever the protocol: metres and radians. */
export interface SeenTank {
  /** Names it in its match. */
  readonly tankId: string;
  /** Who drives it; empty where nobody does, or where the protocol does not say. */
  readonly playerId: string;
  /** Metres. */
  readonly xM: number;
  /** Metres. */
  readonly yM: number;
  /** Where the hull looks, 0 <= r < 2 pi; 0 is +x, growing towards +y. */
  readonly headingRad: number;
  /** Where the turret looks, in the arena. */
  readonly turretRad: number;
  /** 0..100 */
  readonly hp: number;
  /** 1 and up. */
  readonly team: number;
  /** Points that it has made for its team. */
  readonly score: number;
  /** False from its destruction until it returns. */
  readonly alive: boolean;
}

/** A shell as a client sees it: it flies straight, so that one place and one tick tell all others. */
export interface SeenShell {
  /** Names it while it flies. */
  readonly id: string;
  /** When it was where `xM` and `yM` say; a fraction in what is shown. */
  readonly tick: number;
  /** Metres, at `tick`. */
  readonly xM: number;
  /** Metres, at `tick`. */
  readonly yM: number;
  /** Where it flies, radians. */
  readonly headingRad: number;
}

/** A match at one tick, as a client sees it. */
export interface SeenFrame {
  /** The match's tick. */
  readonly tick: number;
  /** By tank id. */
  readonly tanks: ReadonlyMap<string, SeenTank>;
  /** Those in flight. */
  readonly shells: readonly SeenShell[];
}

const CM_PER_M = 100;
const RADIANS_PER_WIRE_HEADING = 2 * Math.PI / 4_096;

/** A snapshot of the binary protocol as a client sees it. */
export function seenFrameOf(frame: SnapshotFrame): SeenFrame {
  const tanks = new Map<string, SeenTank>();
  for (let slot = 0; slot < frame.slotCount; slot++) {
    if (!frame.hasTank(slot)) continue;
    const tank = seenTankOf(frame, slot);
    tanks.set(tank.tankId, tank);
  }
  const shells: SeenShell[] = [];
  for (let index = 0; index < frame.shellCount; index++) shells.push(seenShellOf(frame, index));
  return { tick: frame.tick, tanks, shells };
}

function seenTankOf(frame: SnapshotFrame, slot: number): SeenTank {
  return {
    tankId: frame.tankId(slot),
    playerId: frame.playerId(slot),
    xM: frame.tank(slot, TANK.xCm) / CM_PER_M,
    yM: frame.tank(slot, TANK.yCm) / CM_PER_M,
    headingRad: frame.tank(slot, TANK.heading) * RADIANS_PER_WIRE_HEADING,
    turretRad: frame.tank(slot, TANK.turret) * RADIANS_PER_WIRE_HEADING,
    hp: frame.tank(slot, TANK.hp),
    team: frame.tank(slot, TANK.team),
    score: frame.tank(slot, TANK.score),
    alive: (frame.tank(slot, TANK.flags) & TANK_FLAGS.alive) !== 0,
  };
}

function seenShellOf(frame: SnapshotFrame, index: number): SeenShell {
  const tick = frame.shell(index, SHELL.tick);
  return {
    id: `${tick}:${frame.shell(index, SHELL.slot)}`,
    tick,
    xM: frame.shell(index, SHELL.xCm) / CM_PER_M,
    yM: frame.shell(index, SHELL.yCm) / CM_PER_M,
    headingRad: frame.shell(index, SHELL.heading) * RADIANS_PER_WIRE_HEADING,
  };
}
