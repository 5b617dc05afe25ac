import { assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { Rng } from "../../core/rng.ts";
import { FaultyLink, GOOD_LINK } from "./faulty_link.ts";
import { SimulatedProcess } from "./simulated_process.ts";

const FAILURES = {
  timeoutMs: 1_000,
  timedOut: () => new Error("timed out"),
  refused: () => new Error("refused"),
};

function openLink(): { world: ManualClock; link: FaultyLink } {
  const world = new ManualClock();
  const rng = new Rng(1);
  const onFault = (error: unknown): void => {
    throw error;
  };
  const process = new SimulatedProcess({ name: "one", world, rng, skewMs: 0, onFault });
  return { world, link: new FaultyLink({ process, world, rng }) };
}

Deno.test("FaultyLink keeps the order of what is sent, however long each takes", async () => {
  const { world, link } = openLink();
  link.state = { ...GOOD_LINK, delayMsMin: 0, delayMsMax: 500 };
  const there: number[] = [];
  for (let index = 0; index < 20; index++) link.toFarEnd(() => there.push(index));
  await world.advance(1_000);
  assertEquals(there, Array.from({ length: 20 }, (_unused, index) => index));
});

Deno.test("FaultyLink leaves open whether a call was done whose answer is lost", async () => {
  const { world, link } = openLink();
  let count = 0;
  const call = link.call(() => {
    link.state = { ...GOOD_LINK, cut: "silent" };
    return Promise.resolve(++count);
  }, FAILURES);
  const rejected = assertRejects(() => call, Error, "timed out");
  await world.advance(1_100);
  await rejected;
  assertEquals(count, 1);
});

Deno.test("FaultyLink loses what is under way when it is cut, and refuses where it is to", async () => {
  const { world, link } = openLink();
  let count = 0;
  const operation = (): Promise<number> => Promise.resolve(++count);
  const lost = assertRejects(() => link.call(operation, FAILURES), Error, "timed out");
  link.state = { ...GOOD_LINK, cut: "silent" };
  await world.advance(1_100);
  await lost;
  link.state = { ...GOOD_LINK, cut: "refused" };
  const refused = assertRejects(() => link.call(operation, FAILURES), Error, "refused");
  await world.advance(10);
  await refused;
  assertEquals(count, 0);
  link.state = GOOD_LINK;
  const answered = link.call(operation, FAILURES);
  await world.advance(10);
  assertEquals(await answered, 1);
});

Deno.test("FaultyLink answers a dead process never", async () => {
  const { world, link } = openLink();
  let isSettled = false;
  const settle = (): void => void (isSettled = true);
  link.call(() => Promise.resolve(1), FAILURES).then(settle, settle);
  link.process.kill();
  await world.advance(5_000);
  assertEquals(isSettled, false);
});
