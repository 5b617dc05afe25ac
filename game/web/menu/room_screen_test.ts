import { assert, assertEquals, assertRejects } from "@std/assert";
import { Account } from "../net/account.js";
import { ApiError } from "../net/api.js";
import { FakeGateway, type FakeReply } from "../net/gateway_testing.ts";
import type { Ticket } from "../net/match_link.js";
import { Language } from "./language.js";
import { RoomScreen } from "./room_screen.js";

const ROOM = {
  code: "ABCDEF",
  game_mode: "duel",
  host: "id-alice",
  members: [{ account_id: "id-alice", player_id: "alice" }],
  members_max: 2,
  state: "open",
};
const OPEN: FakeReply = { status: 200, body: ROOM };
const MATCH = { match_id: "m1", token: "t1" };
const FILLED: FakeReply = { status: 200, body: { ...ROOM, state: "filled", match: MATCH } };

/** An element of the page, as far as the room needs one. */
class FakeElement extends EventTarget {
  textContent = "";
  className = "";
  hidden = false;
  disabled = false;
  readonly classList = { toggle: (): void => {} };
  append(): void {}
  replaceChildren(): void {}
}

interface Wait {
  readonly gateway: FakeGateway;
  readonly ticket: Promise<Ticket>;
}

/** Waits in a room of one's own; `answer` says how it stands, seeing what the player is shown. */
function wait(answer: (shown: string) => FakeReply): Wait & Disposable {
  const parts = new Map<string, FakeElement>();
  const part = (id: string): FakeElement => {
    const found = parts.get(id) ?? new FakeElement();
    parts.set(id, found);
    return found;
  };
  const gateway = new FakeGateway(({ what }) =>
    what === "POST /rooms" ? { ...OPEN, status: 201 } : answer(part("room-state").textContent)
  );
  gateway.replace(globalThis, "HTMLElement", FakeElement);
  gateway.replace(globalThis, "HTMLButtonElement", FakeElement);
  gateway.replace(globalThis, "document", {
    getElementById: part,
    createElement: () => new FakeElement(),
    createTextNode: () => new FakeElement(),
  });
  gateway.keepLogin("alice");
  const language = new Language();
  const room = new RoomScreen(new Account(), { language, onError: () => {} });
  const ticket = room.create({}).then(() => room.awaitMatch(new AbortController().signal));
  return { gateway, ticket, [Symbol.dispose]: () => gateway[Symbol.dispose]() };
}

for (const status of [0, 429, 502, 503, 504]) {
  Deno.test(`A private room is waited in through faults that pass: ${status}`, async () => {
    const fault = { status, body: "unavailable" };
    const replies = [OPEN, fault, fault, OPEN, fault, FILLED];
    const seen: string[] = [];
    using waited = wait((shown) => {
      seen.push(shown);
      return replies.shift() ?? FILLED;
    });
    assertEquals(await waited.ticket, { matchId: "m1", token: "t1" });
    const [open, , faulty] = seen;
    assert(open !== faulty);
    assertEquals(seen, [open, open, faulty, faulty, open, faulty]);
  });
}

Deno.test("A private room is given up where nothing is heard of it for minutes", async () => {
  using waited = wait(() => ({ status: 503, body: "unavailable", tookMs: 8_000 }));
  const { gateway, ticket } = waited;
  assertEquals((await assertRejects(() => ticket, ApiError)).code, "unavailable");
  assert(gateway.elapsedMs >= 120_000 && gateway.elapsedMs < 140_000, `${gateway.elapsedMs}`);
});

Deno.test("A private room is left at once when it is no more", async () => {
  using waited = wait(() => ({ status: 404, body: "unknown_room" }));
  const { gateway, ticket } = waited;
  assertEquals((await assertRejects(() => ticket, ApiError)).code, "unknown_room");
  assertEquals(gateway.asked, ["POST /rooms", "GET /rooms/ABCDEF"]);
});
