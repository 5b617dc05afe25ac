/**
 * Redis is killed in the middle of a match, while others are found one.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  matchOwnerKey,
  OWNED_MATCHES_KEY,
  tryParseMatchOwner,
} from "../../core/protocol/match_owner.ts";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { REDIS_COMMAND, RedisBroker } from "../brokers/redis_broker.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { askToJoin } from "../clients/game_client.ts";
import { withWire } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import { say } from "../fuzz/seed.ts";
import { type TestSystem, withSystem } from "../harness.ts";
import { OUTAGE_PATIENCE_MS, untilDown, untilUp } from "./outage_health.ts";
import { History, readEveryEvent } from "./outage_history.ts";
import { OutageMatch } from "./outage_match.ts";
import { type Found, OutageMatchmaker, type Seeker } from "./outage_matchmaker.ts";

const whyNot = await whyNoProgram(REDIS_COMMAND);
const BROKERS = ["redis"];
const EARLY_COUNT = 8;
const LATE_COUNT = 8;
/** They ask again and again, and each gets another token for the same place. */
const HASTY_COUNT = 4;

/** A match that was found, and the token that lets into it. */
type Ticket = Extract<Found, { readonly ok: true }>;

brokerTest(
  "Outage of Redis in a match: every match token that was handed out lets in once, and finding goes on",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const broker = await RedisBroker.start();
    try {
      const address = `redis://127.0.0.1:${broker.port}`;
      const config = parsePortsConfig(new Map([["REDIS_URL", address]]));
      await withSystem({ config }, async (system) => {
        await OutageMatchmaker.run(system, (finder) => playThrough(system, broker, finder));
      });
    } finally {
      await broker.close();
    }
  },
);

async function playThrough(
  system: TestSystem,
  broker: RedisBroker,
  finder: OutageMatchmaker,
): Promise<void> {
  const { ledger } = await OutageMatch.play(system, async (match) => {
    await untilUp(system, BROKERS);
    const early = await finder.enlist("early", EARLY_COUNT);
    const hasty = await finder.enlist("hasty", HASTY_COUNT);
    const late = await finder.enlist("late", LATE_COUNT);
    const tickets = await eventuallyFindAll(finder, early);
    for (const ticket of tickets.splice(0, 2)) await redeem(match, ticket);
    await match.goesOn({ steered: true });
    // They are in the middle of it when the store dies.
    const finding = hasty.map((seeker) => findWhilePossible(finder, { seeker, tickets }));
    await eventually(() => assert(tickets.length >= EARLY_COUNT), OUTAGE_PATIENCE_MS);
    await broker.kill();
    await Promise.all(finding);
    await untilDown(system, BROKERS);
    await playWithout(system, match, { finder, late, tickets });
    await broker.startAgain();
    await untilUp(system, BROKERS);
    tickets.push(...await eventuallyFindAll(finder, late));
    for (const { matchId } of tickets) await assertOwned(system, matchId);
    for (const ticket of tickets) await redeem(match, ticket);
    for (const ticket of tickets) await assertSpent(match, ticket);
    match.ledger.matchIds.push(...tickets.map(({ matchId }) => matchId));
    say(`outage of Redis: ${tickets.length} tokens redeemed after it`);
    await match.goesOn({ steered: true });
  });
  assertEquals(ledger.refusals, []);
  const history = new History();
  await readEveryEvent(system, history);
  // Nobody is in those matches, but whoever they were made for may come back to them.
  const owned = { min: -Infinity, max: Infinity, limit: 100 };
  const leftBehind = await system.ports.kvStore.sortedSetRange(OWNED_MATCHES_KEY, owned);
  ledger.assertKept(history, leftBehind.map(({ member }) => member));
}

/** Plays on while there is no store: only what needs a token of it has to wait. */
async function playWithout(
  system: TestSystem,
  match: OutageMatch,
  seeking: {
    readonly finder: OutageMatchmaker;
    readonly late: readonly Seeker[];
    readonly tickets: readonly Ticket[];
  },
): Promise<void> {
  await match.goesOn({ steered: true });
  await match.recruits(2);
  await match.visit({ playerId: "visitor" });
  const [seeker] = seeking.late;
  const [ticket] = seeking.tickets;
  assert(seeker !== undefined && ticket !== undefined);
  await match.visit({ playerId: seeker.username, token: seeker.token });
  assertEquals(await seeking.finder.find(seeker), { ok: false, code: "unavailable" });
  const { status, message } = await withWire(system.game.addresses.udp, (wire) => {
    return askToJoin(wire, { playerId: ticket.seeker.username, token: ticket.ticket });
  });
  assertEquals(status, "error");
  assertMatch(String(message), /^Internal server error: \w+$/);
}

/** Finds a match again and again, until that is refused for want of the store. */
async function findWhilePossible(
  finder: OutageMatchmaker,
  { seeker, tickets }: { readonly seeker: Seeker; readonly tickets: Ticket[] },
): Promise<void> {
  while (true) {
    const found = await finder.find(seeker);
    if (!found.ok) return assertEquals(found.code, "unavailable");
    tickets.push(found);
  }
}

/** A match for each, tried again while something is not there yet. */
async function eventuallyFindAll(
  finder: OutageMatchmaker,
  seekers: readonly Seeker[],
): Promise<Ticket[]> {
  const tickets: Ticket[] = [];
  for (const seeker of seekers) {
    await eventually(async () => {
      const found = await finder.find(seeker);
      assert(found.ok, JSON.stringify(found));
      tickets.push(found);
    }, OUTAGE_PATIENCE_MS);
  }
  return tickets;
}

async function redeem(match: OutageMatch, { seeker, matchId, ticket }: Ticket): Promise<void> {
  assertEquals(await match.visit({ playerId: seeker.username, token: ticket }), matchId);
}

/** Whoever comes with a token that counts no longer is a guest like others. */
async function assertSpent(match: OutageMatch, { matchId, ticket }: Ticket): Promise<void> {
  const sessionId = await match.visit({ playerId: "latecomer", token: ticket });
  assert(sessionId !== matchId, "a token counted twice");
}

async function assertOwned({ ports }: TestSystem, matchId: string): Promise<void> {
  await eventually(async () => {
    const owner = tryParseMatchOwner(await ports.kvStore.get(matchOwnerKey(matchId)) ?? "");
    assertEquals(owner?.serverId, "game-1");
  }, OUTAGE_PATIENCE_MS);
}
