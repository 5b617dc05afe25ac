/** What comes through the brokers: PROTOCOL section 5. */
import { assert, assertEquals } from "@std/assert";
import type { JsonValue } from "../../core/json.ts";
import { type GameClient, tankIn } from "../clients/game_client.ts";
import { assertReply, isText } from "../clients/reply_shape.ts";
import { dropCount, scrape } from "../clients/scrape.ts";
import { readEvents } from "../clients/event_reader.ts";
import { withPlayers, withWire } from "../clients/with_players.ts";
import { eventually, inTime } from "../contract/eventually.ts";
import { type TestSystem, withSystem } from "../harness.ts";

const COMMANDS = "player_commands";
const MATCHES = "matchmaking_events";

const POISON: Readonly<Record<string, readonly JsonValue[]>> = {
  [COMMANDS]: [
    null,
    5,
    "move",
    [],
    {},
    { player_id: "p1" },
    { player_id: "p1", command: "dance", details: {} },
    { player_id: "p1", command: "move" },
    { player_id: "p1", command: "move", details: { new_position: ["1", "2"] } },
    { player_id: 5, command: "shoot", details: {} },
    { command: "shoot", details: {} },
    { player_id: "p1", command: "leave_game", details: {} },
    { player_id: "p1", command: "input", details: { throttle: "1" } },
  ],
  [MATCHES]: [
    null,
    5,
    "new_match_created",
    [],
    {},
    { event_type: "new_match_created" },
    { event_type: "something_else", match_details: { match_id: "m", mode: "team", players: [] } },
    { event_type: "new_match_created", match_details: { mode: "team", players: ["p1"] } },
    { event_type: "new_match_created", match_details: { match_id: 5, mode: "team", players: [] } },
    {
      event_type: "new_match_created",
      match_details: { match_id: "m", mode: "team", players: "p1" },
    },
  ],
};

/** Waits until the services have taken everything from a queue. */
async function untilTaken({ ports }: TestSystem, queue: string): Promise<void> {
  await eventually(async () => assertEquals(await ports.workQueue.depth(queue), 0), 5_000);
}

/** Waits until the tank has driven. */
async function untilDriven(client: GameClient, deadlineMs?: number): Promise<void> {
  const start = client.own(await client.until("a state"));
  await client.next("its tank drive", (snapshot) => {
    const { x, y } = client.own(snapshot);
    return Math.hypot(x - start.x, y - start.y) > 1;
  }, deadlineMs);
}

Deno.test("Game does what player_commands say", async () => {
  await withSystem({}, async ({ game, ports }) => {
    const joins = [{ playerId: "p1" }, { playerId: "p2" }] as const;
    await withPlayers(game.addresses.udp, joins, async (client, other) => {
      const start = await other.until("both", ({ tanks }) => tanks.size === 2);
      const { x, y, heading } = tankIn(start, client.tankId);
      const goal = { x: x + 4 * Math.cos(heading), y: y + 4 * Math.sin(heading) };
      const about = { source: "admin", tank_id: client.tankId };
      const move = { ...about, new_position: [goal.x, goal.y] };
      await ports.workQueue.publish(COMMANDS, {
        player_id: "p1",
        command: "move",
        details: move,
      });
      await client.until("arrival", (snapshot) => {
        const own = client.own(snapshot);
        return Math.hypot(own.x - goal.x, own.y - goal.y) < 0.6;
      });
      await ports.workQueue.publish(COMMANDS, {
        player_id: "p1",
        command: "shoot",
        details: about,
      });
      // Not by its shell: what stands before the muzzle may take it in the same tick.
      await eventually(async () => {
        const shots = await readEvents(ports.eventLog, "game_events", "tank_shot");
        assertEquals(shots.map((shot) => shot.tank_id), [client.tankId]);
      });
      assertEquals(tankIn(await other.until("now"), other.tankId), other.own(start));
    });
  });
});

