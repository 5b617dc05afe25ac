// What 100 players in a large arena are sent when each is told of what is near, and of everything.
import { Rng } from "../../core/rng.ts";
import { openScriptedWorld, pressKeys } from "../../tests/fixtures/simulate_match.ts";
import type { World } from "../simulation/world.ts";
import { FrameHistory } from "./frame_history.ts";
import { WHOLE_ARENA } from "./sight_grid.ts";

const TANKS = 100;
/** How old baselines are: 100 ms there and back, and a tick to notice, at 30 Hz. */
const BASELINE_TICKS = 4;
/** Until tanks are where battles take them. */
const SKIPPED_TICKS = 600;
const LONG = { scoreLimit: 10_000, timeLimitMs: 3_600_000 };

type CellOf = (frames: FrameHistory, slot: number) => number;

const near: CellOf = (frames, slot) => frames.cellOf(slot);
const everything: CellOf = () => WHOLE_ARENA;

/** All players of a match, each of whom acknowledges everything four ticks later. */
class Audience {
  readonly #frames: FrameHistory;
  readonly #cellOf: CellOf;
  /** From where each saw the last snapshots, the oldest first. */
  readonly #cells: number[][] = Array.from({ length: TANKS }, () => []);

  constructor(world: World, cellOf: CellOf) {
    this.#frames = new FrameHistory(world);
    this.#cellOf = cellOf;
  }

  /** Makes a tick's snapshots; gives the bytes of each, without header, prefix and tag. */
  take(): number[] {
    const frames = this.#frames;
    frames.observe();
    frames.capture();
    return this.#cells.map((cells, slot) => {
      const cell = this.#cellOf(frames, slot);
      const isYoung = cells.length < BASELINE_TICKS;
      const tick = isYoung ? 0 : frames.newestTick - BASELINE_TICKS;
      const baseline = { tick, cell: isYoung ? WHOLE_ARENA : cells.shift() ?? WHOLE_ARENA };
      cells.push(cell);
      return frames.body(baseline, cell)?.length ?? 0;
    });
  }
}

function bench(name: string, cellOf: CellOf, isBaseline: boolean): void {
  const world = openScriptedWorld({
    seed: 1,
    ticks: 0,
    modeName: "steppe_war",
    tankCount: TANKS,
    rules: LONG,
  });
  const rng = new Rng(1);
  const audience = new Audience(world, cellOf);
  const step = (): number[] => {
    pressKeys(world, rng);
    world.step();
    return audience.take();
  };
  for (let tick = 0; tick < SKIPPED_TICKS; tick++) step();
  const bytes = Array.from({ length: SKIPPED_TICKS }, step).flat().toSorted((a, b) => a - b);
  const quantile = (share: number): number => bytes[Math.floor(bytes.length * share)] ?? 0;
  Deno.bench(
    `step and snapshots of 100 tanks, told of ${name}: p50 ${quantile(0.5)}, p99 ${
      quantile(0.99)
    } bytes`,
    { group: "interest", baseline: isBaseline },
    () => void step(),
  );
}

bench("what is near", near, true);
bench("everything", everything, false);
