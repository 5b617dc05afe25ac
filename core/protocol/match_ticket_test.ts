import { assert, assertEquals, assertMatch } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { MemoryKvStore } from "../ports/memory_kv_store.ts";
import { isMatchToken, issueTicket, redeemTicket, TICKET_TTL_MS } from "./match_ticket.ts";

const TICKET = { matchId: "m1", accountId: "a1", playerId: "p1" };
const randomBytes = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size));

function openBench(): { clock: ManualClock; kvStore: MemoryKvStore } {
  const clock = new ManualClock();
  return { clock, kvStore: new MemoryKvStore({ clock }) };
}

Deno.test("A match ticket redeemed by 100 callers at once is one caller's", async () => {
  const { kvStore } = openBench();
  const token = await issueTicket(kvStore, TICKET, { randomBytes });
  const redeemed = await Promise.all(
    Array.from({ length: 100 }, () => redeemTicket(kvStore, token)),
  );
  assertEquals(redeemed.filter((ticket) => ticket !== undefined), [TICKET]);
  assertEquals(await redeemTicket(kvStore, token), undefined);
});

Deno.test("A match ticket knows the login for which it was issued", async () => {
  const { kvStore } = openBench();
  const ticket = { ...TICKET, authSessionId: "s1" };
  const token = await issueTicket(kvStore, ticket, { randomBytes });
  assertEquals(await redeemTicket(kvStore, token), ticket);
});

Deno.test("A match ticket is over after its time", async () => {
  const { clock, kvStore } = openBench();
  const early = await issueTicket(kvStore, TICKET, { randomBytes });
  const late = await issueTicket(kvStore, TICKET, { randomBytes });
  await clock.advance(TICKET_TTL_MS - 1);
  assertEquals(await redeemTicket(kvStore, early), TICKET);
  await clock.advance(1);
  assertEquals(await redeemTicket(kvStore, late), undefined);
});

Deno.test("A match ticket is stored under the hash of its token alone", async () => {
  const { kvStore } = openBench();
  const token = await issueTicket(kvStore, TICKET, { randomBytes: (size) => new Uint8Array(size) });
  assertEquals(token, "A".repeat(43));
  assert(isMatchToken(token));
  const keys = await kvStore.keys("", 10);
  // By openssl dgst -sha256 of the 43 letters.
  assertEquals(keys, ["ticket:DwBzhbb51LfusnSGBa_hqYSgo7-j8BTQnip4TOnlzRo"]);
  const value = await kvStore.get(keys[0] ?? "");
  assertEquals(JSON.parse(value ?? ""), { match_id: "m1", account_id: "a1", player_id: "p1" });
});

Deno.test("A match token is another each time", async () => {
  const { kvStore } = openBench();
  const tokens = new Set<string>();
  for (let made = 0; made < 50; made++) {
    const token = await issueTicket(kvStore, TICKET, { randomBytes });
    assertMatch(token, /^[A-Za-z0-9_-]{43}$/);
    tokens.add(token);
  }
  assertEquals(tokens.size, 50);
});

Deno.test("Redeeming what is no match token asks nobody", async () => {
  const { kvStore } = openBench();
  await kvStore.close();
  for (const token of ["", "a.b.c", "x".repeat(42), "x".repeat(44), "*".repeat(43)]) {
    assertEquals(await redeemTicket(kvStore, token), undefined, token);
  }
});
