/** What an overloaded server does without, the mildest first. */
export const LOAD_LEVELS = ["normal", "fewer_snapshots", "fewest_snapshots", "no_joins"] as const;

/** One of {@linkcode LOAD_LEVELS}. */
export type LoadLevel = typeof LOAD_LEVELS[number];

/** How a {@linkcode LoadGovernor} is set up. */
export interface LoadGovernorOptions {
  /** What a tick may take, in seconds: the length of a tick. */
  readonly budgetS: number;
  /** Ticks a second. */
  readonly tickRate: number;
  /** Told when the level changes, with the mean share of the budget that led to it. */
  readonly onChange: (level: LoadLevel, share: number) => void;
}

/** The share of the budget above which a server is overloaded. */
export const OVERLOAD_SHARE = 0.9;
/** The share below which it has room again; the distance keeps it from going to and fro. */
export const RELIEF_SHARE = 0.6;
/** How long it must be overloaded before it does without something, in seconds. */
const OVERLOAD_S = 1;
/** How long it must have room before it takes something back, in seconds. */
const RELIEF_S = 5;
/** The mean is taken over about so many seconds. */
const MEAN_S = 0.5;

/**
 * Decides what a server does without when its ticks take longer than they may: first snapshots, then
 * joins; never a match. Going down takes a second for each level, coming back five.
 */
export class LoadGovernor {
  readonly #options: LoadGovernorOptions;
  readonly #weight: number;
  /** The mean share of the budget that the latest ticks took; 1 is all of it. */
  #share = 0;
  #level = 0;
  #ticksOver = 0;
  #ticksUnder = 0;

  /** Starts at `normal`. */
  constructor(options: LoadGovernorOptions) {
    this.#options = options;
    this.#weight = 1 / Math.max(1, MEAN_S * options.tickRate);
  }

  /** What it does without now. */
  get level(): LoadLevel {
    return LOAD_LEVELS[this.#level] ?? "normal";
  }

  /** Ticks of the simulation for each snapshot that would be sent otherwise: 1, 2 or 4. */
  get snapshotDivisor(): number {
    return Math.min(4, 2 ** this.#level);
  }

  /** Whether somebody new may join. */
  get admits(): boolean {
    return this.level !== "no_joins";
  }

  /** Takes what one tick took, in seconds. */
  observe(durationS: number): void {
    const share = durationS / this.#options.budgetS;
    this.#share += (share - this.#share) * this.#weight;
    const { tickRate } = this.#options;
    this.#ticksOver = this.#share > OVERLOAD_SHARE ? this.#ticksOver + 1 : 0;
    this.#ticksUnder = this.#share < RELIEF_SHARE ? this.#ticksUnder + 1 : 0;
    if (this.#ticksOver >= OVERLOAD_S * tickRate) this.#moveTo(this.#level + 1);
    else if (this.#ticksUnder >= RELIEF_S * tickRate) this.#moveTo(this.#level - 1);
  }

  #moveTo(level: number): void {
    this.#ticksOver = 0;
    this.#ticksUnder = 0;
    const held = Math.min(Math.max(level, 0), LOAD_LEVELS.length - 1);
    if (held === this.#level) return;
    this.#level = held;
    this.#options.onChange(this.level, this.#share);
  }
}
