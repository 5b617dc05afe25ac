import { assertEquals } from "@std/assert";
import { WorkInHand } from "./work_in_hand.ts";

Deno.test("WorkInHand tells everyone who waits when the last work ends", async () => {
  const work = new WorkInHand();
  const told: string[] = [];
  await work.none();
  work.begin();
  work.begin();
  const waits = ["a", "b"].map((name) => work.none().then(() => told.push(name)));
  work.end();
  await Promise.resolve();
  assertEquals([told, work.count], [[], 1]);
  work.end();
  await Promise.all(waits);
  assertEquals(told, ["a", "b"]);
});
