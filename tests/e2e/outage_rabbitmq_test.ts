/**
 * RabbitMQ is killed in the middle of a match whose every command goes through it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { EMBEDDED_PORTS } from "../../core/adapters/ports_config.ts";
import type { JsonValue } from "../../core/json.ts";
import type { WorkQueue } from "../../core/ports/work_queue.ts";
import { RabbitBroker, whyNoRabbitBroker } from "../brokers/rabbitmq_broker.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { PLAYER1, withLines } from "../clients/auth_requests.ts";
import { parseJsonObject, textAt } from "../clients/json_fields.ts";
import { scrape } from "../clients/scrape.ts";
import { eventually } from "../contract/eventually.ts";
import { say } from "../fuzz/seed.ts";
import { type TestSystem, withSystem } from "../harness.ts";
import { OUTAGE_PATIENCE_MS, untilDown, untilUp } from "./outage_health.ts";
import { History, readEveryEvent } from "./outage_history.ts";
import { OutageMatch } from "./outage_match.ts";

const whyNot = await whyNoRabbitBroker();
const BROKERS = ["rabbitmq_queues", "rabbitmq_rpc"];
const COMMANDS = "player_commands";
const ORDERS = "matchmaking_events";
const NEWS = "private_room.events";
/** Orders, and commands that nobody can read, that are published at each stage. */
const STAGE_COUNT = 15;

brokerTest(
  "Outage of RabbitMQ in a match: every command and every order that was published is done",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const broker = await RabbitBroker.start();
    try {
      const config = { ...EMBEDDED_PORTS, rabbitmq: broker.config };
      const env = { GAME_COMMAND_ROUTE: "broker", GAME_EMPTY_SESSION_MS: "1000" };
      await withSystem({ config, env }, (system) => playThrough(system, broker));
    } finally {
      await broker.close();
    }
  },
);

async function playThrough(system: TestSystem, broker: RabbitBroker): Promise<void> {
  const { workQueue } = system.ports;
  const news = await listen(workQueue);
  const dead = new Set<string>();
  await workQueue.consume(`${COMMANDS}.dead`, ({ message }) => {
    dead.add(textAt(parseJsonObject(JSON.stringify(message)), "player_id"));
    return Promise.resolve();
  });
  const office = new Office(workQueue);
  const match = await OutageMatch.play(system, async (match) => {
    await untilUp(system, BROKERS);
    await match.goesOn({ steered: true });
    await news.spread("before");
    await Promise.all(office.publishMany());
    // These are on their way when the broker dies, and the next come while it is dead.
    const published = office.publishMany();
    await broker.kill();
    await untilDown(system, BROKERS);
    published.push(...office.publishMany());
    await match.goesOn({ steered: false });
    await match.recruits(2);
    await match.visit({ playerId: "visitor" });
    assertEquals(await loginOverRpc(system), "Authentication service unavailable");
    await broker.startAgain();
    await untilUp(system, BROKERS);
    await Promise.all([...published, ...office.publishMany()]);
    await match.goesOn({ steered: true });
    await eventually(async () => {
      assertEquals(await loginOverRpc(system), "User player1 authenticated");
    }, OUTAGE_PATIENCE_MS);
    await news.spread("after");
    match.ledger.matchIds.push(...office.matchIds);
  });
  await assertConsumed(system, match.commandCount);
  await eventually(() => assertEquals(dead.size, office.riddleCount), OUTAGE_PATIENCE_MS);
  await assertRemembered(system, match);
}

async function assertRemembered(system: TestSystem, { ledger }: OutageMatch): Promise<void> {
  assertEquals(ledger.refusals, []);
  const history = new History();
  await readEveryEvent(system, history);
  ledger.assertKept(history);
}

/** Somebody else than the players, who publishes until it is confirmed, however often that takes. */
class Office {
  /** The matches that were ordered. */
  readonly matchIds: string[] = [];
  /** How many commands were published that nobody can read; each is unlike all others. */
  riddleCount = 0;
  readonly #workQueue: WorkQueue;

  constructor(workQueue: WorkQueue) {
    this.#workQueue = workQueue;
  }

  /** Begins to publish; each resolves with its confirmation. */
  publishMany(): Promise<void>[] {
    const publishing: Promise<void>[] = [];
    for (let index = 0; index < STAGE_COUNT; index++) {
      const matchId = `ordered-${this.matchIds.length}`;
      this.matchIds.push(matchId);
      const details = { match_id: matchId, mode: "duel", players: ["somebody"] };
      const order = { event_type: "new_match_created", match_details: details };
      publishing.push(this.#publish(ORDERS, order));
      const riddle = { player_id: `nobody-${this.riddleCount++}`, command: "dance" };
      publishing.push(this.#publish(COMMANDS, riddle));
    }
    return publishing;
  }

  #publish(queue: string, message: JsonValue): Promise<void> {
    return eventually(() => this.#workQueue.publish(queue, message), OUTAGE_PATIENCE_MS);
  }
}

/** Two who listen to a fanout exchange, and somebody who spreads news there. */
interface News {
  /** Publishes a few, and waits until both have heard them in order. */
  spread(name: string): Promise<void>;
}

async function listen(workQueue: WorkQueue): Promise<News> {
  const heard: JsonValue[][] = [[], []];
  for (const list of heard) {
    await workQueue.subscribeFanout(NEWS, (message) => Promise.resolve(void list.push(message)));
  }
  return {
    spread: async (name) => {
      // Both listen, again where they were cut off: what came before that was not for them.
      await eventually(async () => {
        await workQueue.publishFanout(NEWS, `${name}?`);
        assert(heard.every((list) => list.includes(`${name}?`)));
      }, OUTAGE_PATIENCE_MS);
      const news = Array.from({ length: STAGE_COUNT }, (_, index) => `${name} ${index}`);
      await Promise.all(news.map((message) => workQueue.publishFanout(NEWS, message)));
      await eventually(() => {
        for (const list of heard) {
          assertEquals(list.filter((message) => news.includes(String(message))), news);
        }
      }, OUTAGE_PATIENCE_MS);
    },
  };
}

/** What a login over the game server's TCP port, which asks auth over RabbitMQ, is answered. */
async function loginOverRpc({ game }: TestSystem): Promise<JsonValue | undefined> {
  return await withLines(game.addresses.tcp, async (client) => {
    await client.readLine();
    return (await client.askJson({ action: "login", ...PLAYER1 })).message;
  });
}

/** Every command that clients sent was consumed, or counted as one that the broker did not take in time. */
async function assertConsumed(system: TestSystem, sentCount: number): Promise<void> {
  const { workQueue } = system.ports;
  await eventually(async () => {
    assertEquals(await workQueue.depth(COMMANDS), 0);
    assertEquals(await workQueue.depth(ORDERS), 0);
    let consumedCount = 0;
    let droppedCount = 0;
    for (const [name, value] of await scrape(system.game.addresses.ops)) {
      if (name.startsWith("game_commands_consumed_total{")) consumedCount += value;
      if (name === "game_commands_dropped_total") droppedCount = value;
    }
    const counts = `${sentCount} sent, ${consumedCount} consumed, ${droppedCount} dropped`;
    assert(consumedCount + droppedCount >= sentCount, counts);
    say(`outage of RabbitMQ: ${counts}`);
  }, OUTAGE_PATIENCE_MS);
  assertEquals(await workQueue.depth(`${ORDERS}.dead`), 0);
}
