import type { World } from "../../game/simulation/world.ts";
import { openScriptedWorld } from "../fixtures/simulate_match.ts";
import { type Figure, figureOf, type Round } from "./figure.ts";

const ROUNDS = 3;
const TANKS = 10;
const TICK_RATE = 30;
/** New inputs for everybody three times a second. */
const TICKS_PER_INPUT = 10;
const WARM_UP_STEPS = 20_000;
const MEASURED_MS = 1_000;
/** Steps between two looks at the clock. */
const STEPS_PER_LOOK = 500;
/** As long as a match can be. */
const LONG = { scoreLimit: 10_000, timeLimitMs: 3_600_000 };

/**
 * Steps a second of a 10-tank match in which everybody drives, turns, aims and shoots all the time,
 * beside one in which nobody does anything. The simulation alone: no sessions, states or sockets.
 */
export function measureSteps(): Figure[] {
  const rounds: Round[] = [];
  stepsPerSecond(play);
  stepsPerSecond(rest);
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ value: stepsPerSecond(play), baseline: stepsPerSecond(rest) });
  }
  const text = {
    name: "Steps of a busy 10-tank match",
    unit: "steps/s",
    baseline: "10 tanks that rest",
  };
  const { value } = figureOf({ ...text, notes: [] }, rounds);
  const matches = Math.floor(value / TICK_RATE);
  const notes = [
    `of the simulation alone, a core steps ${matches} such matches at ${TICK_RATE} Hz`,
  ];
  return [figureOf({ ...text, notes }, rounds)];
}

type Players = (world: World) => void;

function stepsPerSecond(players: Players): number {
  let world = openMatch();
  const step = (): void => {
    if (world.outcome !== undefined) world = openMatch();
    players(world);
    world.step();
  };
  for (let left = WARM_UP_STEPS; left > 0; left--) step();
  const startMs = performance.now();
  let stepCount = 0;
  let elapsedMs = 0;
  while (elapsedMs < MEASURED_MS) {
    for (let left = STEPS_PER_LOOK; left > 0; left--) step();
    stepCount += STEPS_PER_LOOK;
    elapsedMs = performance.now() - startMs;
  }
  return stepCount / (elapsedMs / 1_000);
}

function openMatch(): World {
  return openScriptedWorld({
    seed: 1,
    ticks: 0,
    tankCount: TANKS,
    tickRate: TICK_RATE,
    rules: LONG,
  });
}

function rest(): void {}

function play(world: World): void {
  if (world.tick % TICKS_PER_INPUT !== 0) return;
  for (const { slot } of world.tanks) {
    world.setInput(slot, {
      throttle: 127 - (world.tick + slot * 50) % 200,
      turn: (world.tick * 3 + slot * 70) % 255 - 127,
      turret: (world.tick * 97 + slot * 9_001) & 0xffff,
      fire: true,
    });
  }
}
