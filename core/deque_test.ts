import { assertEquals } from "@std/assert";
import { Deque } from "./deque.ts";
import { Rng } from "./rng.ts";

Deno.test("Deque gives what an array gives for any sequence of operations", () => {
  const seed = 20_260_101;
  const rng = new Rng(seed);
  const deque = new Deque<number>();
  const model: number[] = [];
  for (let step = 0; step < 20_000; step++) {
    const dice = rng.below(20);
    if (dice < 9) {
      deque.push(step);
      model.push(step);
    } else if (dice < 11) {
      deque.pushFront(step);
      model.unshift(step);
    } else {
      assertEquals(deque.shift(), model.shift(), `seed ${seed}, step ${step}`);
    }
    assertEquals(deque.length, model.length, `seed ${seed}, step ${step}`);
  }
});

Deno.test("Deque is empty after clear", () => {
  const deque = new Deque<string>();
  deque.push("a");
  deque.shift();
  deque.push("b");
  deque.pushFront("c");
  deque.clear();
  assertEquals([deque.length, deque.shift()], [0, undefined]);
});
