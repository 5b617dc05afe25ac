import { assert, assertEquals } from "@std/assert";
import { type JsonObject, type JsonValue, tryJsonObject } from "../../core/json.ts";
import { askToJoin, type GameClient } from "../clients/game_client.ts";
import type { GatewayClient, GatewayReply } from "../clients/gateway_client.ts";
import { listAt, numberAt, objectAt, objectsAt, textAt } from "../clients/json_fields.ts";
import { withPlayers, withWire } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import type { GatewaySystem } from "./gateway_system.ts";
import { enlist, PINGS, type Seeker } from "./matchmaking_system.ts";

/** Sets accounts of one run apart from those of another on the same database. */
function newName(): string {
  return `room-${crypto.randomUUID().slice(0, 8)}`;
}

async function askOk(
  client: GatewayClient,
  key: string,
  { token }: Seeker,
  body?: JsonObject,
): Promise<JsonObject> {
  const reply = await client.ask(key, { token, ...(body && { body }) });
  assert(reply.status < 300, `${key}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}

/** A room of the host's, near to the game server of this process. */
async function openRoom(
  client: GatewayClient,
  host: Seeker,
  settings: JsonObject,
): Promise<string> {
  const room = await askOk(client, "POST /rooms", host, { ...settings, pings: PINGS });
  return textAt(room, "code");
}

function join(client: GatewayClient, code: string, { token }: Seeker): Promise<GatewayReply> {
  return client.ask(`POST /rooms/${code}/join`, { token, body: { pings: PINGS } });
}

async function teamOf(client: GameClient): Promise<number> {
  const snapshot = await client.until("its tank", ({ tanks }) => tanks.has(client.tankId));
  return snapshot.tanks.get(client.tankId)?.team ?? 0;
}

function entrance({ username }: Seeker, room: JsonObject): { playerId: string; token: string } {
  return { playerId: username, token: textAt(objectAt(room, "match"), "token") };
}

/**
 * Four friends by two gateways fill a room, each gets a token that lets in once, and they play two against two in
 * the arena that their host chose; nobody else comes to that match.
 */
export async function playWithFriends(system: GatewaySystem): Promise<void> {
  const { clients: [one, other = one], ports, game: { addresses: { udp } } } = system;
  const events: JsonObject[] = [];
  const heard = await ports.workQueue.subscribeFanout("private_room.events", (event) => {
    const fields = tryJsonObject(event) ?? {};
    events.push(fields);
    return Promise.resolve();
  });
  const friends = await enlist(system, newName(), 5);
  const [ann, bob, cem, dan, eve] = friends;
  assert(ann && bob && cem && dan && eve);
  const settings = { name: "Friday", game_mode: "team", map: "proving_ground", team_size: 2 };
  const code = await openRoom(one, ann, settings);
  for (const friend of [bob, cem]) assertEquals((await join(other, code, friend)).status, 200);
  const last = await join(one, code, dan);
  assertEquals(last.body.state, "filled");
  assertEquals((await join(one, code, eve)).code, "room_started");
  const rooms = [
    await askOk(other, `GET /rooms/${code}`, ann),
    await askOk(one, `GET /rooms/${code}`, bob),
    await askOk(other, `GET /rooms/${code}`, cem),
    last.body,
  ];
  const matchIds = rooms.map((room) => textAt(objectAt(room, "match"), "match_id"));
  assertEquals(new Set(matchIds).size, 1);
  const joins = [ann, bob, cem, dan].map((friend, index) => entrance(friend, rooms[index] ?? {}));
  await withPlayers(udp, joins, async (...players: GameClient[]) => {
    assertEquals(players.map(({ sessionId }) => sessionId), matchIds);
    assertEquals(await Promise.all(players.map(teamOf)), [1, 2, 1, 2]);
    const spent = await withWire(udp, (wire) => askToJoin(wire, joins[0] ?? { playerId: "" }));
    assert(spent.status !== "joined", JSON.stringify(spent));
  });
  const arena = await arenaOf(system, textAt(objectAt(last.body, "match"), "match_id"));
  assertEquals(arena, "proving_ground");
  const mine = (): JsonObject[] => events.filter((event) => event.code === code);
  await eventually(() => {
    assertEquals(mine().map(({ event_type }) => event_type).toSorted(), [
      "player_joined",
      "player_joined",
      "player_joined",
      "room_created",
      "room_filled",
    ]);
  });
  const filled = mine().find(({ event_type }) => event_type === "room_filled") ?? {};
  assertEquals(filled.match_id, matchIds[0]);
  assertEquals(listAt(filled, "members"), [ann, bob, cem, dan].map(({ accountId }) => accountId));
  assert(mine().every((event) => numberAt(event, "timestamp") > 0 && textAt(event, "event_id")));
  assert(!JSON.stringify(mine()).includes("Friday"));
  await heard.close();
}

/** The arena in which the game server says that it plays a match. */
async function arenaOf({ ports }: GatewaySystem, matchId: string): Promise<JsonValue | undefined> {
  await ports.eventLog.flush();
  for await (const { value } of ports.eventLog.read("match_inputs", { key: matchId })) {
    if (value.event_type === "match_recorded") return value.arena;
  }
  return undefined;
}

/** Many want the last places of a room at once, by several gateways: as many get in as there are places. */
export async function rushIn(system: GatewaySystem): Promise<void> {
  const { clients } = system;
  const [host, ...others] = await enlist(system, newName(), 16);
  assert(host !== undefined);
  const [one] = clients;
  const code = await openRoom(one, host, { game_mode: "ffa", team_size: 6 });
  const replies = await Promise.all(
    others.map((other, index) => join(clients[index % clients.length] ?? one, code, other)),
  );
  const inside = replies.filter(({ status }) => status === 200);
  assertEquals(inside.length, 5);
  for (const { code: refusal, status } of replies) {
    if (status !== 200) assert(refusal === "room_started" || refusal === "room_full", `${refusal}`);
  }
  const room = await askOk(one, `GET /rooms/${code}`, host);
  assertEquals([room.state, objectsAt(room, "members").length], ["filled", 6]);
  // Whoever did not get in is in no room.
  const late = others.find((_, index) => replies[index]?.status !== 200);
  assert(late !== undefined);
  await openRoom(one, late, {});
}

/** The host goes, and then the matchmaker by which the room was opened: the room goes on. */
export async function outliveHost(system: GatewaySystem): Promise<void> {
  const { clients: [one], matchmakers } = system;
  const [ann, bob, cem] = await enlist(system, newName(), 3);
  assert(ann && bob && cem);
  const code = await openRoom(one, ann, { game_mode: "team" });
  for (const friend of [bob, cem]) await join(one, code, friend);
  await askOk(one, `POST /rooms/${code}/leave`, ann);
  const room = await askOk(one, `GET /rooms/${code}`, cem);
  assertEquals(room.host, bob.accountId);
  assertEquals((await one.ask(`POST /rooms/${code}/start`, { token: cem.token })).code, "not_host");
  // Who left may open another.
  const own = await openRoom(one, ann, {});
  await matchmakers[0]?.close();
  assertEquals((await askOk(one, `DELETE /rooms/${own}`, ann)).state, "closed");
  const started = await askOk(one, `POST /rooms/${code}/start`, bob);
  assertEquals(started.state, "filled");
  await withPlayers(system.game.addresses.udp, [entrance(bob, started)], (player) => {
    assertEquals(player.sessionId, textAt(objectAt(started, "match"), "match_id"));
    return Promise.resolve();
  });
}
