import { assert, assertEquals } from "@std/assert";
import { routeDirect } from "./command_route.ts";
import { MessageHandler, type Sender, type TokenClaim } from "./message_handler.ts";
import type { PlayerLink } from "./player_link.ts";
import { openTestLink, openTestSessions, type TestSessions } from "./testing.ts";
import type { JoinMessage } from "./wire/json_message.ts";

const JOIN: JoinMessage = {
  action: "join_game",
  playerId: "ann",
  token: undefined,
  matchId: undefined,
  mode: undefined,
  challenge: undefined,
  repeat: false,
};

const STEER = {
  action: "input",
  throttle: 1,
  turn: 0,
  turretRad: undefined,
  fire: false,
} as const;
const TICKET = "t".repeat(43);
const CLAIMS: ReadonlyMap<string, TokenClaim> = new Map([
  ["good", { accountId: "account-good", playerId: "ann", matchId: undefined }],
  [TICKET, { accountId: "account-ticket", playerId: "ann", matchId: "m1" }],
]);

Deno.test("MessageHandler gives a guest a tank, or asks for a token where guests may not play", async () => {
  const open = openHandler({ allowGuests: true });
  assertEquals(await statusOf(open, JOIN), "joined");
  assertEquals(await statusOf(open, JOIN), "already_in_session");
  const closed = openHandler({ allowGuests: false });
  assertEquals(await statusOf(closed, JOIN), "join_failed");
  assertEquals(await statusOf(closed, { ...JOIN, token: "bad" }), "join_failed");
});

Deno.test("MessageHandler has an address proven before it answers with more than it was sent", async () => {
  const test = openHandler({ allowGuests: false });
  const message = { ...JOIN, token: "good" };
  assertEquals(await statusOf(test, message), "challenge");
  assertEquals(await statusOf(test, { ...message, challenge: "wrong" }), "challenge");
  assertEquals(await statusOf(test, { ...message, challenge: "proof" }), "joined");
  assertEquals(test.sessions.find("ann")?.accountId, "account-good");
});

Deno.test("MessageHandler spends a match token on a proven address, once, and on its match", async () => {
  const test = openHandler({ allowGuests: false });
  test.sessions.createOnOrder({ matchId: "m1", mode: "team", players: ["account-ticket"] });
  const message = { ...JOIN, token: TICKET, matchId: "another" };
  assertEquals(await statusOf(test, message), "challenge");
  assertEquals(test.checked, []);
  assertEquals(await statusOf(test, { ...message, challenge: "proof" }), "joined");
  assertEquals(test.sessions.find("ann")?.match.id, "m1");
  assertEquals(await statusOf(test, { ...message, challenge: "proof" }), "already_in_session");
  assertEquals(test.checked, [TICKET]);
});

Deno.test("MessageHandler says joined again to who asks for it, at the address that was proven", async () => {
  const test = openHandler({ allowGuests: false });
  const proven = { ...JOIN, token: "good", challenge: "proof" };
  const joined = JSON.parse(await test.handler.join(proven, senderAt("host")));
  const player = test.sessions.find("ann");
  assert(player !== undefined);
  player.match.queue(player.tank, { ...STEER, seq: 9 });
  player.match.tick();
  player.ackedTick = player.match.world.tick;
  // More than was sent, and so only to who receives it.
  assertEquals(
    await statusOf(test, { ...proven, challenge: undefined, repeat: true }),
    "challenge",
  );
  assertEquals(player.match.appliedSeq(player.tank), 9);
  const again = JSON.parse(
    await test.handler.join({ ...proven, repeat: true }, senderAt("host")),
  );
  assertEquals([again.status, again.tank_id, again.initial_state.tick], [
    ...["joined", joined.tank_id],
    player.match.world.tick,
  ]);
  // It counts from the start, and has no state that another could be a change of.
  assertEquals([player.match.appliedSeq(player.tank), player.ackedTick], [0, undefined]);
  player.match.queue(player.tank, { ...STEER, seq: 1 });
  player.match.tick();
  assertEquals(player.match.appliedSeq(player.tank), 1);
  assertEquals(test.checked, ["good"]);
});

Deno.test("MessageHandler takes the account that the connection has logged in to", async () => {
  const test = openHandler({ allowGuests: false });
  const sender = { ...senderAt("host"), accountId: "a1", username: "ann", isProven: () => true };
  assertEquals(JSON.parse(await test.handler.join(JOIN, sender)).status, "joined");
  assertEquals(test.sessions.find("ann")?.accountId, "a1");
});

