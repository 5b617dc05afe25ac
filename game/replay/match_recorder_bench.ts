import { Rng } from "../../core/rng.ts";
import { openScriptedWorld } from "../../tests/fixtures/simulate_match.ts";
import { tryMode } from "../simulation/rules.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import { MatchRecorder } from "./match_recorder.ts";

/** As long as a match can be. */
const LONG = { scoreLimit: 10_000, timeLimitMs: 3_600_000 };
/** Ticks of one iteration: ten seconds of play. */
const TICKS = 300;

/** Every player turns the turret in each tick, as with a mouse, and the hull in some. */
function benchMatch(modeName: string, options: { readonly isRecorded: boolean }): () => void {
  const tankCount = tryMode(modeName)?.rules.tanksMax ?? 0;
  const keys = new Rng(1);
  const inputs = Array.from(
    { length: TICKS },
    (): TankInput[] =>
      Array.from({ length: tankCount }, () => ({
        throttle: keys.below(8) === 0 ? -127 : 127,
        turn: keys.below(8) === 0 ? 90 : 0,
        turret: keys.below(65_536),
        fire: keys.below(2) === 0,
      })),
  );
  return () => {
    const world = openScriptedWorld({ seed: 1, ticks: 0, modeName, tankCount, rules: LONG });
    let length = 0;
    const write = (record: unknown): void => void (length += JSON.stringify(record).length);
    const recorder = new MatchRecorder(world, {
      matchId: "m",
      mode: modeName,
      write: options.isRecorded ? write : undefined,
    });
    for (const tick of inputs) {
      for (const [slot, input] of tick.entries()) recorder.setInput(slot, input);
      recorder.step();
    }
  };
}

for (const modeName of ["ffa", "steppe_war"]) {
  const group = `${modeName}, ${TICKS} ticks`;
  Deno.bench({
    name: "played",
    group,
    baseline: true,
    fn: benchMatch(modeName, { isRecorded: false }),
  });
  Deno.bench({ name: "recorded", group, fn: benchMatch(modeName, { isRecorded: true }) });
}
