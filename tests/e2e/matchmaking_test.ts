/** Matchmakers over HTTP, with auth and a game server, embedded and on the real brokers. */
import { assert, assertEquals } from "@std/assert";
import { brokerTest } from "../brokers/require_brokers.ts";
import { askToJoin } from "../clients/game_client.ts";
import { textAt } from "../clients/json_fields.ts";
import { withPlayers, withWire } from "../clients/with_players.ts";
import type { TestSystem } from "../harness.ts";
import {
  outliveLeader,
  playAsParty,
  playRankedDuel,
  stopSearching,
} from "./matchmaking_journeys.ts";
import {
  enlist,
  find,
  type OwnMatchmaker,
  type TestMatchmaker,
  whyNoRealBrokers,
  withMatchmakers,
  withRealBrokers,
} from "./matchmaking_system.ts";

const CLIENTS = 100;

type Journey = (system: TestSystem, matchmakers: readonly OwnMatchmaker[]) => Promise<void>;

const JOURNEYS: ReadonlyMap<string, Journey> = new Map([
  ["players who ask different matchmakers meet, and are rated once", playRankedDuel],
  ["a party plays on one team, with everybody's consent", playAsParty],
  ["a search is stopped by its own account", stopSearching],
  ["a match token counts once, for one of 100 clients", redeemByMany],
  ["who waits outlives the matchmaker that leads", outliveLeader],
]);

const whyNot = await whyNoRealBrokers();

Deno.test("Matchmaking on everything embedded", async (t) => {
  await withMatchmakers({ matchmakers: 2 }, (system, matchmakers) => {
    return playAll(t, system, matchmakers);
  });
});

for (const [name, journey] of JOURNEYS) {
  brokerTest(
    `Matchmaking on NATS, RabbitMQ, Redis and PostgreSQL: ${name}`,
    whyNot === undefined,
    whyNot ?? "",
    () => withRealBrokers((config) => withMatchmakers({ matchmakers: 2, config }, journey)),
  );
}

Deno.test("A guest who took an account's name has to give it back, and takes no ticket's", async () => {
  await withMatchmakers({ matchmakers: 1 }, async (system, [matchmaker]) => {
    assert(matchmaker !== undefined);
    const { udp } = system.game.addresses;
    const [ann] = await enlist(system, "owner", 1);
    assert(ann !== undefined);
    const { body } = await find(matchmaker, ann, { game_mode: "duel" });
    const token = textAt(body, "token");
    await withPlayers(udp, [{ playerId: ann.username }], async (squatter) => {
      const other = await withWire(udp, (wire) => askToJoin(wire, { playerId: "eve", token }));
      assertEquals(other.reason, "player_id is not that of the token");
      const again = await find(matchmaker, ann, { game_mode: "duel" });
      const join = { playerId: ann.username, token: textAt(again.body, "token") };
      await withPlayers(udp, [join], (owner) => {
        assertEquals(owner.sessionId, textAt(body, "match_id"));
        assert(owner.sessionId !== squatter.sessionId);
        return Promise.resolve();
      });
    });
  });
});

async function playAll(
  t: Deno.TestContext,
  system: TestSystem,
  matchmakers: readonly OwnMatchmaker[],
): Promise<void> {
  for (const [name, journey] of JOURNEYS) {
    await t.step(name, () => journey(system, matchmakers));
  }
}

/** Every client has the same token, and each proves an address of its own. */
async function redeemByMany(
  system: TestSystem,
  [matchmaker]: readonly TestMatchmaker[],
): Promise<void> {
  assert(matchmaker !== undefined);
  const [ann] = await enlist(system, "popular", 1);
  assert(ann !== undefined);
  const { body } = await find(matchmaker, ann, { game_mode: "steppe_war" });
  const join = { playerId: ann.username, token: textAt(body, "token") };
  const replies = await Promise.all(
    Array.from(
      { length: CLIENTS },
      () => withWire(system.game.addresses.udp, (wire) => askToJoin(wire, join)),
    ),
  );
  const matchId = textAt(body, "match_id");
  const inside = replies.filter(({ session_id }) => session_id === matchId);
  assertEquals(inside.map(({ status }) => status), ["joined"]);
}
