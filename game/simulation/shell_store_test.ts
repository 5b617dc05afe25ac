import { assert, assertEquals } from "@std/assert";
import { ShellStore } from "./shell_store.ts";

Deno.test("ShellStore keeps the order of firing and uses spent shells again", () => {
  const store = new ShellStore();
  const shells = Array.from({ length: 5 }, () => {
    const shell = store.add();
    shell.ticksLeft = 10;
    return shell;
  });
  for (const index of [1, 3]) {
    const shell = shells[index];
    assert(shell !== undefined);
    shell.ticksLeft = 0;
  }
  store.removeSpent();
  assertEquals(store.flying.map((shell) => shell.id), [1, 3, 5]);
  const next = store.add();
  assert(shells.includes(next));
  assertEquals(next.id, 6);
  assertEquals(store.flying.map((shell) => shell.id), [1, 3, 5, 6]);
});

Deno.test("ShellStore makes no more shells than were ever in flight at once", () => {
  const store = new ShellStore();
  const seen = new Set<unknown>();
  for (let round = 0; round < 100; round++) {
    for (let count = 0; count < 7; count++) {
      const shell = store.add();
      shell.ticksLeft = 1;
      seen.add(shell);
    }
    for (const shell of store.flying) shell.ticksLeft = 0;
    store.removeSpent();
  }
  assertEquals(seen.size, 7);
});

Deno.test("ShellStore begins again at 1 after 2^32 shells", () => {
  const store = new ShellStore();
  store.restore([], 0xffff_ffff);
  assertEquals(store.add().id, 0xffff_ffff);
  assertEquals(store.add().id, 1);
});

Deno.test("ShellStore.removeOf takes away one tank's shells", () => {
  const store = new ShellStore();
  for (const slot of [0, 1, 0, 2]) {
    const shell = store.add();
    shell.ownerSlot = slot;
    shell.ticksLeft = 5;
  }
  store.removeOf(0);
  assertEquals(store.flying.map((shell) => shell.ownerSlot), [1, 2]);
});
