import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { issueTicket } from "../../core/protocol/match_ticket.ts";
import { TicketWatch } from "./ticket_watch.ts";

Deno.test("TicketWatch finds a ticket that does not run out, or too late", async () => {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  const watch = new TicketWatch(kvStore, clock);
  const ticket = { matchId: "m", accountId: "a", playerId: "ann" };
  await issueTicket(kvStore, ticket, { randomBytes: (size) => new Uint8Array(size) });
  await watch.look();
  assertEquals([watch.line().checked, watch.line().faults], [1, []]);
  await kvStore.set("ticket:for ever", "{}");
  await kvStore.set("ticket:too long", "{}", { ttlMs: 60_001 });
  await watch.look();
  await watch.look();
  assertEquals(watch.line().checked, 3);
  assertEquals(watch.line().faults.toSorted(), ["ticket:for ever", "ticket:too long"]);
});
