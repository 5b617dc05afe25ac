import { assertEquals, assertStringIncludes } from "@std/assert";
import { KafkaCluster, whyNoKafkaCluster } from "../brokers/kafka_cluster.ts";
import { runMysql, whyNoMariadbBroker } from "../brokers/mariadb_broker.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { NATS_COMMAND } from "../brokers/nats_broker.ts";
import { machinePostgresUrl, whyNoPostgres } from "../brokers/postgres_broker.ts";
import { createTestDatabase } from "../brokers/postgres_databases.ts";
import { whyNoRabbitBroker } from "../brokers/rabbitmq_broker.ts";
import { REDIS_COMMAND } from "../brokers/redis_broker.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { loginToken, PLAYER1 } from "../clients/auth_requests.ts";
import { GameClient } from "../clients/game_client.ts";
import {
  startComposeMariadb,
  startComposeNats,
  startComposeRabbit,
  startComposeRedis,
} from "./compose_servers.ts";
import { DevProcess } from "./dev_process.ts";
import { makeEnvFile, parseEnvLines } from "./env_example.ts";

/** Ports of the services, which the system chooses. */
const FREE_PORTS: readonly string[] = [
  ...["AUTH_TCP_PORT", "AUTH_OPS_PORT", "GAME_UDP_PORT", "GAME_TCP_PORT", "GAME_OPS_PORT"],
  ...["GATEWAY_HTTP_PORT", "GATEWAY_OPS_PORT", "MATCHMAKER_HTTP_PORT", "MATCHMAKER_OPS_PORT"],
  ...["STATUS_HTTP_PORT", "STATUS_OPS_PORT"],
];

const IMPLEMENTATIONS = {
  eventLog: "KafkaEventLog",
  workQueue: "RabbitWorkQueue",
  rpc: "RabbitRpc",
  pubSub: "NatsPubSub",
  kvStore: "RedisKvStore",
  database: "PostgresDatabase",
  constants: "MysqlConstantsSource",
};

const whyNot = await whyNoKafkaCluster() ?? await whyNoPostgres() ?? await whyNoRabbitBroker() ??
  await whyNoProgram(NATS_COMMAND) ?? await whyNoProgram(REDIS_COMMAND) ??
  await whyNoMariadbBroker();

brokerTest(
  "dev --brokers runs all services on the servers of .env, and answers a login and a join",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir();
    opened.defer(() => Deno.remove(folder, { recursive: true }));
    await makeEnvFile(folder);
    await startServers(folder, opened);

    const dev = opened.use(await DevProcess.start(folder, { args: ["--brokers"] }));
    for (const [port, implementation] of Object.entries(IMPLEMENTATIONS)) {
      const event = await dev.event({ event: "port_opened", port });
      assertEquals(event.implementation, implementation);
    }
    const auth = await dev.address("auth", "tcp");
    const game = await dev.address("game", "udp");
    const status = await dev.address("status-worker", "http");
    const token = await loginToken(auth, PLAYER1);
    const player = await GameClient.join(game, { playerId: "player1", token });
    await player.next("the first state");
    await player.leave();
    player.close();
    const answer = await fetch(`http://127.0.0.1:${status.port}/api/server/status`);
    assertEquals((await answer.json()).rates.exp, 2.5);
    dev.interrupt();
    const { code, errorText } = await dev.ended();
    assertEquals(code, 0, errorText);
  },
);

Deno.test("dev --brokers without a .env says so, and ends with 2", async () => {
  const { code, errorText } = await runDev(["--brokers"]);
  assertEquals(code, 2);
  assertEquals(
    errorText.trim(),
    "Cannot use --brokers: there is no .env; .env.example has the line that makes it",
  );
});

Deno.test("dev --brokers names what its .env lacks, and ends with 2", async () => {
  const { code, errorText } = await runDev(["--brokers"], "NATS_URL=nats://127.0.0.1\n");
  assertEquals(code, 2);
  assertEquals(errorText.trim().split("\n").map((line) => line.split(":")[0]), [
    "Cannot read KAFKA_BOOTSTRAP_SERVERS",
    "Cannot read RABBITMQ_URL",
    "Cannot read REDIS_URL",
    "Cannot read DATABASE_URL",
    "Cannot read DB_HOST",
  ]);
});

Deno.test("dev names an argument that it does not know, and ends with 2", async () => {
  const { code, errorText } = await runDev(["--helpp"]);
  assertEquals(code, 2);
  assertStringIncludes(errorText, 'Cannot use the argument "--helpp"');
  assertStringIncludes(errorText, "Usage: deno task dev [--brokers]");
});

Deno.test("dev without --brokers stays embedded, whatever .env says", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/.env`, "NATS_URL=nats://127.0.0.1:1\nGAME_TICK_RATE=bad\n");
    const env = Object.fromEntries(FREE_PORTS.map((name) => [name, "0"]));
    await using dev = await DevProcess.start(folder, { args: [], env });
    assertEquals((await dev.event({ event: "port_opened", port: "pubSub" })).where, "in process");
    await dev.address("status-worker", "http");
    dev.interrupt();
    assertEquals((await dev.ended()).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Starts what `compose.yaml` has, and writes to the folder's `.env` where it is. */
async function startServers(folder: string, opened: AsyncDisposableStack): Promise<void> {
  const path = `${folder}/.env`;
  const env = parseEnvLines(await Deno.readTextFile(path));
  const kafka = await KafkaCluster.start();
  opened.defer(() => kafka.close());
  const database = await createTestDatabase(machinePostgresUrl);
  opened.defer(() => database.drop());
  const redis = await startComposeRedis(env);
  opened.defer(() => redis.close());
  const nats = await startComposeNats(env);
  opened.defer(() => nats.close());
  const mariadb = await startComposeMariadb(env);
  opened.defer(() => mariadb.close());
  const rabbit = await startComposeRabbit(env);
  opened.defer(() => rabbit.close());
  await runMysql(
    mariadb.variables,
    "UPDATE tzserver.constants SET Value = '2.5' WHERE Name = 'RateExp'",
  );
  const changed = new Map([
    ...env,
    ["REDIS_PORT", String(redis.port)],
    ["NATS_PORT", String(nats.port)],
    ["MARIADB_PORT", mariadb.variables.DB_PORT],
    ["RABBITMQ_PORT", String(rabbit.config.port)],
    ["KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers],
    ["DATABASE_URL", database.url],
    ["GAME_ALLOW_GUESTS", "false"],
    ...FREE_PORTS.map((name): [string, string] => [name, "0"]),
  ]);
  await Deno.writeTextFile(
    path,
    [...changed].map(([name, value]) => `${name}=${value}`).join("\n"),
  );
}

async function runDev(
  args: readonly string[],
  envText?: string,
): Promise<{ readonly code: number; readonly errorText: string }> {
  const folder = await Deno.makeTempDir();
  try {
    if (envText !== undefined) await Deno.writeTextFile(`${folder}/.env`, envText);
    await using dev = await DevProcess.start(folder, { args });
    return await dev.ended();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