Deno.test("Game keeps a match that was ordered for those for whom it was ordered", async () => {
  await withSystem({}, async (system) => {
    const { game, ports } = system;
    const details = { match_id: "match-1", mode: "team", players: ["p1", "p2"] };
    const order = { event_type: "new_match_created", match_details: details };
    // Delivered twice, as a queue may.
    for (let time = 0; time < 2; time++) await ports.workQueue.publish(MATCHES, order);
    await untilTaken(system, MATCHES);
    const created = await readEvents(ports.eventLog, "player_sessions_history", "session_created");
    assertEquals(created.length, 1);
    await withWire(game.addresses.udp, async (stranger) => {
      const join = { action: "join_game", player_id: "p3", match_id: "match-1" };
      const refused = { status: "join_failed", reason: isText };
      assertReply(await stranger.ask(join), refused);
      const joins = [
        { playerId: "p1", matchId: "match-1" },
        { playerId: "p2", matchId: "match-1" },
        { playerId: "p4" },
      ] as const;
      await withPlayers(game.addresses.udp, joins, async (first, second, elsewhere) => {
        assertEquals(first.sessionId, second.sessionId);
        assert(elsewhere.sessionId !== first.sessionId, "somebody else is in the match");
        assertEquals(created[0]?.session_id, first.sessionId);
        assertReply(await stranger.ask(join), refused);
        await first.until("both", ({ tanks }) => tanks.size === 2);
      });
    });
  });
});

for (const [queue, messages] of Object.entries(POISON)) {
  Deno.test(`Game sets aside what it cannot read of ${queue}, and goes on`, async () => {
    await withSystem({}, async ({ game, ports }) => {
      const dead: JsonValue[] = [];
      const all = Promise.withResolvers<void>();
      const subscription = await ports.workQueue.consume(`${queue}.dead`, ({ message }) => {
        dead.push(message);
        if (dead.length === messages.length) all.resolve();
        return Promise.resolve();
      });
      await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (client) => {
        for (const message of messages) await ports.workQueue.publish(queue, message);
        await inTime(all.promise, 5_000).catch(() => assertEquals(dead, [...messages]));
        const texts = (list: readonly JsonValue[]): string[] =>
          list.map((message) => JSON.stringify(message)).toSorted();
        assertEquals(texts(dead), texts(messages));
        const details = { source: "admin", tank_id: client.tankId };
        await ports.workQueue.publish(COMMANDS, { player_id: "p1", command: "shoot", details });
        await client.next("a shell", ({ message }) => message.shells.length > 0);
      });
      await subscription.close();
    });
  });
}

Deno.test("Game does what clients say by way of the broker too", async () => {
  await withSystem({ env: { GAME_COMMAND_ROUTE: "broker" } }, async ({ game, ports }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "p1" }], async (client) => {
      await client.act("input", { seq: 2, fire: true });
      await client.until("a shell", ({ message }) => message.shells.length > 0);
      await client.act("input", { seq: 3, throttle: 1 });
      await untilDriven(client);
      await client.until("the input acknowledged", ({ message }) => message.ackSeq === 3);
      const own = client.own(await client.until("now"));
      await client.act("move", { position: [own.x, own.y] });
      await client.act("shoot");
      assertEquals(await client.wire.repliesUntilPong(), []);
      await eventually(async () => {
        const samples = await scrape(game.addresses.ops);
        const applied = samples.get('game_commands_consumed_total{outcome="applied"}');
        assertEquals(applied, 4, "commands that came through the queue");
      }, 5_000);
      assertEquals(await ports.workQueue.depth(`${COMMANDS}.dead`), 0);
    });
    // The rules of who may act for whom are the same on this way.
    await withPlayers(game.addresses.udp, [{ playerId: "p2" }], async (client) => {
      const before = client.own(await client.until("a state"));
      await withWire(game.addresses.udp, async (wire) => {
        await wire.send({ action: "input", player_id: "p2", seq: 1, throttle: 1 });
        assertEquals(await wire.repliesUntilPong(), []);
      });
      assertEquals(await dropCount(game.addresses.ops, "foreign_address"), 1);
      await client.nextMany(5);
      assertEquals(client.own(await client.until("now")), before);
    });
  });
});
