import { assert, assertEquals, assertRejects } from "@std/assert";
import { Account } from "../net/account.js";
import { ApiError } from "../net/api.js";
import { FakeGateway, type FakeReply } from "../net/gateway_testing.ts";
import type { Ticket } from "../net/match_link.js";
import { findMatch } from "./find_match.js";

const FIND = "POST /matchmaking/find";
const POLL = "GET /matchmaking/search/s1";
const STOP = "DELETE /matchmaking/search/s1";
const WAITING: FakeReply = { status: 202, body: { search_id: "s1", waited_ms: 2_000 } };
const FOUND: FakeReply = { status: 200, body: { match_id: "m1", token: "t1" } };
/** After so long the server lets go of a search that nobody asks after. */
const ABANDONED_MS = 30_000;

interface Search {
  readonly gateway: FakeGateway;
  readonly ticket: Promise<Ticket>;
  /** What the player is shown, in its order. */
  readonly shown: (number | "fault")[];
}

/** Searches a duel; `answer` says how the search stands. */
function search(
  answer: (gateway: FakeGateway) => FakeReply,
  signal = new AbortController().signal,
): Search & Disposable {
  const gateway: FakeGateway = new FakeGateway(({ what }) =>
    what === POLL ? answer(gateway) : what === FIND ? WAITING : { status: 200 }
  );
  gateway.keepLogin("alice");
  const shown: Search["shown"] = [];
  const ticket = findMatch(new Account(), {
    mode: "duel",
    signal,
    onWait: (waitedMs) => shown.push(waitedMs),
    onFault: () => shown.push("fault"),
  });
  return { gateway, ticket, shown, [Symbol.dispose]: () => gateway[Symbol.dispose]() };
}

for (const status of [0, 429, 502, 503, 504]) {
  Deno.test(`Finding a match goes on after a fault that passes: ${status}`, async () => {
    const fault = { status, body: "unavailable" };
    const replies = [fault, WAITING, fault, fault, FOUND];
    using searched = search(() => replies.shift() ?? FOUND);
    const { gateway, ticket, shown } = searched;
    assertEquals(await ticket, { matchId: "m1", token: "t1" });
    assertEquals(shown, ["fault", 2_000, "fault", "fault"]);
    assertEquals(gateway.asked, [FIND, POLL, POLL, POLL, POLL, POLL]);
  });
}

for (const [status, tookMs] of [[0, 12_000], [503, 4_500], [429, 0]] as const) {
  Deno.test(`Finding a match is given up, and stopped, after a while: ${status}`, async () => {
    using searched = search(() => ({ status, body: "unavailable", tookMs }));
    const { gateway, ticket, shown } = searched;
    const error = await assertRejects(() => ticket, ApiError);
    assertEquals(error.status, status);
    assert(gateway.elapsedMs > ABANDONED_MS / 2, `${gateway.elapsedMs}`);
    assert(shown.length > 0);
    assertEquals(gateway.asked.slice(-2), [POLL, STOP]);
  });
}

Deno.test("Finding a match is given up in time whenever the gateway falls silent", async () => {
  for (let silentFromMs = 0; silentFromMs < ABANDONED_MS; silentFromMs += 1_000) {
    using searched = search(({ elapsedMs }) => ({
      status: elapsedMs < silentFromMs ? 503 : 0,
      tookMs: elapsedMs < silentFromMs ? 0 : 12_000,
    }));
    await assertRejects(() => searched.ticket, ApiError);
    const { elapsedMs } = searched.gateway;
    assert(elapsedMs < ABANDONED_MS, `silent from ${silentFromMs}: ${elapsedMs}`);
  }
});

Deno.test("Finding a match bears faults anew after each answer", async () => {
  let asked = 0;
  using searched = search(() => {
    if (++asked > 60) return FOUND;
    return asked % 10 === 0 ? WAITING : { status: 503 };
  });
  assertEquals((await searched.ticket).matchId, "m1");
});

for (const [status, code] of [[410, "no_opponents"], [503, "no_servers"]] as const) {
  Deno.test(`Finding a match ends, and is stopped, with a refusal: ${code}`, async () => {
    using searched = search(() => ({ status, body: code }));
    const { gateway, ticket } = searched;
    assertEquals((await assertRejects(() => ticket, ApiError)).code, code);
    assertEquals(gateway.asked, [FIND, POLL, STOP]);
  });
}

Deno.test("Finding a match is stopped when the player wants no more", async () => {
  const wish = new AbortController();
  using searched = search(() => {
    wish.abort();
    return WAITING;
  }, wish.signal);
  const { gateway, ticket } = searched;
  assertEquals((await assertRejects(() => ticket, DOMException)).name, "AbortError");
  assertEquals(gateway.asked, [FIND, POLL, STOP]);
});

Deno.test("Finding a match stops no search of whoever has logged in since", async () => {
  using searched = search((gateway) => {
    gateway.keepLogin("bob");
    return gateway.asked.length > 2 ? { status: 404, body: "unknown_search" } : WAITING;
  });
  const { gateway, ticket } = searched;
  await assertRejects(() => ticket, ApiError);
  assertEquals(gateway.asked, [FIND, POLL, POLL]);
});
