import { assert, assertEquals } from "@std/assert";
import { openTestLink } from "../testing.ts";
import { BinaryConnection } from "./binary_connection.ts";
import { CHAT_LENGTH_MAX, MatchChat } from "./match_chat.ts";
import { openTestEndpoint, type TestClient, type TestEndpoint } from "./testing.ts";

interface Chat {
  readonly test: TestEndpoint;
  readonly clients: readonly TestClient[];
  /** Has a player's client send a text. */
  say(playerId: string, text: string): void;
}

async function openChat(...playerIds: readonly string[]): Promise<Chat> {
  const test = openTestEndpoint();
  const { sessions, clock } = test.game;
  const chat = new MatchChat({ sessions, clock });
  const clients: TestClient[] = [];
  for (const playerId of playerIds) clients.push(await test.play(playerId));
  return {
    test,
    clients,
    say: (playerId, text) => {
      const link = sessions.find(playerId)?.link;
      if (!(link instanceof BinaryConnection)) throw new Error(`Cannot speak as ${playerId}`);
      chat.onText(link, text);
    },
  };
}

function said({ events }: TestClient): unknown[] {
  return events.flatMap((event) => event.kind === "message" ? [event.message] : []);
}

function chatOf(text: unknown): string {
  return JSON.stringify({ type: "chat", text });
}

Deno.test("MatchChat tells everybody in the match who speaks the binary protocol", async () => {
  const { test, clients, say } = await openChat("ann", "bob");
  const json = openTestLink("json");
  test.game.seat("cid", json);
  say("ann", chatOf("hello"));
  await test.run(500);
  const heard = { type: "chat", from: "ann", text: "hello" };
  assertEquals(clients.map(said), [[heard], [heard]]);
  assertEquals(json.sent.filter((message) => message.includes("chat")), []);
});

Deno.test("MatchChat ignores what is no chat, and what is too long", async () => {
  const { test, clients, say } = await openChat("ann");
  const texts = [
    "hello",
    "[]",
    `{"type":"shout","text":"x"}`,
    chatOf(7),
    chatOf(""),
    chatOf("x".repeat(CHAT_LENGTH_MAX + 1)),
  ];
  for (const text of texts) say("ann", text);
  say("ann", chatOf("x".repeat(CHAT_LENGTH_MAX)));
  await test.run(500);
  assertEquals(clients.map(said).map(({ length }) => length), [1]);
});

Deno.test("MatchChat tells what is long only as it is written in JSON", async () => {
  const { test, clients, say } = await openChat("ann", "bob");
  const text = '"'.repeat(CHAT_LENGTH_MAX);
  say("ann", chatOf(text));
  await test.run(500);
  const heard = { type: "chat", from: "ann", text };
  assertEquals(clients.map(said), [[heard], [heard]]);
});

Deno.test("MatchChat bounds how often somebody speaks", async () => {
  const { test, clients, say } = await openChat("ann");
  for (let count = 0; count < 20; count++) say("ann", chatOf(`${count}`));
  await test.run(1_000);
  assertEquals(clients.map(said).map(({ length }) => length), [5]);
  say("ann", chatOf("again"));
  await test.run(500);
  assertEquals(clients.map(said).map(({ length }) => length), [6]);
});

Deno.test("MatchChat bounds a player who comes back by other connections as one", async () => {
  const { test, clients, say } = await openChat("ann", "bob");
  const [ann] = clients;
  assert(ann !== undefined);
  const { back } = ann;
  const ids = new Set<number>();
  for (let resume = 0; resume < 3; resume++) {
    for (let count = 0; count < 20; count++) say("ann", chatOf(`${resume} ${count}`));
    const link = test.game.sessions.find("ann")?.link;
    if (link instanceof BinaryConnection) ids.add(link.id);
    ann.back = () => {};
    await test.run(2_000);
    ann.back = back;
    await test.run(1_000);
  }
  assertEquals(ids.size, 3, "each time by another connection");
  const heard = clients.slice(1).flatMap(said).length;
  assert(heard >= 5 && heard <= 11, `${heard} in 9 s`);
});

Deno.test("MatchChat bounds who has an account by that, and a guest by its player id", async () => {
  const { test, clients } = await openChat("ann", "bob");
  const chat = new MatchChat(test.game);
  const [ann, bob] = ["ann", "bob"].map((playerId) => test.game.sessions.find(playerId));
  assert(ann !== undefined && bob !== undefined);
  for (let count = 0; count < 10; count++) {
    for (const player of [ann, bob]) chat.say({ ...player, accountId: "a1" }, "of one account");
    for (const player of [ann, bob]) chat.say(player, "a guest");
  }
  await test.run(2_000);
  const texts = clients.slice(1).flatMap(said).map((message) => JSON.stringify(message));
  const [ofOne, ofGuests] = ["of one account", "a guest"]
    .map((text) => texts.filter((line) => line.includes(text)).length);
  assertEquals([ofOne, ofGuests], [5, 10]);
});
