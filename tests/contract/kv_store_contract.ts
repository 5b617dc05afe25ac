// Long because it is the whole contract of one port, case by case.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { KvStore } from "../../core/ports/kv_store.ts";
import {
  contractCases,
  type ContractOptions,
  type Opened,
  type RegisterCase,
} from "./contract_cases.ts";
import { eventually } from "./eventually.ts";

/** Registers the contract of {@linkcode KvStore} for one implementation. */
export function testKvStoreContract(
  name: string,
  open: () => Promise<Opened<KvStore>>,
  options: ContractOptions = {},
): void {
  const test = contractCases(`KvStore (${name})`, open, options);
  testStrings(test);
  testTimeToLive(test);
  testConcurrency(test);
  testSortedSets(test);
  testLife(test);
}

const CALLERS = Array.from({ length: 100 }, (_, index) => index);

function testStrings(test: RegisterCase<KvStore>): void {
  test("gives what was set, whatever is in it", async ({ port, unique }) => {
    const key = unique("key");
    for (const value of ["", "1", "two words", "öß€😀", '{"a":[1,"\\n"]}', "x".repeat(100_000)]) {
      await port.set(key, value);
      assertEquals(await port.get(key), value);
    }
    assertEquals(await port.get(unique("absent")), undefined);
  });

  test("deletes a key once", async ({ port, unique }) => {
    const key = unique("key");
    await port.set(key, "1");
    assertEquals(await port.delete(key), true);
    assertEquals(await port.delete(key), false);
    assertEquals(await port.get(key), undefined);
  });

  test("changes a value only where it is the expected one", async ({ port, unique }) => {
    const key = unique("key");
    const steps: [expected: string | undefined, next: string | undefined, done: boolean][] = [
      ["a", "b", false],
      [undefined, undefined, true],
      [undefined, "a", true],
      [undefined, "b", false],
      ["x", "b", false],
      ["a", "b", true],
      ["a", undefined, false],
      ["b", undefined, true],
    ];
    let value: string | undefined;
    for (const [expected, next, done] of steps) {
      assertEquals(await port.compareAndSet(key, expected, next), done, `${expected} to ${next}`);
      if (done) value = next;
      assertEquals(await port.get(key), value);
    }
  });

  test("counts up and down from nothing", async ({ port, unique }) => {
    const key = unique("count");
    assertEquals(await port.increment(key, 5), 5);
    assertEquals(await port.increment(key, -7), -2);
    assertEquals(await port.get(key), "-2");
    await port.set(key, "words");
    await assertRejects(() => port.increment(key, 1), Error);
    assertEquals(await port.get(key), "words");
  });

  test("lists keys by their prefix, not more than asked for", async ({ port, unique }) => {
    const prefix = unique("list");
    // Characters that a pattern language would read differently.
    const keys = [`${prefix}:a`, `${prefix}:b*`, `${prefix}:c?[x]`];
    for (const key of keys) await port.set(key, "1");
    await port.set(unique("other"), "1");
    assertEquals((await port.keys(`${prefix}:`, 10)).sort(), keys);
    assertEquals(await port.keys(`${prefix}:b*`, 10), [`${prefix}:b*`]);
    assertEquals((await port.keys(`${prefix}:`, 2)).length, 2);
    assertEquals(await port.keys(`${prefix}:*`, 10), []);
  });
}

function testTimeToLive(test: RegisterCase<KvStore>): void {
  test("forgets a value when its time is over", async ({ port, unique }) => {
    const key = unique("key");
    await port.set(key, "1", { ttlMs: 60 });
    await eventually(async () => assertEquals(await port.get(key), undefined));
    assertEquals(await port.take(key), undefined);
    assertEquals(await port.delete(key), false);
    assertEquals(await port.keys(key, 10), []);
    assertEquals(await port.compareAndSet(key, undefined, "2"), true);
  });

  test("says how long a value has to live", async ({ port, unique }) => {
    const key = unique("key");
    const isWithin = async (maxMs: number): Promise<void> => {
      const leftMs = await port.ttlMs(key) ?? -1;
      assert(leftMs > 0 && leftMs <= maxMs, `${leftMs} of ${maxMs} ms`);
    };
    assertEquals(await port.ttlMs(key), undefined);
    await port.set(key, "1", { ttlMs: 60_000 });
    await isWithin(60_000);
    await port.set(key, "1");
    assertEquals(await port.ttlMs(key), undefined);
    await port.compareAndSet(key, "1", "2", { ttlMs: 50_000 });
    await isWithin(50_000);
    await port.compareAndSet(key, "2", "3");
    assertEquals(await port.ttlMs(key), undefined);
  });

  test("keeps the time to live of a counter", async ({ port, unique }) => {
    const key = unique("count");
    await port.increment(key, 1, { ttlMs: 50_000 });
    await port.increment(key, 1, { ttlMs: 900_000 });
    await port.increment(key, 1);
    const leftMs = await port.ttlMs(key) ?? -1;
    assert(leftMs > 0 && leftMs <= 50_000, `${leftMs} ms`);
    const forEver = unique("count");
    await port.increment(forEver, 1);
    await port.increment(forEver, 1, { ttlMs: 50_000 });
    assertEquals(await port.ttlMs(forEver), undefined);
  });
}

