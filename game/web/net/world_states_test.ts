import { assertEquals } from "@std/assert";
import { encodeState, encodeStateBody } from "../../wire/json_state.ts";
import type { SnapshotView, TankView } from "../../wire/tank_view.ts";
import type { WorldState } from "./match_message.js";
import { WorldStates } from "./world_states.js";

function tank(tankId: string, xCm: number): TankView {
  const facing = { headingMrad: 0, turretMrad: 0 };
  return { tankId, xCm, yCm: 100, ...facing, hp: 100, team: 1, score: 0, alive: true };
}

function view(tick: number, tanks: (TankView | undefined)[]): SnapshotView {
  return { tick, tanks, shells: [] };
}

function message(current: SnapshotView, base?: SnapshotView): WorldState {
  const body = encodeStateBody(current, base, []);
  return JSON.parse(encodeState(current.tick, base?.tick ?? null, 0, body));
}

Deno.test("WorldStates puts the server's deltas together", () => {
  const states = new WorldStates();
  const first = view(2, [tank("a", 100), tank("b", 200), undefined]);
  const second = view(4, [tank("a", 150), undefined, tank("c", 300)]);
  const third = view(6, [tank("a", 150), tank("d", 1), tank("c", 310)]);
  const places = (snapshot: ReturnType<WorldStates["apply"]>): Record<string, number> =>
    Object.fromEntries([...snapshot?.tanks ?? []].map(([id, { x }]) => [id, x]));
  assertEquals(places(states.apply(message(first))), { a: 1, b: 2 });
  assertEquals(places(states.apply(message(second, first))), { a: 1.5, c: 3 });
  // Against one that is older than the newest, too.
  assertEquals(places(states.apply(message(third, first))), { a: 1.5, c: 3.1, d: 0.01 });
});

Deno.test("WorldStates refuses a delta against what it does not know", () => {
  const states = new WorldStates();
  const first = view(2, [tank("a", 100)]);
  assertEquals(states.apply(message(view(4, [tank("a", 110)]), first)), undefined);
  states.apply(message(first));
  for (let tick = 4; tick <= 200; tick += 2) states.apply(message(view(tick, [tank("a", tick)])));
  assertEquals(states.apply(message(view(202, [tank("a", 110)]), first)), undefined);
  states.clear();
  assertEquals(states.apply(message(view(204, []), view(200, []))), undefined);
});