Deno.test("MessageHandler lets an account play under no name but its own", async () => {
  const test = openHandler({ allowGuests: true });
  const message = { ...JOIN, playerId: "bob", token: "good" };
  const reply = JSON.parse(await test.handler.join(message, senderAt("host")));
  assertEquals(reply, { status: "join_failed", reason: "player_id is not that of the token" });
  assertEquals(test.sessions.playerCount, 0);
});

Deno.test("MessageHandler acts for a player from the player's own address only", () => {
  const test = openHandler({ allowGuests: true });
  const player = test.seat("ann", openTestLink("home"));
  const shoot = { action: "shoot", playerId: "ann" } as const;
  const cases:
    readonly (readonly [Sender, typeof shoot | { action: "shoot"; playerId: string }, unknown])[] =
      [
        [senderAt("home"), shoot, { kind: "done" }],
        [senderAt("elsewhere"), shoot, { kind: "ignored", reason: "foreign_address" }],
        [senderAt("home"), { ...shoot, playerId: "bob" }, {
          kind: "ignored",
          reason: "unknown_player",
        }],
      ];
  for (const [sender, message, handled] of cases) {
    assertEquals<unknown>(test.handler.handle(message, sender), handled);
  }
  player.match.tick();
  assertEquals(player.tank.firePending || player.tank.reloadTicks > 0, true);
});

Deno.test("MessageHandler lets a player leave, and says so where there is none", () => {
  const test = openHandler({ allowGuests: true });
  test.seat("ann", openTestLink("home"));
  const leave = { action: "leave_game", playerId: "ann" } as const;
  assertEquals(test.handler.handle(leave, senderAt("elsewhere")).kind, "ignored");
  const replies = [0, 1].map(() => {
    const handled = test.handler.handle(leave, senderAt("home"));
    return handled.kind === "done" ? JSON.parse(handled.reply ?? "{}").status : handled.reason;
  });
  assertEquals(replies, ["left_game", "not_in_game"]);
});

Deno.test("MessageHandler takes acknowledgements of snapshots that exist, the newest", async () => {
  const test = openHandler({ allowGuests: true });
  const player = test.seat("ann", openTestLink("home"));
  await test.clock.advance(1_000);
  const newest = player.match.snapshots.newest?.tick ?? 0;
  for (const tick of [newest - 2, newest, newest - 2, newest + 2, newest - 1]) {
    test.handler.handle({ action: "ack", playerId: "ann", tick }, senderAt("home"));
  }
  assertEquals(player.ackedTick, newest);
});

Deno.test("MessageHandler answers a ping with the tick of the sender's match", async () => {
  const test = openHandler({ allowGuests: true });
  const player = test.seat("ann", openTestLink("home"));
  await test.clock.advance(500);
  const ping = { action: "ping", t: 7 } as const;
  const { tick } = player.match.world;
  assertEquals(test.handler.handle(ping, senderAt("home")), {
    kind: "done",
    reply: `{"status":"pong","t":7,"tick":${tick}}`,
  });
  assertEquals(test.handler.handle(ping, senderAt("elsewhere")), {
    kind: "done",
    reply: '{"status":"pong","t":7,"tick":null}',
  });
});

Deno.test("MessageHandler hears a player in whatever it sends", async () => {
  const test = openHandler({ allowGuests: true });
  const player = test.seat("ann", openTestLink("home"));
  const messages = [
    { action: "move", playerId: "ann", xM: 1, yM: 1 },
    { action: "ack", playerId: "ann", tick: 0 },
    { action: "ping", t: 0 },
  ] as const;
  for (const message of messages) {
    await test.clock.advance(1_000);
    test.handler.handle(message, senderAt("home"));
    assertEquals(player.lastHeardMs, test.clock.monotonicMs(), message.action);
  }
});

function openHandler(
  options: { readonly allowGuests: boolean },
): TestSessions & { handler: MessageHandler; checked: readonly string[] } {
  const test = openTestSessions();
  const checked: string[] = [];
  const handler = new MessageHandler({
    ...options,
    sessions: test.sessions,
    route: routeDirect,
    clock: test.clock,
    tickRate: 30,
    checkToken: (token) => {
      checked.push(token);
      return Promise.resolve(CLAIMS.get(token));
    },
  });
  return { ...test, handler, checked };
}

async function statusOf(
  test: { readonly handler: MessageHandler },
  message: JoinMessage,
): Promise<string> {
  return JSON.parse(await test.handler.join(message, senderAt("host"))).status;
}

function senderAt(hostname: string): Sender {
  return {
    address: `udp:${hostname}:1`,
    accountId: undefined,
    username: undefined,
    openLink: (): PlayerLink => openTestLink(hostname),
    isProven: (challenge) => challenge === "proof",
    issueChallenge: () => "proof",
  };
}
