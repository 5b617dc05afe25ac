import { assertEquals } from "@std/assert";
import { encodeState, encodeStateBody, encodeTank } from "./json_state.ts";
import type { SnapshotView, TankView } from "./tank_view.ts";

const TANK: TankView = {
  tankId: "t1",
  xCm: 1234,
  yCm: -50,
  headingMrad: 1571,
  turretMrad: 0,
  hp: 75,
  team: 1,
  score: 2,
  alive: true,
};

Deno.test("encodeTank writes all fields in the wire's order, in metres and radians", () => {
  assertEquals(
    encodeTank(TANK),
    '{"tank_id":"t1","x":12.34,"y":-0.5,"heading":1.571,"turret":0,"hp":75,"team":1,"score":2,' +
      '"alive":true}',
  );
});

Deno.test("a full state holds every tank, shell and event", () => {
  const view: SnapshotView = {
    tick: 6,
    tanks: [TANK],
    shells: [{ id: 9, xCm: 100, yCm: 200, headingMrad: 3142 }],
  };
  const body = encodeStateBody(view, undefined, [{ tick: 5, json: '{"tick":5}' }]);
  assertEquals<unknown>(JSON.parse(encodeState(6, null, 41, body)), {
    type: "state",
    tick: 6,
    base: null,
    ack_seq: 41,
    tanks: [JSON.parse(encodeTank(TANK))],
    gone: [],
    shells: [{ id: 9, x: 1, y: 2, heading: 3.142 }],
    events: [{ tick: 5 }],
  });
});

Deno.test("a delta holds changed fields only, new tanks whole, and who is gone", () => {
  const unchanged = { ...TANK, tankId: "same" };
  const base = viewOf(4, [TANK, unchanged, { ...TANK, tankId: "old" }, undefined]);
  const replaced = { ...TANK, tankId: "new" };
  const current = viewOf(6, [{ ...TANK, xCm: 1300, hp: 50 }, unchanged, replaced]);
  assertEquals<unknown>(JSON.parse(`{${encodeStateBody(current, base, [])}`), {
    tanks: [{ tank_id: "t1", x: 13, hp: 50 }, JSON.parse(encodeTank(replaced))],
    gone: ["old"],
    shells: [],
    events: [],
  });
});

Deno.test("each field of a tank is noticed when it alone changes", () => {
  const changes: readonly (readonly [Partial<TankView>, Record<string, unknown>])[] = [
    [{ xCm: 0 }, { x: 0 }],
    [{ yCm: 1 }, { y: 0.01 }],
    [{ headingMrad: 1 }, { heading: 0.001 }],
    [{ turretMrad: 6283 }, { turret: 6.283 }],
    [{ hp: 0 }, { hp: 0 }],
    [{ team: 2 }, { team: 2 }],
    [{ score: 3 }, { score: 3 }],
    [{ alive: false }, { alive: false }],
  ];
  for (const [change, fields] of changes) {
    const body = encodeStateBody(viewOf(2, [{ ...TANK, ...change }]), viewOf(1, [TANK]), []);
    assertEquals(JSON.parse(`{${body}`).tanks, [{ tank_id: "t1", ...fields }]);
  }
});

function viewOf(tick: number, tanks: readonly (TankView | undefined)[]): SnapshotView {
  return { tick, tanks, shells: [] };
}
