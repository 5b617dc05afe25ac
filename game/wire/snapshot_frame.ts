// Long because a frame is one record: all that is in it is read and written here, in a few lines each.
import { SHELLS_MAX, SLOTS_MAX } from "./snapshot_limits.ts";

/** Bits of {@linkcode TANK.flags}. */
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

/** The numbers that a frame has of a tank; {@linkcode SnapshotFrame.tank} reads them. */
export const TANK = {
  /** Centimetres. */
  xCm: 1,
  /** Centimetres. */
  yCm: 2,
  /** The hull's heading in 4096ths of a turn. */
  heading: 3,
  /** The turret's heading in 4096ths of a turn, in the arena. */
  turret: 4,
  /** 0..100 */
  hp: 5,
  /** 1 and up. */
  team: 6,
  /** 0..65535; beyond it stays there. */
  score: 7,
  /** Of {@linkcode TANK_FLAGS}. */
  flags: 8,
} as const;

/** The numbers that a frame has of a shell; {@linkcode SnapshotFrame.shell} reads them. */
export const SHELL = {
  /** The tick in which it was fired. With the slot it names the shell: a tank fires once a tick. */
  tick: 0,
  /** The slot of the tank that fired it. */
  slot: 1,
  /** Where it began, cm; it flies straight from there, by the tuning's speed a tick. */
  xCm: 2,
  /** Where it began, cm. */
  yCm: 3,
  /** Where it flies, in 4096ths of a turn. */
  heading: 4,
} as const;

/** One of {@linkcode TANK}. */
export type TankField = typeof TANK[keyof typeof TANK];

/** One of {@linkcode SHELL}. */
export type ShellField = typeof SHELL[keyof typeof SHELL];

/** What a frame has room for; a `FrameLayout` says it too. */
export interface FrameSize {
  /** Slots for tanks, 1..100. */
  readonly slotCount: number;
  /** The highest team number, 1..100. */
  readonly teamMax: number;
}

const SIZE_MAX: FrameSize = { slotCount: SLOTS_MAX, teamMax: SLOTS_MAX };

/** The word of a tank that comes before those of {@linkcode TANK}: the number of its names, 0 for no tank. */
const NAMES_NUMBER = 0;
const TANK_WORDS = 9;
const SHELL_WORDS = 5;
/** So many are in flight where no tank is destroyed and back before its shells are spent. */
const SHELLS_PER_TANK = 2;

/**
 * The number that names were given last, in any frame. Where two frames have one number in a slot their names
 * are the same, and are not looked at. Far fewer than 2^32 are given while a frame is kept.
 */
let lastNamesNumber = 0;

/**
 * A match at one tick, as clients see it: quantised unsigned integers, used again. All numbers of tanks,
 * teams and shells are one array, tanks first, so that a frame is few cache lines; there is a frame for
 * each of the last ticks of each match. Shells from `shellCount` on mean nothing.
 */
export class SnapshotFrame implements FrameSize {
  /** The match's tick, 1 and up. */
  tick = 0;
  /** One of {@linkcode OUTCOMES}. */
  outcome: number = OUTCOMES.none;
  /** The team that won; 0 for a draw, or while the match goes on. */
  winner = 0;
  /** Shells in flight, in ascending order of the tick in which they were fired, then of the slot. */
  shellCount = 0;
  /** Slots for tanks. */
  readonly slotCount: number;
  /** The highest team number. */
  readonly teamMax: number;
  readonly #shellsAt: number;
  #words: Uint32Array;
  /** By slot, the tank's id and then its driver's. */
  readonly #names: string[];

  /** An empty match before its first tick; undefined: of the largest size. */
  constructor({ slotCount, teamMax }: FrameSize = SIZE_MAX) {
    this.slotCount = slotCount;
    this.teamMax = teamMax;
    this.#shellsAt = slotCount * TANK_WORDS + teamMax + 1;
    const shellRoom = Math.min(SHELLS_MAX, SHELLS_PER_TANK * slotCount);
    this.#words = new Uint32Array(this.#shellsAt + shellRoom * SHELL_WORDS);
    this.#names = new Array<string>(2 * slotCount).fill("");
  }

