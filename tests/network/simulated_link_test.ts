import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { Rng } from "../../core/rng.ts";
import { LINK_DATAGRAMS_MAX, PERFECT_LINK, SimulatedLink } from "./simulated_link.ts";
import type { LinkConditions } from "./simulated_link.ts";

/** Sends numbered datagrams, one each `everyMs`, and gives `[number, arrival in ms]` in order. */
async function arrivals(
  conditions: Partial<LinkConditions>,
  { seed = 1, count = 1_000, everyMs = 10 } = {},
): Promise<{ readonly order: [number, number][]; readonly link: SimulatedLink }> {
  const clock = new ManualClock();
  const order: [number, number][] = [];
  const link = new SimulatedLink({
    conditions: { ...PERFECT_LINK, ...conditions },
    rng: new Rng(seed),
    clock,
    deliver: (bytes) => {
      order.push([new DataView(bytes.buffer).getUint16(0), clock.monotonicMs()]);
    },
  });
  const datagram = new Uint8Array(2);
  for (let number = 0; number < count; number++) {
    new DataView(datagram.buffer).setUint16(0, number);
    link.send(datagram);
    await clock.advance(everyMs);
  }
  await clock.advance(10_000);
  return { order, link };
}

Deno.test("A perfect link delivers everything at once and in order", async () => {
  const { order } = await arrivals({}, { count: 50 });
  assertEquals(order, Array.from({ length: 50 }, (_, number) => [number, number * 10]));
});

Deno.test("A link gives the same arrivals for the same seed, and others for another", async () => {
  const bad = {
    lossShare: 0.1,
    delayMs: 30,
    jitterMs: 40,
    duplicateShare: 0.05,
    reorderShare: 0.1,
  };
  assertEquals((await arrivals(bad, { seed: 5 })).order, (await arrivals(bad, { seed: 5 })).order);
  assertNotEquals(
    (await arrivals(bad, { seed: 5 })).order,
    (await arrivals(bad, { seed: 6 })).order,
  );
});

Deno.test("A link loses and doubles the share that it is to", async () => {
  const { link, order } = await arrivals({ lossShare: 0.2, duplicateShare: 0.1 }, {
    count: 20_000,
    everyMs: 1,
  });
  const { sent, lost, duplicated, delivered } = link.tally;
  assertEquals(sent, 20_000);
  assert(Math.abs(lost - 4_000) < 250, `${lost} lost`);
  assert(Math.abs(duplicated - 1_600) < 200, `${duplicated} doubled`);
  assertEquals(delivered, sent - lost + duplicated);
  assertEquals(order.length, delivered);
});

Deno.test("A link delays by its delay and jitter, and no more", async () => {
  const { order } = await arrivals({ delayMs: 50, jitterMs: 20 });
  const delays = order.map(([number, atMs]) => atMs - number * 10);
  assert(Math.min(...delays) >= 50 && Math.max(...delays) <= 70);
  assert(Math.max(...delays) - Math.min(...delays) > 15, "jitter is spread");
});

Deno.test("A link reorders what it holds back", async () => {
  const inOrder = (await arrivals({ delayMs: 50 })).order.map(([number]) => number);
  assertEquals(inOrder, [...inOrder].sort((a, b) => a - b));
  const numbers = (await arrivals({ delayMs: 50, reorderShare: 0.1 })).order.map(([number]) =>
    number
  );
  assertNotEquals(numbers, [...numbers].sort((a, b) => a - b));
});

Deno.test("A cut link loses what is sent and what is under way, until it is mended", async () => {
  const clock = new ManualClock();
  let count = 0;
  const link = new SimulatedLink({
    conditions: { ...PERFECT_LINK, delayMs: 100 },
    rng: new Rng(1),
    clock,
    deliver: () => count++,
  });
  link.send(new Uint8Array(1));
  link.cut();
  link.send(new Uint8Array(1));
  await clock.advance(1_000);
  assertEquals([count, link.tally.cut, clock.timerCount], [0, 2, 0]);
  link.mend();
  link.send(new Uint8Array(1));
  await clock.advance(1_000);
  assertEquals(count, 1);
});

Deno.test("A link holds a bounded number of datagrams, and none once closed", () => {
  const clock = new ManualClock();
  const link = new SimulatedLink({
    conditions: { ...PERFECT_LINK, delayMs: 1 },
    rng: new Rng(1),
    clock,
    deliver: () => {},
  });
  for (let count = 0; count < LINK_DATAGRAMS_MAX + 5; count++) link.send(new Uint8Array(1));
  assertEquals(link.tally.overflowed, 5);
  link.close();
  assertEquals(clock.timerCount, 0);
});
