/** Several people in the room over TCP: PROTOCOL section 3. */
import { assert, assertEquals } from "@std/assert";
import { askOnce, withLines } from "../clients/auth_requests.ts";
import { readEvents } from "../clients/event_reader.ts";
import { LineClient } from "../clients/line_client.ts";
import { type TestSystem, withSystem } from "../harness.ts";

const PASSWORD = "password-1";

/** Registers the names and lets each into the room, one after the other. */
async function withRoom(
  names: readonly string[],
  work: (people: readonly LineClient[], system: TestSystem) => Promise<void>,
): Promise<void> {
  await withSystem({}, async (system) => {
    const people: LineClient[] = [];
    try {
      for (const username of names) {
        const register = { action: "register", username, password: PASSWORD };
        await askOnce(system.auth.addresses.tcp, register);
        people.push(await enter(system, username));
        // Those who are there have been told by then.
        for (const other of people.slice(0, -1)) {
          assertEquals(await other.readLine(), `SERVER: Player ${username} joined the room.`);
        }
      }
      await work(people, system);
    } finally {
      for (const person of people) await person.close();
    }
  });
}

async function enter({ game }: TestSystem, username: string): Promise<LineClient> {
  const client = await LineClient.connect(game.addresses.tcp);
  await client.readLine();
  await client.sendLine(`LOGIN ${username} ${PASSWORD}`);
  const reply = await client.readLine();
  assert(reply.startsWith("LOGIN_SUCCESS "), reply);
  assertEquals(await client.readLine(), "SERVER: Welcome to the game room!");
  return client;
}

Deno.test("Game tells everybody in the room what one says", async () => {
  await withRoom(["ann", "bob", "eve"], async (people) => {
    const said: readonly [number, string, string][] = [
      [0, "SAY hello", "ann: hello"],
      [1, "SAY  two  words ", "bob: two  words"],
      [2, "say Привет, \u{1F417}!", "eve: Привет, \u{1F417}!"],
      [0, "SAY SERVER: Player bob left the room.", "ann: SERVER: Player bob left the room."],
    ];
    for (const [index, line, heard] of said) {
      await people[index]?.sendLine(line);
      for (const person of people) assertEquals(await person.readLine(), heard);
    }
  });
});

Deno.test("Game lists who is in the room, in the order in which they came", async () => {
  await withRoom(["mia", "ann", "zoe"], async (people) => {
    for (const person of people) {
      assertEquals(await person.ask("PLAYERS"), "SERVER: Players in room: mia, ann, zoe");
    }
    const [mia, ann, zoe] = people;
    await ann?.sendLine("QUIT");
    await ann?.readUntilClosed();
    for (const person of [mia, zoe]) {
      assertEquals(await person?.readLine(), "SERVER: Player ann left the room.");
      assertEquals(await person?.ask("PLAYERS"), "SERVER: Players in room: mia, zoe");
    }
  });
});

Deno.test("Game tells the others when somebody leaves, however it happens", async () => {
  await withRoom(["ann", "bob", "eve", "kim"], async ([ann, bob, eve, kim], system) => {
    assert(ann && bob && eve && kim);
    await bob.sendLine("QUIT");
    assertEquals(await bob.readUntilClosed(), ["SERVER: You are leaving the room..."]);
    assertEquals(await ann.readLine(), "SERVER: Player bob left the room.");
    await eve.send("MOV");
    await eve.close();
    assertEquals(await ann.readLine(), "SERVER: Player eve left the room.");
    await kim.closeWrite();
    assertEquals(await ann.readLine(), "SERVER: Player kim left the room.");
    assertEquals(await ann.ask("PLAYERS"), "SERVER: Players in room: ann");
    const left = await readEvents(
      system.ports.eventLog,
      "player_sessions_history",
      "player_left_session",
    );
    assertEquals(left.map((event) => event.player_id), ["bob", "eve", "kim"]);
  });
});

Deno.test("Game tells nobody of those who only look in", async () => {
  await withRoom(["ann"], async ([ann], { game }) => {
    assert(ann);
    await withLines(game.addresses.tcp, async (stranger) => {
      await stranger.readLine();
      await stranger.ask("HELP");
      await ann.sendLine("SAY to whom it may concern");
      assertEquals(await ann.readLine(), "ann: to whom it may concern");
      await stranger.sendLine("QUIT");
      assertEquals(await stranger.readUntilClosed(), ["SERVER: You are leaving the room..."]);
    });
    assertEquals(await ann.ask("PLAYERS"), "SERVER: Players in room: ann");
  });
});

Deno.test("Game drives and fires the tank of who types it", async () => {
  await withRoom(["ann", "bob"], async ([ann, bob], { ports }) => {
    assert(ann && bob);
    assertEquals(await ann.ask("MOVE 40 20"), "COMMAND_RECEIVED MOVE");
    assertEquals(await ann.ask("SHOOT"), "COMMAND_RECEIVED SHOOT");
    const sessions = await readEvents(
      ports.eventLog,
      "player_sessions_history",
      "player_joined_session",
    );
    const tanks = new Map(sessions.map((event) => [event.player_id, event.tank_id]));
    const seen = Promise.withResolvers<void>();
    const topics = [["game_events", "tank_shot"], ["tank_coordinates_history", "tank_moved"]];
    const acted = new Set<string>();
    const subscriptions = await Promise.all(topics.map(([topic = "", type = ""]) => {
      return ports.eventLog.subscribe(topic, "test", ({ value }) => {
        if (value.event_type === type && value.tank_id === tanks.get("ann")) acted.add(type);
        if (acted.size === topics.length) seen.resolve();
        return Promise.resolve();
      });
    }));
    await seen.promise;
    for (const subscription of subscriptions) await subscription.close();
    const shots = await readEvents(ports.eventLog, "game_events", "tank_shot");
    assertEquals(shots.map((shot) => shot.tank_id), [tanks.get("ann")]);
  });
});
