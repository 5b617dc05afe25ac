import { assertEquals } from "@std/assert";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { BrokerLink, type BrokerSession } from "./broker_link.ts";

/** A broker without a network: what it does is what the test says. */
class FakeBroker {
  readonly clock = new ManualClock();
  /** When it was dialled, on the clock. */
  readonly dialledMs: number[] = [];
  readonly states: string[] = [];
  /** What the next attempts come to; it answers when it is empty. */
  readonly faults: string[] = [];
  /** Whether an attempt comes to nothing at all. */
  isSilent = false;
  closedCount = 0;
  hangUp: (reason: string) => void = () => {};
  readonly link: BrokerLink<number>;

  constructor(faults: readonly string[] = []) {
    this.faults.push(...faults);
    this.link = new BrokerLink({
      broker: "fake",
      dial: (attempt) => this.#dial(attempt),
      clock: this.clock,
      random: () => 1,
      log: silentLog,
      onConnect: (client) => this.states.push(`connect ${client}`),
      onState: (isUp, reason) => this.states.push(isUp ? "up" : `down: ${reason}`),
    });
  }

  async #dial(attempt: number): Promise<BrokerSession<number>> {
    this.dialledMs.push(this.clock.monotonicMs());
    if (this.isSilent) await new Promise(() => {});
    const fault = this.faults.shift();
    if (fault !== undefined) throw new Error(fault);
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    this.hangUp = resolve;
    const close = (): Promise<void> => {
      this.closedCount++;
      resolve("closed");
      return Promise.resolve();
    };
    return { client: attempt, ended, close };
  }
}

Deno.test("BrokerLink tries again with growing pauses until the broker answers", async () => {
  const broker = new FakeBroker(["away", "away", "no", "no"]);
  await broker.link.attempted;
  assertEquals([broker.link.current, broker.link.reason], [undefined, "Error: away"]);
  await broker.clock.advance(1_500);
  assertEquals(broker.dialledMs, [0, 100, 300, 700, 1_500]);
  assertEquals(broker.link.current, 4);
  // The same reason twice is news once.
  assertEquals(broker.states, ["down: Error: away", "down: Error: no", "connect 4", "up"]);
  await broker.link.close();
});

Deno.test("BrokerLink comes back soon after a long life, and later where it is hung up on", async () => {
  const broker = new FakeBroker();
  await broker.link.attempted;
  await broker.clock.advance(20_000);
  broker.hangUp("went away");
  await broker.clock.advance(100);
  broker.hangUp("hung up");
  await broker.clock.advance(200);
  broker.hangUp("hung up");
  await broker.clock.advance(400);
  assertEquals(broker.dialledMs, [0, 20_100, 20_300, 20_700]);
  assertEquals(broker.states.slice(2, 5), ["down: went away", "connect 1", "up"]);
  await broker.link.close();
});

Deno.test("BrokerLink ends its session when it closes, and says nothing of that", async () => {
  const broker = new FakeBroker();
  await broker.link.attempted;
  await Promise.all([broker.link.close(), broker.link.close()]);
  assertEquals([broker.closedCount, broker.link.current], [1, undefined]);
  assertEquals([broker.states.length, broker.clock.timerCount], [2, 0]);
  assertEquals(broker.link.reason, "it is closed");
});

Deno.test("BrokerLink closes between two attempts, and during one that hangs", async () => {
  const away = new FakeBroker(["away"]);
  await away.link.attempted;
  await away.link.close();
  await away.clock.advance(60_000);
  assertEquals([away.dialledMs, away.clock.timerCount], [[0], 0]);

  const silent = new FakeBroker(["away"]);
  await silent.link.attempted;
  silent.isSilent = true;
  await silent.clock.advance(100);
  const closing = silent.link.close();
  await silent.clock.advance(2_000);
  await closing;
  assertEquals(silent.clock.timerCount, 0);
});
