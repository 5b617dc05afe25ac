import { SLOTS_MAX } from "../wire/snapshot_limits.ts";
import { type SnapshotFrame, TANK_FLAGS } from "../wire/snapshot_frame.ts";

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
  for (let slot = 0; slot < SLOTS_MAX; slot++) {
    if (frame.present[slot] !== 1) continue;
    const tank = seenTankOf(frame, slot);
    tanks.set(tank.tankId, tank);
  }
  const shells: SeenShell[] = [];
  for (let index = 0; index < frame.shellCount; index++) shells.push(seenShellOf(frame, index));
  return { tick: frame.tick, tanks, shells };
}

function seenTankOf(frame: SnapshotFrame, slot: number): SeenTank {
  return {
    tankId: frame.tankId[slot] ?? "",
    playerId: frame.playerId[slot] ?? "",
    xM: (frame.xCm[slot] ?? 0) / CM_PER_M,
    yM: (frame.yCm[slot] ?? 0) / CM_PER_M,
    headingRad: (frame.heading[slot] ?? 0) * RADIANS_PER_WIRE_HEADING,
    turretRad: (frame.turret[slot] ?? 0) * RADIANS_PER_WIRE_HEADING,
    hp: frame.hp[slot] ?? 0,
    team: frame.team[slot] ?? 0,
    score: frame.score[slot] ?? 0,
    alive: ((frame.flags[slot] ?? 0) & TANK_FLAGS.alive) !== 0,
  };
}

function seenShellOf(frame: SnapshotFrame, index: number): SeenShell {
  const tick = frame.shellTick[index] ?? 0;
  return {
    id: `${tick}:${frame.shellSlot[index] ?? 0}`,
    tick,
    xM: (frame.shellXCm[index] ?? 0) / CM_PER_M,
    yM: (frame.shellYCm[index] ?? 0) / CM_PER_M,
    headingRad: (frame.shellHeading[index] ?? 0) * RADIANS_PER_WIRE_HEADING,
  };
}
