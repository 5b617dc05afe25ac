import { assertEquals, assertThrows } from "@std/assert";
import { readState, type SeenTank, type StateMessage } from "./state_message.ts";
import { StateModel } from "./state_model.ts";

const TANK: SeenTank = {
  tank_id: "a",
  x: 1,
  y: 2,
  heading: 0,
  turret: 0,
  hp: 100,
  team: 1,
  score: 0,
  alive: true,
};

function state(tick: number, base: number | null, part: Partial<StateMessage> = {}): StateMessage {
  return { tick, base, ackSeq: 0, tanks: [], gone: [], shells: [], events: [], ...part };
}

Deno.test("StateModel merges a delta with the snapshot that it is made against", () => {
  const model = new StateModel();
  const other = { ...TANK, tank_id: "b" };
  model.apply(state(1, null, { tanks: [TANK, other] }));
  model.apply(state(2, 1, { tanks: [{ tank_id: "a", x: 5 }] }));
  const { tanks } = model.apply(state(3, 1, { tanks: [{ tank_id: "a", y: 7 }], gone: ["b"] }));
  assertEquals([...tanks.values()], [{ ...TANK, y: 7 }]);
});

Deno.test("StateModel refuses what no server should send", () => {
  const bad: readonly [string, StateMessage][] = [
    ["an unknown base", state(3, 2)],
    ["a base that is not before", state(1, 1)],
    ["a field that did not change", state(3, 1, { tanks: [{ tank_id: "a", x: 1 }] })],
    ["part of an unknown tank", state(3, 1, { tanks: [{ tank_id: "c", x: 1 }] })],
    ["part of a tank in a full state", state(3, null, { tanks: [{ tank_id: "a", x: 3 }] })],
    ["an unknown tank gone", state(3, 1, { gone: ["c"] })],
  ];
  for (const [what, message] of bad) {
    const model = new StateModel();
    model.apply(state(1, null, { tanks: [TANK] }));
    assertThrows(() => model.apply(message), Error, undefined, what);
  }
});

Deno.test("readState refuses a message with other fields", () => {
  const fields = { tick: 1, base: null, ack_seq: 0, tanks: [], gone: [], shells: [], events: [] };
  readState({ type: "state", ...fields });
  const bad = [
    { ...fields, type: "state" },
    { type: "state", ...fields, more: 1 },
    { type: "state", ...fields, tick: "1" },
    { type: "state", ...fields, gone: [1] },
    { type: "state", ...fields, tanks: [{ tank_id: "a", hp: null }] },
    { type: "state", ...fields, tanks: [{ tank_id: "a", speed: 1 }] },
  ];
  for (const message of bad) assertThrows(() => readState(message), Error);
});
