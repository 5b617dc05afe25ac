// Long because it is one state machine's behaviour, case by case: delivery, failure, bounds, closing.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventRejected, type SinkEvent } from "../ports/event_sink.ts";
import { Rng } from "../rng.ts";
import { CHECK_PERIOD_MS, DELIVERY_EVENTS_MAX } from "./outbox_courier.ts";
import { openCourier, range, rows } from "./outbox_courier_fixture.ts";

async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(`${folder}/outbox.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("OutboxCourier delivers in order, in bounded batches, and says that the sink is there", async () => {
  const { courier, sink, clock, states, statuses } = openCourier();
  await courier.append(rows(0, 1_500));
  await courier.append(rows(1_500, 100));
  await courier.delivered();
  assertEquals(sink.taken.map(({ value }) => Number(value)), range(0, 1_600));
  assertEquals(sink.batchCount, Math.ceil(1_600 / DELIVERY_EVENTS_MAX));
  assertEquals(sink.taken[0], { topic: "topic", key: "a", eventId: "id-0", atMs: 0, value: "0" });
  assertEquals(states, [true]);
  assertEquals(statuses.at(-1), { count: 0, length: 0, oldestAtMs: undefined });
  assert(statuses.some(({ count }) => count === 1_500));
  await courier.close();
  assertEquals(clock.timerCount, 0);
});

Deno.test("OutboxCourier delivers again, later each time, while the sink is away at start", async () => {
  const { courier, sink, clock, states } = openCourier({
    prepare: (sink) => {
      sink.isThere = false;
    },
  });
  await courier.append(rows(0, 10));
  await clock.advance(0);
  assertEquals(states, [false]);
  await assertRejects(() => courier.delivered(), Error, "away");
  const attempts: number[] = [];
  for (let second = 0; second < 20; second++) {
    await clock.advance(1_000);
    attempts.push(sink.batchCount);
  }
  // After 100 ms, then 200, 400, … and at last 10 s.
  assertEquals(attempts.slice(0, 8), [3, 4, 4, 5, 5, 5, 6, 6]);
  assertEquals(attempts.at(-1), 7);
  sink.isThere = true;
  await clock.advance(10_000);
  assertEquals(sink.indexes, range(0, 10));
  assertEquals(states, [false, true]);
  await courier.close();
});

Deno.test("OutboxCourier scatters its attempts by chance", async () => {
  const { courier, sink, clock } = openCourier({
    random: () => 0,
    prepare: (sink) => {
      sink.isThere = false;
    },
  });
  await courier.append(rows(0, 1));
  await clock.advance(0);
  const before = sink.batchCount;
  await clock.advance(49);
  assertEquals(sink.batchCount, before);
  await clock.advance(1);
  assertEquals(sink.batchCount, before + 1);
  await courier.close();
});

Deno.test("OutboxCourier delivers a batch again of which the sink took a part before it died", async () => {
  const { courier, sink, clock, states } = openCourier({
    prepare: (sink) => {
      let isFirst = true;
      sink.take = (events) => {
        if (!isFirst) return;
        isFirst = false;
        sink.taken.push(...events.slice(0, 37));
        throw new Error("died");
      };
    },
  });
  await courier.append(rows(0, 100));
  await clock.advance(0);
  assertEquals(states, [true, false]);
  await courier.append(rows(100, 100));
  await clock.advance(100);
  assertEquals(sink.indexes, range(0, 200));
  assertEquals(sink.taken.length, 237);
  await courier.close();
});

Deno.test("OutboxCourier delivers first what an earlier process left", async () => {
  await withFile(async (path) => {
    const first = openCourier({
      path,
      prepare: (sink) => {
        sink.isThere = false;
      },
    });
    await first.courier.append(rows(0, 700));
    await first.clock.advance(0);
    await first.courier.close();
    assertEquals(first.sink.taken, []);
    const second = openCourier({ path });
    assertEquals(second.statuses[0]?.count, 700);
    await second.courier.append(rows(700, 10));
    await second.courier.delivered();
    assertEquals(second.sink.taken.map(({ value }) => Number(value)), range(0, 710));
    await second.courier.close();
    const third = openCourier({ path });
    assertEquals(third.statuses[0]?.count, 0);
    await third.courier.close();
  });
});

Deno.test("OutboxCourier drops the oldest at its bound, and counts them", async () => {
  const { courier, sink, clock, drops } = openCourier({
    countMax: 50,
    prepare: (sink) => {
      sink.isThere = false;
    },
  });
  await courier.append(rows(0, 40));
  await clock.advance(0);
  await courier.append(rows(40, 40));
  await courier.append(rows(80, 5));
  assertEquals(drops, [[30, "outbox_full"], [5, "outbox_full"]]);
  sink.isThere = true;
  await clock.advance(10_000);
  assertEquals(sink.indexes, range(35, 85));
  await courier.close();
});

Deno.test("OutboxCourier drops nothing that is on its way, and lets nobody wait for what it drops", async () => {
  const gate = Promise.withResolvers<void>();
  const { courier, sink, clock, drops } = openCourier({
    countMax: 10,
    prepare: (sink) => {
      sink.take = () => gate.promise;
    },
  });
  await courier.append(rows(0, 10));
  await clock.advance(0);
  await courier.append(rows(10, 10));
  assertEquals(drops, [[10, "outbox_full"]]);
  const delivered = courier.delivered();
  gate.resolve();
  await delivered;
  assertEquals(sink.taken.map(({ value }) => Number(value)), range(0, 10));
  await courier.close();
});

Deno.test("OutboxCourier drops a poisoned event alone, and delivers its neighbours in order", async () => {
  const { courier, sink, states, drops } = openCourier({
    prepare: (sink) => {
      sink.take = (events) => {
        if (events.some(({ value }) => value === "300" || value === "301" || value === "999")) {
          throw new EventRejected("poison");
        }
      };
    },
  });
  await courier.append(rows(0, 1_000));
  await courier.delivered();
  const good = range(0, 999).filter((index) => index !== 300 && index !== 301);
  assertEquals(sink.taken.map(({ value }) => Number(value)), good);
  assertEquals(drops, [[1, "rejected"], [1, "rejected"], [1, "rejected"]]);
  assertEquals(states, [true]);
  assert(sink.batchCount < 60, `${sink.batchCount} batches`);
  await courier.close();
});

Deno.test("OutboxCourier takes events at once while the sink is slow", async () => {
  const gate = Promise.withResolvers<void>();
  const { courier, sink, clock, statuses } = openCourier({
    prepare: (sink) => {
      sink.take = () => gate.promise;
    },
  });
  await courier.append(rows(0, 10));
  await clock.advance(0);
  await courier.append(rows(10, 10));
  assertEquals(statuses.at(-1)?.count, 20);
  let isDelivered = false;
  const delivered = courier.delivered().then(() => {
    isDelivered = true;
  });
  await clock.advance(60_000);
  assertEquals([isDelivered, sink.taken.length], [false, 0]);
  gate.resolve();
  await delivered;
  assertEquals(sink.indexes, range(0, 20));
  await courier.close();
});

Deno.test("OutboxCourier looks for the sink while there is nothing to deliver", async () => {
  const { courier, sink, clock, states } = openCourier();
  await clock.advance(0);
  assertEquals(states, [true]);
  sink.isThere = false;
  await clock.advance(CHECK_PERIOD_MS);
  assertEquals(states, [true, false]);
  sink.isThere = true;
  await clock.advance(100);
  assertEquals(states, [true, false, true]);
  await courier.close();
});

Deno.test("OutboxCourier delivers what it has before it closes", async () => {
  const gate = Promise.withResolvers<void>();
  const { courier, sink, clock } = openCourier({
    prepare: (sink) => {
      sink.take = () => gate.promise;
    },
  });
  await courier.append(rows(0, 1_000));
  await clock.advance(0);
  const closed = courier.close();
  await assertRejects(() => courier.append(rows(1_000, 1)), Error, "closed");
  gate.resolve();
  await closed;
  assertEquals(sink.indexes, range(0, 1_000));
});

Deno.test("OutboxCourier closes in spite of a sink that never answers, and keeps the events", async () => {
  await withFile(async (path) => {
    const { courier, clock } = openCourier({
      path,
      prepare: (sink) => {
        sink.take = () => new Promise(() => {});
      },
    });
    await courier.append(rows(0, 10));
    await clock.advance(0);
    const delivered = assertRejects(() => courier.delivered(), Error);
    const closed = courier.close();
    await clock.advance(2_000);
    await closed;
    await delivered;
    const next = openCourier({ path });
    await next.courier.delivered();
    assertEquals(next.sink.indexes, range(0, 10));
    await next.courier.close();
  });
});

for (const seed of [1, 2, 3, 4]) {
  Deno.test(`OutboxCourier loses nothing and keeps order through any faults (seed ${seed})`, async () => {
    const rng = new Rng(seed);
    await withFile((path) => liveAndDie(path, rng));
  });
}

/** Many lives of a courier on one file, whose sink fails in every way; the last one is healthy. */
async function liveAndDie(path: string, rng: Rng): Promise<void> {
  const taken: SinkEvent[] = [];
  let appendedCount = 0;
  for (let life = 0; life < 10; life++) {
    const { courier, clock } = openCourier({
      path,
      random: () => rng.below(1_000) / 1_000,
      prepare: (sink) => {
        sink.take = (events) => {
          const fate = rng.below(4);
          if (fate === 0) throw new Error("refused");
          // It took a part, or all of it, before the answer was lost.
          taken.push(...events.slice(0, fate === 1 ? rng.below(events.length + 1) : undefined));
          if (fate === 1) throw new Error("died");
        };
      },
    });
    for (let burst = 0; burst < 10; burst++) {
      const count = rng.below(120);
      await courier.append(rows(appendedCount, count));
      appendedCount += count;
      await clock.advance(rng.below(500));
    }
    const closed = courier.close();
    await clock.advance(10_000);
    await closed;
  }
  const last = openCourier({ path });
  await last.courier.delivered();
  taken.push(...last.sink.taken);
  await last.courier.close();
  const first = [...new Set(taken.map(({ value }) => Number(value)))];
  assertEquals(first, range(0, appendedCount));
}
