/**
 * NATS is killed in the middle of a match, while matchmaker and game server speak over it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type NatsPubSub, openNatsPubSub } from "../../core/adapters/nats_pub_sub.ts";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { tryParseServerStatus } from "../../core/protocol/server_status.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { NATS_COMMAND, NatsBroker } from "../brokers/nats_broker.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { eventually } from "../contract/eventually.ts";
import { say } from "../fuzz/seed.ts";
import { type TestSystem, withSystem } from "../harness.ts";
import { OUTAGE_PATIENCE_MS, readDown, untilDown, untilUp } from "./outage_health.ts";
import { History, readEveryEvent } from "./outage_history.ts";
import { OutageMatch } from "./outage_match.ts";
import { OutageMatchmaker, type Seeker } from "./outage_matchmaker.ts";

const whyNot = await whyNoProgram(NATS_COMMAND);
const BROKERS = ["nats"];
const SEEKER_COUNT = 8;

brokerTest(
  "Outage of NATS in a match: servers are heard again, and every match that was found was made",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const broker = await NatsBroker.start();
    // As another process would, over a connection of its own.
    const listener = await openNatsPubSub({
      config: broker.config(),
      clock: systemClock,
      log: silentLog,
      random: Math.random,
    });
    try {
      const config = parsePortsConfig(new Map([["NATS_URL", `nats://127.0.0.1:${broker.port}`]]));
      await withSystem({ config }, async (system) => {
        await OutageMatchmaker.run(
          system,
          (finder) => playThrough(system, { broker, listener, finder }),
        );
      });
    } finally {
      await listener.close();
      await broker.close();
    }
  },
);

async function playThrough(
  system: TestSystem,
  { broker, listener, finder }: {
    readonly broker: NatsBroker;
    readonly listener: NatsPubSub;
    readonly finder: OutageMatchmaker;
  },
): Promise<void> {
  const heard: (number | undefined)[] = [];
  listener.subscribe("server.status", ({ payload }) => {
    heard.push(tryParseServerStatus(payload)?.udpPort);
  });
  const isHeard = (): Promise<void> => {
    heard.length = 0;
    return eventually(() => {
      assertEquals(heard.at(-1), system.game.addresses.udp.port);
    }, OUTAGE_PATIENCE_MS);
  };
  const { ledger } = await OutageMatch.play(system, async (match) => {
    await untilUp(system, BROKERS);
    await isHeard();
    const early = await finder.enlist("early", SEEKER_COUNT);
    const late = await finder.enlist("late", SEEKER_COUNT);
    await eventuallyFindAll(finder, { seekers: early, match });
    await match.goesOn({ steered: true });
    await broker.kill();
    await untilDown(system, BROKERS);
    await playWithout(match, { finder, late });
    await broker.startAgain();
    await untilUp(system, BROKERS);
    await isHeard();
    await eventuallyFindAll(finder, { seekers: late, match });
    await eventuallySees(finder, { servers: true });
    await match.goesOn({ steered: true });
    say(`outage of NATS: ${match.ledger.matchIds.length} matches found and made`);
  });
  assertEquals(ledger.refusals, []);
  const history = new History();
  await readEveryEvent(system, history);
  ledger.assertKept(history);
}

/** Plays on while nobody hears of servers: a match that runs needs none of it. */
async function playWithout(
  match: OutageMatch,
  seeking: { readonly finder: OutageMatchmaker; readonly late: readonly Seeker[] },
): Promise<void> {
  await match.goesOn({ steered: true });
  await match.recruits(2);
  await match.visit({ playerId: "visitor" });
  const [seeker] = seeking.late;
  assert(seeker !== undefined);
  await match.visit({ playerId: seeker.username, token: seeker.token });
  assertEquals(await seeking.finder.find(seeker), { ok: false, code: "no_servers" });
  await eventuallySees(seeking.finder, { servers: false });
}

function eventuallySees(
  { service }: OutageMatchmaker,
  { servers }: { readonly servers: boolean },
): Promise<void> {
  return eventually(async () => {
    assertEquals("game_servers" in await readDown(service.addresses.ops), !servers);
  }, OUTAGE_PATIENCE_MS);
}

/** Has a match found for each and takes the place in it, however often it has to be asked for. */
async function eventuallyFindAll(
  finder: OutageMatchmaker,
  { seekers, match }: { readonly seekers: readonly Seeker[]; readonly match: OutageMatch },
): Promise<void> {
  for (const seeker of seekers) {
    await eventually(async () => {
      const found = await finder.find(seeker);
      assert(found.ok, JSON.stringify(found));
      match.ledger.matchIds.push(found.matchId);
      const joined = await match.visit({ playerId: seeker.username, token: found.ticket });
      assertEquals(joined, found.matchId);
    }, OUTAGE_PATIENCE_MS);
  }
}