function testConcurrency(test: RegisterCase<KvStore>): void {
  test("lets one of 100 callers change a value", async ({ port, unique }) => {
    const key = unique("key");
    for (const expected of [undefined, "start"]) {
      if (expected !== undefined) await port.set(key, expected);
      const won = await Promise.all(
        CALLERS.map((caller) => port.compareAndSet(key, expected, `caller ${caller}`)),
      );
      assertEquals(won.filter(Boolean).length, 1);
      assertEquals(await port.get(key), `caller ${won.indexOf(true)}`);
    }
  });

  test("gives a value to one of 100 takers", async ({ port, unique }) => {
    const key = unique("key");
    await port.set(key, "prize");
    const taken = await Promise.all(CALLERS.map(() => port.take(key)));
    assertEquals(taken.filter((value) => value !== undefined), ["prize"]);
    assertEquals(await port.get(key), undefined);
  });

  test("counts every one of 100 callers", async ({ port, unique }) => {
    const key = unique("count");
    const seen = await Promise.all(CALLERS.map(() => port.increment(key, 1, { ttlMs: 60_000 })));
    assertEquals(seen.sort((a, b) => a - b), CALLERS.map((index) => index + 1));
  });
}

function testSortedSets(test: RegisterCase<KvStore>): void {
  const everything = { min: -Infinity, max: Infinity, limit: 100 };

  test("keeps a sorted set by score, then by member", async ({ port, unique }) => {
    const key = unique("set");
    const members: [string, number][] = [["c", 2], ["b", 2], ["a", 10], ["d", -1.5], ["e", 1e12]];
    for (const [member, score] of members) await port.sortedSetAdd(key, member, score);
    const named = async (min: number, max: number, limit: number): Promise<string> =>
      (await port.sortedSetRange(key, { min, max, limit })).map(({ member }) => member).join("");
    assertEquals(await named(-Infinity, Infinity, 100), "dbcae");
    assertEquals(await named(2, 10, 100), "bca");
    assertEquals(await named(-1.5, 2, 2), "db");
    assertEquals(await named(3, 9, 100), "");
    assertEquals(await named(-Infinity, Infinity, 0), "");
    assertEquals((await port.sortedSetRange(key, everything))[0], { member: "d", score: -1.5 });
  });

  test("moves a member and removes it once", async ({ port, unique }) => {
    const key = unique("set");
    await port.sortedSetAdd(key, "a", 1);
    await port.sortedSetAdd(key, "b", 2);
    await port.sortedSetAdd(key, "a", 3);
    assertEquals(await port.sortedSetRange(key, everything), [
      { member: "b", score: 2 },
      { member: "a", score: 3 },
    ]);
    assertEquals(await port.sortedSetRemove(key, "a"), true);
    assertEquals(await port.sortedSetRemove(key, "a"), false);
    assertEquals(await port.sortedSetRemove(key, "b"), true);
    assertEquals(await port.keys(key, 10), []);
    assertEquals(await port.sortedSetRange(key, everything), []);
  });

  test("does not take a string for a sorted set, nor the reverse", async ({ port, unique }) => {
    const [text, set] = [unique("text"), unique("set")];
    await port.set(text, "1");
    await port.sortedSetAdd(set, "a", 1);
    await assertRejects(() => port.sortedSetAdd(text, "a", 1), Error);
    await assertRejects(() => port.sortedSetRemove(text, "a"), Error);
    await assertRejects(() => port.sortedSetRange(text, everything), Error);
    await assertRejects(() => port.get(set), Error);
    await assertRejects(() => port.take(set), Error);
    await assertRejects(() => port.increment(set, 1), Error);
    await assertRejects(() => port.compareAndSet(set, "1", "2"), Error);
    await port.set(set, "now a string");
    assertEquals(await port.get(set), "now a string");
  });
}

function testLife(test: RegisterCase<KvStore>): void {
  test("refuses everything once it is closed", async ({ port, unique }) => {
    const key = unique("key");
    await port.set(key, "1");
    await port.close();
    await port.close();
    await assertRejects(() => port.get(key), Error);
    await assertRejects(() => port.set(key, "2"), Error);
  });

  test("works again when its server is back", async ({ port, unique, restart }) => {
    const key = unique("key");
    await port.set(key, "before");
    // Whether it rejects or waits for the server is its own affair.
    const during: Promise<unknown>[] = [];
    await restart(() => {
      during.push(port.get(key).catch(() => {}));
      return Promise.resolve();
    });
    await Promise.all(during);
    await eventually(async () => {
      await port.set(key, "after");
      assertEquals(await port.get(key), "after");
    });
  }, { restart: true });
}
