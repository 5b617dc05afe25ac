import { assertEquals } from "@std/assert";
import { Tank } from "./tank.ts";

Deno.test("Tank.reset leaves nothing of what it was but its id", () => {
  const tank = new Tank("t1");
  // Every field there is, so that a new one cannot be forgotten.
  for (const [name, value] of Object.entries(tank)) {
    if (name === "tankId") continue;
    const changed = typeof value === "number" ? 77 : typeof value === "boolean" ? !value : "x";
    if (name !== "input") Object.assign(tank, { [name]: changed });
  }
  Object.assign(tank.input, { throttle: 1, turn: 2, turret: 3, fire: true });
  tank.reset();
  assertEquals({ ...tank }, { ...new Tank("t1") });
});

Deno.test("Tank.moveOrder is there only while the order is in force", () => {
  const tank = new Tank("t1");
  assertEquals(tank.moveOrder, undefined);
  tank.orderXUm = 5;
  tank.orderYUm = 6;
  tank.orderTicks = 1;
  assertEquals(tank.moveOrder, { xUm: 5, yUm: 6 });
});
