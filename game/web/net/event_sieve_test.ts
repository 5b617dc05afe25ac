import { assertEquals } from "@std/assert";
import { EventSieve } from "./event_sieve.js";

Deno.test("EventSieve lets each event through once, however often states repeat it", () => {
  const sieve = new EventSieve();
  const [hit, kill] = [{ tick: 2, event: "tank_took_damage" }, {
    tick: 4,
    event: "tank_destroyed",
  }];
  assertEquals(sieve.take({ tick: 2, events: [hit] }), [hit]);
  assertEquals(sieve.take({ tick: 4, events: [hit, kill] }), [kill]);
  assertEquals(sieve.take({ tick: 6, events: [hit, kill] }), []);
  // Late, and told by a newer one already.
  assertEquals(sieve.take({ tick: 5, events: [kill] }), []);
});
