import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../../core/rng.ts";
import { tryArena } from "../../simulation/built_in_arenas.ts";
import { moveTank } from "../../simulation/move_tank.ts";
import { tankInputFrom } from "../../simulation/tank_input.ts";
import { tuningAt } from "../../simulation/tuning.ts";
import { metresFromUm, radiansFromHeading } from "../../simulation/units.ts";
import { toDriveInput } from "./drive_input.js";
import { Ground } from "./ground.js";
import { Predictor, shiftMetres } from "./predictor.js";
import type { TankPlace } from "./server_shadow.js";

const TICK_RATE = 30;
/** 100 ms there and back. */
const ONE_WAY_TICKS = 2;
const TICKS_PER_SNAPSHOT = 2;

/** How it is played. */
interface Play {
  /** How long. */
  readonly seconds: number;
  /** In which tick the tank is put a metre on. */
  readonly push?: number;
  /** By how many ticks an input may be late; they come in order. */
  readonly jitter?: number;
}

/** The server's side of a match with one tank, with the network in between. */
function playAgainstServer(options: Play): {
  readonly shiftsM: readonly number[];
  readonly predictor: Predictor;
} {
  const arena = tryArena("crossroads");
  if (arena === undefined) throw new Error("No arena");
  const tuning = tuningAt(TICK_RATE);
  const server = {
    xUm: 5_000_000,
    yUm: 6_000_000,
    heading: 0,
    turret: 0,
    speedUmPerTick: 0,
  };
  const shown = (): TankPlace => ({
    x: Math.round(metresFromUm(server.xUm) * 100) / 100,
    y: Math.round(metresFromUm(server.yUm) * 100) / 100,
    heading: Math.round(radiansFromHeading(server.heading) * 1_000) / 1_000,
    turret: Math.round(radiansFromHeading(server.turret) * 1_000) / 1_000,
    alive: true,
  });
  const walls = arena.walls.map((wall) =>
    [wall.xUm, wall.yUm, wall.widthUm, wall.heightUm].map(metresFromUm)
  );
  const ground = new Ground({
    name: arena.name,
    width: 80,
    height: 60,
    walls: walls.map(([x = 0, y = 0, width = 0, height = 0]) => [x, y, width, height]),
  });
  const predictor = new Predictor({ ground, tuning, tick: 0, tank: shown() });
  const rng = new Rng(7);
  let controls = { throttle: 1, turn: 0, turret: 0, fire: false };
  let applied = { seq: 0, controls: { ...controls, throttle: 0 } };
  const upstream: { due: number; seq: number; controls: typeof controls }[] = [];
  const downstream: { due: number; tick: number; ackSeq: number; tank: TankPlace }[] = [];
  const shiftsM: number[] = [];
  for (let tick = 1; tick <= options.seconds * TICK_RATE; tick++) {
    if (rng.below(20) === 0) {
      controls = {
        throttle: rng.below(3) - 1,
        turn: rng.below(3) - 1,
        turret: rng.below(6),
        fire: false,
      };
    }
    const seq = predictor.step(toDriveInput(controls), []);
    const late = options.jitter === undefined ? 0 : rng.below(options.jitter + 1);
    const due = Math.max(tick + ONE_WAY_TICKS + late, upstream.at(-1)?.due ?? 0);
    upstream.push({ due, seq, controls });
    while ((upstream[0]?.due ?? Infinity) <= tick) applied = upstream.shift() ?? applied;
    moveTank(server, tankInputFrom(applied.controls), arena, tuning);
    if (tick === options.push) server.xUm += 1_000_000;
    if (tick % TICKS_PER_SNAPSHOT === 0) {
      downstream.push({ due: tick + ONE_WAY_TICKS, tick, ackSeq: applied.seq, tank: shown() });
    }
    while ((downstream[0]?.due ?? Infinity) <= tick) {
      const state = downstream.shift();
      if (state === undefined) break;
      const shift = predictor.reconcile(state, state.tank);
      shiftsM.push(shift === undefined ? Infinity : shiftMetres(shift));
    }
  }
  return { shiftsM, predictor };
}

Deno.test("Predictor needs no correction at 100 ms once the lead is known, whatever is driven", () => {
  const { shiftsM } = playAgainstServer({ seconds: 60 });
  assert(shiftsM.length > 800);
  // Places are sent in whole centimetres: less than half a pixel is no correction.
  assertEquals(shiftsM.slice(5).filter((metres) => metres > 0.02), []);
});

Deno.test("Predictor needs small corrections only where inputs come late, and two at a time", () => {
  const { shiftsM } = playAgainstServer({ seconds: 120, jitter: 1 });
  const settled = shiftsM.slice(5).toSorted((a, b) => a - b);
  // A change of the controls acts a tick late or early: at 8 m/s that is 0.27 m, mostly less.
  assert(
    (settled[Math.floor(settled.length * 0.5)] ?? 1) < 0.02,
    `median ${settled[Math.floor(settled.length * 0.5)]}`,
  );
  assert(
    (settled[Math.floor(settled.length * 0.95)] ?? 1) < 0.15,
    `p95 ${settled[Math.floor(settled.length * 0.95)]}`,
  );
  assert((settled.at(-1) ?? 1) < 0.5, `most ${settled.at(-1)}`);
});

Deno.test("Predictor takes over where the server puts the tank", () => {
  const { shiftsM } = playAgainstServer({ seconds: 20, push: 300 });
  const corrected = shiftsM.slice(5).filter((metres) => metres > 0.02);
  // Once when it is seen; what was driven into meanwhile may differ a little after that.
  assert(corrected.length >= 1 && corrected.length <= 4, `${corrected}`);
  assert(Math.abs(Math.max(...corrected) - 1) < 0.1, `${corrected}`);
});

Deno.test("Predictor has a destroyed tank lie still, and starts anew where it returns", () => {
  const { predictor } = playAgainstServer({ seconds: 4 });
  const wreck = { x: 10, y: 5, heading: 0, turret: 0, alive: false };
  const tick = 4 * TICK_RATE;
  assertEquals(predictor.reconcile({ tick, ackSeq: tick - 2 }, wreck), undefined);
  predictor.step(toDriveInput({ throttle: 1, turn: 0, turret: 0, fire: false }), []);
  assertEquals(metresFromUm(predictor.motion.xUm), 10);
  const back = { x: 5, y: 6, heading: 0, turret: 0, alive: true };
  assertEquals(predictor.reconcile({ tick: tick + 2, ackSeq: tick }, back), undefined);
  assertEquals(metresFromUm(predictor.motion.xUm), 5);
  predictor.step(toDriveInput({ throttle: 1, turn: 0, turret: 0, fire: false }), []);
  assert(metresFromUm(predictor.motion.xUm) > 5);
});

Deno.test("Predictor does not drive through another tank", () => {
  const { predictor } = playAgainstServer({ seconds: 1 });
  const ahead = { throttle: 1, turn: 0, turret: 0, fire: false };
  const obstacle = { xUm: predictor.motion.xUm + 6_000_000, yUm: predictor.motion.yUm };
  for (let tick = 0; tick < 90; tick++) {
    predictor.step(toDriveInput(ahead), [obstacle]);
    const dx = predictor.motion.xUm - obstacle.xUm;
    const dy = predictor.motion.yUm - obstacle.yUm;
    assert(Math.hypot(dx, dy) > 2_000_000, `tick ${tick}`);
  }
});
