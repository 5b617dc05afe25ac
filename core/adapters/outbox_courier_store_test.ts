import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventRejected } from "../ports/event_sink.ts";
import { openCourier, range, rows } from "./outbox_courier_fixture.ts";
import { OutboxStore } from "./outbox_store.ts";

/** A store that removes nothing while there is a fault. */
class StuckStore extends OutboxStore {
  fault: Error | undefined = new Error("disk I/O error");
  removeCount = 0;

  override remove(upTo: number): void {
    this.removeCount++;
    if (this.fault !== undefined) throw this.fault;
    super.remove(upTo);
  }
}

Deno.test("OutboxCourier delivers once what it cannot remove, and does not blame the sink", async () => {
  const store = new StuckStore({ path: ":memory:", countMax: 100, lengthMax: 1_000_000 });
  const { courier, sink, clock, states, statuses } = openCourier({
    store,
    prepare: (sink) => {
      sink.isThere = false;
    },
  });
  await courier.append(rows(0, 10));
  await clock.advance(0);
  sink.isThere = true;
  await clock.advance(100);
  assertEquals([sink.taken.length, states], [10, [false, true]]);
  await assertRejects(() => courier.delivered(), Error, "Cannot use the outbox: Error: disk I/O");
  await courier.append(rows(10, 5));
  await clock.advance(60_000);
  assertEquals([sink.taken.length, statuses.at(-1)?.count], [10, 15]);
  assert(store.removeCount > 5 && store.removeCount < 20, `${store.removeCount} attempts`);
  store.fault = undefined;
  await clock.advance(10_000);
  assertEquals(sink.taken.map(({ value }) => Number(value)), range(0, 15));
  assertEquals([states, statuses.at(-1)?.count], [[false, true], 0]);
  await courier.delivered();
  await courier.close();
  assertEquals(clock.timerCount, 0);
});

Deno.test("OutboxCourier counts once what the sink refused and the outbox cannot remove", async () => {
  const store = new StuckStore({ path: ":memory:", countMax: 100, lengthMax: 1_000_000 });
  const { courier, clock, drops } = openCourier({
    store,
    prepare: (sink) => {
      sink.take = () => {
        throw new EventRejected("poison");
      };
    },
  });
  await courier.append(rows(0, 1));
  await clock.advance(60_000);
  assertEquals(drops, [[1, "rejected"]]);
  await courier.close();
});