  /** Whether the slot holds a tank; nothing else in it means anything where it does not. */
  hasTank(slot: number): boolean {
    return slot < this.slotCount && (this.#words[slot * TANK_WORDS + NAMES_NUMBER] ?? 0) !== 0;
  }

  /** A number of the tank in a slot. */
  tank(slot: number, field: TankField): number {
    return this.#words[slot * TANK_WORDS + field] ?? 0;
  }

  /** Sets a number of the tank in a slot. */
  setTank(slot: number, field: TankField, value: number): void {
    this.#words[slot * TANK_WORDS + field] = value;
  }

  /** The id of the tank in a slot; another tank in the same slot has another. Empty: there is none. */
  tankId(slot: number): string {
    return this.hasTank(slot) ? this.#names[2 * slot] ?? "" : "";
  }

  /** Who drives the tank in a slot; empty where nobody does. */
  playerId(slot: number): string {
    return this.hasTank(slot) ? this.#names[2 * slot + 1] ?? "" : "";
  }

  /** Whether a slot that holds a tank in this and another frame holds the same in both. */
  hasSameTank(other: SnapshotFrame, slot: number): boolean {
    return this.#namesNumber(slot) === other.#namesNumber(slot) ||
      this.tankId(slot) === other.tankId(slot);
  }

  /** Whether a tank that is in a slot of this and another frame has the same driver in both. */
  hasSamePlayer(other: SnapshotFrame, slot: number): boolean {
    return this.#namesNumber(slot) === other.#namesNumber(slot) ||
      this.playerId(slot) === other.playerId(slot);
  }

  /** Puts a tank in a slot, or gives the one there other names. */
  setNames(slot: number, tankId: string, playerId: string): void {
    lastNamesNumber = (lastNamesNumber + 1) >>> 0 || 1;
    this.#words[slot * TANK_WORDS + NAMES_NUMBER] = lastNamesNumber;
    this.#names[2 * slot] = tankId;
    this.#names[2 * slot + 1] = playerId;
  }

  /** Puts the tank in a slot that another frame has there, by its names. */
  copyNames(other: SnapshotFrame, slot: number): void {
    const at = slot * TANK_WORDS + NAMES_NUMBER;
    const number = other.#namesNumber(slot);
    if (this.#words[at] === number) return;
    this.#words[at] = number;
    this.#names[2 * slot] = other.#names[2 * slot] ?? "";
    this.#names[2 * slot + 1] = other.#names[2 * slot + 1] ?? "";
  }

  /** Empties a slot. */
  removeTank(slot: number): void {
    this.#words[slot * TANK_WORDS + NAMES_NUMBER] = 0;
  }

  /** A team's score, 0..65535. */
  teamScore(team: number): number {
    return this.#words[this.slotCount * TANK_WORDS + team] ?? 0;
  }

  /** Sets the score of a team up to `teamMax`. */
  setTeamScore(team: number, score: number): void {
    this.#words[this.slotCount * TANK_WORDS + team] = score;
  }

  /** A number of the shell at a place. */
  shell(index: number, field: ShellField): number {
    return this.#words[this.#shellsAt + index * SHELL_WORDS + field] ?? 0;
  }

  /** Sets a number of the shell at a place below {@linkcode SHELLS_MAX}; makes room where it takes more. */
  setShell(index: number, field: ShellField, value: number): void {
    const at = this.#shellsAt + index * SHELL_WORDS + field;
    if (at >= this.#words.length) this.#makeRoom();
    this.#words[at] = value;
  }

  /** An empty match before its first tick. */
  clear(): void {
    this.tick = 0;
    this.outcome = OUTCOMES.none;
    this.winner = 0;
    this.shellCount = 0;
    this.#words.fill(0);
  }

  /** Takes everything over from another of the same size, or of a smaller. */
  copyFrom(other: SnapshotFrame): void {
    this.tick = other.tick;
    this.outcome = other.outcome;
    this.winner = other.winner;
    for (let team = 0; team <= this.teamMax; team++) {
      this.setTeamScore(team, team <= other.teamMax ? other.teamScore(team) : 0);
    }
    for (let slot = 0; slot < this.slotCount; slot++) {
      if (other.hasTank(slot)) this.copyTank(other, slot);
      else this.removeTank(slot);
    }
    this.shellCount = other.shellCount;
    for (let index = 0; index < other.shellCount; index++) this.copyShell(other, index, index);
  }

  /** Takes the tank in a slot over from another frame. */
  copyTank(other: SnapshotFrame, slot: number): void {
    this.copyNames(other, slot);
    const start = slot * TANK_WORDS;
    for (let at = start + NAMES_NUMBER + 1; at < start + TANK_WORDS; at++) {
      this.#words[at] = other.#words[at] ?? 0;
    }
  }

  /** Takes a shell over from another frame. */
  copyShell(other: SnapshotFrame, from: number, to: number): void {
    this.setShell(to, SHELL.tick, other.shell(from, SHELL.tick));
    this.setShell(to, SHELL.slot, other.shell(from, SHELL.slot));
    this.setShell(to, SHELL.xCm, other.shell(from, SHELL.xCm));
    this.setShell(to, SHELL.yCm, other.shell(from, SHELL.yCm));
    this.setShell(to, SHELL.heading, other.shell(from, SHELL.heading));
  }

  #namesNumber(slot: number): number {
    return this.#words[slot * TANK_WORDS + NAMES_NUMBER] ?? 0;
  }

  #makeRoom(): void {
    const words = new Uint32Array(this.#shellsAt + SHELLS_MAX * SHELL_WORDS);
    words.set(this.#words);
    this.#words = words;
  }
}
