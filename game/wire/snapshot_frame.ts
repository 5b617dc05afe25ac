import { SHELLS_MAX, SLOTS_MAX } from "./snapshot_limits.ts";

/** Bits of {@linkcode SnapshotFrame.flags}. */
export const TANK_FLAGS = {
  /** False from its destruction until it returns. */
  alive: 1,
  /** Nothing hurts it for now. */
  protected: 2,
} as const;

/** How a match ended, in {@linkcode SnapshotFrame.outcome}. */
export const OUTCOMES = {
  /** The match goes on. */
  none: 0,
  /** A team reached the score limit. */
  score: 1,
  /** Its time was over. */
  time: 2,
} as const;

/**
 * A match at one tick, as clients see it: quantised integers by slot, in arrays that are used again. What
 * is in a slot that is not `present` means nothing, and so do shells from `shellCount` on.
 */
export class SnapshotFrame {
  /** The match's tick, 1 and up. */
  tick = 0;
  /** One of {@linkcode OUTCOMES}. */
  outcome: number = OUTCOMES.none;
  /** The team that won; 0 for a draw, or while the match goes on. */
  winner = 0;

  /** 1 where the slot holds a tank. */
  readonly present: Uint8Array = new Uint8Array(SLOTS_MAX);
  /** Centimetres. */
  readonly xCm: Int32Array = new Int32Array(SLOTS_MAX);
  /** Centimetres. */
  readonly yCm: Int32Array = new Int32Array(SLOTS_MAX);
  /** The hull's heading in 4096ths of a turn. */
  readonly heading: Uint16Array = new Uint16Array(SLOTS_MAX);
  /** The turret's heading in 4096ths of a turn, in the arena. */
  readonly turret: Uint16Array = new Uint16Array(SLOTS_MAX);
  /** 0..100 */
  readonly hp: Uint8Array = new Uint8Array(SLOTS_MAX);
  /** 1 and up. */
  readonly team: Uint8Array = new Uint8Array(SLOTS_MAX);
  /** 0..65535; beyond it stays there. */
  readonly score: Uint16Array = new Uint16Array(SLOTS_MAX);
  /** Of {@linkcode TANK_FLAGS}. */
  readonly flags: Uint8Array = new Uint8Array(SLOTS_MAX);
  /** Another tank in the same slot has another id. */
  readonly tankId: string[] = new Array<string>(SLOTS_MAX).fill("");
  /** Who drives it; empty where nobody does. */
  readonly playerId: string[] = new Array<string>(SLOTS_MAX).fill("");

  /** By team number, 0..65535; 0 is nobody's. */
  readonly teamScore: Uint16Array = new Uint16Array(SLOTS_MAX + 1);

  /** Shells in flight, in ascending order of the tick in which they were fired, then of the slot. */
  shellCount = 0;
  /** The tick in which it was fired. With the slot it names the shell: a tank fires once a tick. */
  readonly shellTick: Uint32Array = new Uint32Array(SHELLS_MAX);
  /** The slot of the tank that fired it. */
  readonly shellSlot: Uint8Array = new Uint8Array(SHELLS_MAX);
  /** Where it began, cm; it flies straight from there, by the tuning's speed a tick. */
  readonly shellXCm: Int32Array = new Int32Array(SHELLS_MAX);
  /** Where it began, cm. */
  readonly shellYCm: Int32Array = new Int32Array(SHELLS_MAX);
  /** Where it flies, in 4096ths of a turn. */
  readonly shellHeading: Uint16Array = new Uint16Array(SHELLS_MAX);

  /** An empty match before its first tick. */
  clear(): void {
    this.tick = 0;
    this.outcome = OUTCOMES.none;
    this.winner = 0;
    this.present.fill(0);
    this.teamScore.fill(0);
    this.shellCount = 0;
  }

  /** Takes everything over from another. */
  copyFrom(other: SnapshotFrame): void {
    this.tick = other.tick;
    this.outcome = other.outcome;
    this.winner = other.winner;
    this.teamScore.set(other.teamScore);
    this.present.set(other.present);
    for (let slot = 0; slot < SLOTS_MAX; slot++) {
      if (other.present[slot] === 1) this.copyTank(other, slot);
    }
    this.shellCount = other.shellCount;
    for (let index = 0; index < other.shellCount; index++) this.copyShell(other, index, index);
  }

  /** Takes the tank in a slot over from another frame. */
  copyTank(other: SnapshotFrame, slot: number): void {
    this.present[slot] = other.present[slot] ?? 0;
    this.xCm[slot] = other.xCm[slot] ?? 0;
    this.yCm[slot] = other.yCm[slot] ?? 0;
    this.heading[slot] = other.heading[slot] ?? 0;
    this.turret[slot] = other.turret[slot] ?? 0;
    this.hp[slot] = other.hp[slot] ?? 0;
    this.team[slot] = other.team[slot] ?? 0;
    this.score[slot] = other.score[slot] ?? 0;
    this.flags[slot] = other.flags[slot] ?? 0;
    this.tankId[slot] = other.tankId[slot] ?? "";
    this.playerId[slot] = other.playerId[slot] ?? "";
  }

  /** Takes a shell over from another frame. */
  copyShell(other: SnapshotFrame, from: number, to: number): void {
    this.shellTick[to] = other.shellTick[from] ?? 0;
    this.shellSlot[to] = other.shellSlot[from] ?? 0;
    this.shellXCm[to] = other.shellXCm[from] ?? 0;
    this.shellYCm[to] = other.shellYCm[from] ?? 0;
    this.shellHeading[to] = other.shellHeading[from] ?? 0;
  }
}
