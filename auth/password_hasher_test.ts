import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { CHEAP_SCRYPT } from "./auth_fixture.ts";
import { HashQueue } from "./hash_queue.ts";
import { PasswordHasher } from "./password_hasher.ts";

function openHasher(waitingMax = 10): PasswordHasher {
  const clock = new ManualClock();
  const queue = new HashQueue({ inFlightMax: 1, waitingMax, waitMaxMs: 1_000, clock });
  return new PasswordHasher(queue, CHEAP_SCRYPT);
}

Deno.test("PasswordHasher verifies what it hashed", async () => {
  const hasher = openHasher();
  const hash = await hasher.hash("tank-battle-3");
  assert(hash.ok);
  assertEquals(await hasher.verify("tank-battle-3", hash.value), { ok: true, value: true });
  assertEquals(await hasher.verify("tank-battle-4", hash.value), { ok: true, value: false });
  assertEquals(hasher.isOutdated(hash.value), false);
});

Deno.test("PasswordHasher matches nothing where there is no hash", async () => {
  assertEquals(await openHasher().verify("", undefined), { ok: true, value: false });
});

Deno.test("PasswordHasher spends a turn of the queue where there is no hash", async () => {
  const hasher = openHasher(0);
  const first = hasher.verify("tank-battle-3", undefined);
  assertEquals(await hasher.verify("tank-battle-3", undefined), { ok: false, reason: "busy" });
  await first;
});

Deno.test("PasswordHasher derives keys as it is told", async () => {
  const clock = new ManualClock();
  const queue = new HashQueue({ inFlightMax: 1, waitingMax: 1, waitMaxMs: 1_000, clock });
  const passwords: string[] = [];
  const hasher = new PasswordHasher(queue, CHEAP_SCRYPT, {
    derive: (password, { hashBytes }) => {
      passwords.push(password);
      return Promise.resolve(new Uint8Array(hashBytes).fill(password.length));
    },
  });
  const hash = await hasher.hash("tank-battle-3");
  assert(hash.ok);
  assertEquals(await hasher.verify("same-length-x", hash.value), { ok: true, value: true });
  assertEquals(await hasher.verify("shorter", hash.value), { ok: true, value: false });
  assertEquals(passwords, ["tank-battle-3", "same-length-x", "shorter"]);
});
