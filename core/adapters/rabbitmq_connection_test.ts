import { assertEquals, assertRejects } from "@std/assert";
import { FakeConnection } from "../../tests/brokers/rabbitmq_fake.ts";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { RABBIT_RETRY_RANGE, RabbitConnection } from "./rabbitmq_connection.ts";

class Harness {
  readonly clock = new ManualClock();
  readonly states: string[] = [];
  readonly dialled: FakeConnection[] = [];
  refusal: string | undefined;
  readonly connection: RabbitConnection;

  constructor(refusal?: string) {
    this.refusal = refusal;
    this.connection = new RabbitConnection({
      dial: () => this.#dial(),
      clock: this.clock,
      random: () => 1,
      log: silentLog,
      onState: (isUp, reason) => void this.states.push(isUp ? "up" : `down: ${reason}`),
    });
  }

  get latest(): FakeConnection {
    const latest = this.dialled.at(-1);
    if (latest === undefined) throw new Error("never dialled");
    return latest;
  }

  #dial(): Promise<FakeConnection> {
    const connection = new FakeConnection();
    this.dialled.push(connection);
    return this.refusal === undefined
      ? Promise.resolve(connection)
      : Promise.reject(new Error(this.refusal));
  }
}

Deno.test("RabbitConnection says when the broker comes, goes and comes back", async () => {
  const harness = new Harness();
  await harness.connection.attempted;
  harness.latest.end(new Error("Unexpected close"));
  assertEquals(harness.connection.state, { kind: "down", reason: "Error: Unexpected close" });
  await harness.clock.advance(100);
  assertEquals(harness.states, ["up", "down: Error: Unexpected close", "up"]);
  harness.latest.end();
  assertEquals(harness.states.at(-1), "down: the broker closed the connection");
  await harness.connection.close();
});

Deno.test("RabbitConnection tries again with growing pauses, and says what is wrong once", async () => {
  const harness = new Harness("connection refused");
  await harness.connection.attempted;
  const times: number[] = [];
  for (let elapsedMs = 0; elapsedMs <= 17_000; elapsedMs += 100) {
    if (harness.dialled.length > times.length) times.push(elapsedMs);
    await harness.clock.advance(100);
  }
  assertEquals(times, [0, 100, 300, 700, 1500, 3100, 6300, 11_300, 16_300]);
  assertEquals(harness.states, ["down: Error: connection refused"]);
  harness.refusal = undefined;
  await harness.clock.advance(10_000);
  harness.latest.end();
  const count = harness.dialled.length;
  await harness.clock.advance(100);
  assertEquals(
    harness.dialled.length,
    count + 1,
    "a connection that was up long resets the pauses",
  );
  await harness.connection.close();
});

Deno.test("RabbitConnection comes back soon after a long life, and later where it is hung up on", async () => {
  const harness = new Harness();
  await harness.connection.attempted;
  await harness.clock.advance(RABBIT_RETRY_RANGE.maxMs);
  const pauses: number[] = [];
  for (let hangUp = 0; hangUp < 5; hangUp++) {
    harness.latest.end();
    const count = harness.dialled.length;
    const endedMs = harness.clock.monotonicMs();
    while (harness.dialled.length === count) await harness.clock.advance(100);
    pauses.push(harness.clock.monotonicMs() - endedMs);
  }
  assertEquals(pauses, [100, 200, 400, 800, 1_600]);
  await harness.connection.close();
});

Deno.test("RabbitConnection hands itself to those that wait, as long as they like", async () => {
  const harness = new Harness("connection refused");
  const patient = harness.connection.whenUp(new AbortController().signal);
  const late = assertRejects(
    () => harness.connection.upWithin(50),
    Error,
    "Cannot reach RabbitMQ within 50 ms: Error: connection refused",
  );
  await harness.connection.attempted;
  await harness.clock.advance(50);
  await late;
  harness.refusal = undefined;
  await harness.clock.advance(50);
  assertEquals(await patient === harness.latest, true);
  assertEquals(await harness.connection.upWithin(50) === harness.latest, true);
  await harness.connection.close();
  assertEquals(harness.clock.timerCount, 0);
});

Deno.test("RabbitConnection counts as down while the broker takes no messages", async () => {
  const harness = new Harness();
  await harness.connection.attempted;
  harness.latest.block("low on memory");
  harness.latest.unblock();
  assertEquals(harness.states, ["up", "down: blocked by the broker: low on memory", "up"]);
  assertEquals(harness.connection.state.kind, "up");
  await harness.connection.close();
});

Deno.test("RabbitConnection closes whichever way it stands", async () => {
  const up = new Harness();
  await up.connection.attempted;
  await up.connection.close();
  assertEquals([up.latest.isOpen, up.states], [false, ["up"]]);
  await assertRejects(() => up.connection.whenUp(new AbortController().signal), Error, "closed");

  const down = new Harness("connection refused");
  await down.connection.attempted;
  await down.connection.close();
  await down.clock.advance(60_000);
  assertEquals([down.dialled.length, down.clock.timerCount], [1, 0]);

  const starting = new Harness();
  await starting.connection.close();
  await starting.clock.advance(60_000);
  assertEquals([starting.latest.isOpen, starting.states, starting.dialled.length], [false, [], 1]);
});
