/** Commands for players of any server, taken by any server: PROTOCOL section 5. */
import { assert, assertEquals } from "@std/assert";
import { EMBEDDED_PORTS, type PortsConfig } from "../../core/adapters/ports_config.ts";
import { whyNobodyListens } from "../brokers/broker_here.ts";
import { RabbitBroker, whyNoRabbitBroker } from "../brokers/rabbitmq_broker.ts";
import { MACHINE_REDIS_PORT, redisConfig } from "../brokers/redis_broker.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import type { GameClient } from "../clients/game_client.ts";
import { withPlayers } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import { type CommandServer, withTwoServers } from "./command_servers.ts";

const COMMANDS = "player_commands";
const COUNT = 20;
/** How long the queue of a server that is gone stays, with what is in it. */
const KEPT_MS = 10_000;

/** Holds the id of the server that has the player. */
function playerOwnerKey(playerId: string): string {
  return `player:${playerId}`;
}

/** A server's own queue. */
function serverCommandsQueue(serverId: string): string {
  return `${COMMANDS}.${serverId}`;
}

/** Publishes inputs for a player to the queue that all servers share. */
async function publishInputs({ ports }: CommandServer, playerId: string): Promise<void> {
  for (let seq = 1; seq <= COUNT; seq++) {
    await ports.workQueue.publish(COMMANDS, {
      player_id: playerId,
      command: "input",
      details: { source: "admin", seq, throttle: 1, turn: 0 },
    });
  }
}

async function untilOwned({ serverId, ports }: CommandServer, playerId: string): Promise<void> {
  await eventually(async () => {
    assertEquals(await ports.kvStore.get(playerOwnerKey(playerId)), serverId);
  });
}

/** How many commands came to what, on both servers together. */
async function totalOf(
  servers: readonly CommandServer[],
  name: Parameters<CommandServer["outcome"]>[0],
): Promise<number> {
  const counts = await Promise.all(servers.map((server) => server.outcome(name)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function untilObeyed(client: GameClient): Promise<void> {
  await client.until("the last input", ({ message }) => message.ackSeq === COUNT);
}

/** A player on each server is driven from the one queue; who leaves is driven no more. */
async function proveForwarding(first: CommandServer, second: CommandServer): Promise<void> {
  const servers = [first, second];
  await withPlayers(first.addresses.udp, [{ playerId: "ann" }], async (ann) => {
    await withPlayers(second.addresses.udp, [{ playerId: "bob" }], async (bob) => {
      await untilOwned(first, "ann");
      await untilOwned(second, "bob");
      await publishInputs(first, "ann");
      await publishInputs(first, "bob");
      await untilObeyed(ann);
      await untilObeyed(bob);
      await eventually(async () => assertEquals(await totalOf(servers, "applied"), 2 * COUNT));
      assert(await totalOf(servers, "forwarded") > 0, "each server took only its own");
      assertEquals(await totalOf(servers, "unknown_player"), 0);
      await bob.leave();
      await eventually(async () => {
        assertEquals(await first.ports.kvStore.get(playerOwnerKey("bob")), undefined);
      });
    });
  });
}

/** Both servers believe that the other one has the player. */
async function proveEndOfLoops(first: CommandServer, second: CommandServer): Promise<void> {
  const servers = [first, second];
  const before = await totalOf(servers, "unknown_player");
  for (const { serverId } of servers) {
    await first.ports.kvStore.set(playerOwnerKey(`of ${serverId}`), serverId);
    await publishInputs(first, `of ${serverId}`);
  }
  await eventually(async () => {
    const dropped = await totalOf(servers, "unknown_player") - before;
    assertEquals(dropped + await totalOf(servers, "moved_on"), 2 * COUNT);
  });
  for (const queue of [COMMANDS, ...servers.map(({ serverId }) => serverCommandsQueue(serverId))]) {
    assertEquals(await first.ports.workQueue.depth(queue), 0);
    assertEquals(await first.ports.workQueue.depth(`${queue}.dead`), 0);
  }
}

Deno.test("A command reaches its player on whichever server", async () => {
  await withTwoServers({}, proveForwarding);
});

Deno.test("A client's command by way of the broker comes back from another server", async () => {
  await withTwoServers({ env: { GAME_COMMAND_ROUTE: "broker" } }, async (first, second) => {
    await withPlayers(first.addresses.udp, [{ playerId: "ann" }], async (ann) => {
      await untilOwned(first, "ann");
      for (let seq = 1; seq <= COUNT; seq++) await ann.act("input", { seq, throttle: 1 });
      await untilObeyed(ann);
      await eventually(async () => assertEquals(await first.outcome("applied"), COUNT));
      assert(await second.outcome("forwarded") > 0, "the other server took none");
    });
  });
});

Deno.test("A command for a player who is nowhere is sent on once at most", async () => {
  await withTwoServers({}, proveEndOfLoops);
});

Deno.test("A server that closes hands its players over, and the next one says that it has them", async () => {
  await withTwoServers({}, async (first, second) => {
    await withPlayers(second.addresses.udp, [{ playerId: "bob" }], async () => {
      await untilOwned(second, "bob");
      await second.close();
      await untilOwned(first, "bob");
      await publishInputs(first, "bob");
      await eventually(async () => assertEquals(await first.outcome("applied"), COUNT));
    });
  });
});

const whyNot = await whyNoRabbitBroker() ?? await whyNobodyListens(MACHINE_REDIS_PORT);

brokerTest(
  "Commands find their players, and no rest, on RabbitMQ and Redis",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    // Its own, because whoever else plays on the machine's would take from the same queue.
    const rabbit = await RabbitBroker.start();
    try {
      const prefix = `key_prefix=command_${crypto.randomUUID()}:`;
      const redis = redisConfig(`redis://127.0.0.1:${MACHINE_REDIS_PORT}/0?${prefix}`);
      const config: PortsConfig = { ...EMBEDDED_PORTS, rabbitmq: rabbit.config, redis };
      await withTwoServers({ config }, async (first, second) => {
        await proveForwarding(first, second);
        await proveEndOfLoops(first, second);
        await proveNothingIsLeft(first);
      });
    } finally {
      await rabbit.close();
    }
  },
);

/** What was sent to a server that is gone is forgotten, and its queue with it. */
async function proveNothingIsLeft({ ports }: CommandServer): Promise<void> {
  const queue = serverCommandsQueue("game-gone");
  await ports.kvStore.set(playerOwnerKey("ghost"), "game-gone", { ttlMs: 60_000 });
  const shoot = { player_id: "ghost", command: "shoot" };
  await ports.workQueue.publish(COMMANDS, shoot);
  await eventually(async () => assertEquals(await ports.workQueue.depth(queue), 1));
  await eventually(
    async () => assertEquals(await ports.workQueue.depth(queue), 0),
    KEPT_MS + 20_000,
  );
}
