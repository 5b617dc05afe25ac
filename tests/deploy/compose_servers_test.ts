/**
 * The images of `compose.yaml` are not started here: what it tells the servers in them is told to the
 * servers of this machine.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { CONSTANTS_SEED } from "../../core/ports/sqlite_constants_source.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { runMysql, whyNoMariadbBroker } from "../brokers/mariadb_broker.ts";
import { openTestSource } from "../brokers/mysql_sources.ts";
import { NATS_COMMAND } from "../brokers/nats_broker.ts";
import { REDIS_COMMAND } from "../brokers/redis_broker.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { listAt, objectAt } from "../clients/json_fields.ts";
import { LineClient } from "../clients/line_client.ts";
import { readComposeFile } from "./compose_file.ts";
import { startComposeMariadb, startComposeNats, startComposeRedis } from "./compose_servers.ts";

/** Digits and an e, which NATS would take for a number. */
const PASSWORD = "12e45678901234567890123456789012";
const ENV = new Map(
  ["NATS_PASSWORD", "REDIS_PASSWORD", "MARIADB_PASSWORD"].map((name) => [name, PASSWORD]),
);
const DEADLINE = { deadlineMs: 10_000 };

const whyNoRedis = await whyNoProgram(REDIS_COMMAND) ?? await whyNoProgram("redis-cli");
brokerTest(
  "compose.yaml's Redis keeps what it was told in log and snapshots, and its check is true",
  whyNoRedis === undefined,
  whyNoRedis ?? "",
  async () => {
    const { services } = await readComposeFile();
    const [, check] = listAt(objectAt(services.get("redis") ?? {}, "healthcheck"), "test");
    await using opened = new AsyncDisposableStack();
    const redis = await startComposeRedis(ENV);
    opened.defer(() => redis.close());
    const isHealthy = async (password: string): Promise<boolean> => {
      const command = String(check).replace("redis-cli", `redis-cli -p ${redis.port}`);
      const env = { REDISCLI_AUTH: password };
      const shell = new Deno.Command("sh", { args: ["-c", command], env, stderr: "null" });
      return (await shell.output()).success;
    };
    const ask = async (...args: string[]): Promise<string> => {
      const env = { REDISCLI_AUTH: PASSWORD };
      const command = ["-p", String(redis.port), ...args];
      const { stdout } = await new Deno.Command("redis-cli", { args: command, env }).output();
      return new TextDecoder().decode(stdout).trim();
    };
    assertEquals(await isHealthy(PASSWORD), true);
    assertEquals(await isHealthy("another"), false);
    assertEquals(await ask("CONFIG", "GET", "appendonly"), "appendonly\nyes");
    assertEquals(await ask("CONFIG", "GET", "save"), "save\n900 1 300 100 60 10000");
    assertEquals(await ask("CONFIG", "GET", "maxmemory"), `maxmemory\n${256 * 1_048_576}`);
    assertEquals(await ask("CONFIG", "GET", "maxmemory-policy"), "maxmemory-policy\nnoeviction");
    assertEquals(await ask("SET", "kept", "yes"), "OK");
    await redis.kill();
    assertEquals(await isHealthy(PASSWORD), false);
    await redis.startAgain();
    assertEquals(await ask("GET", "kept"), "yes");
  },
);

const whyNoNats = await whyNoProgram(NATS_COMMAND);
brokerTest(
  "compose.yaml's NATS takes its user with a password of digits, and nobody else",
  whyNoNats === undefined,
  whyNoNats ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const nats = await startComposeNats(ENV);
    opened.defer(() => nats.close());
    const health = await fetch(`http://127.0.0.1:${nats.monitorPort}/healthz`);
    assertEquals(await health.json(), { status: "ok" });
    const answerTo = async (pass: string): Promise<string> => {
      const client = await LineClient.connect({ hostname: "127.0.0.1", port: nats.port });
      try {
        assertStringIncludes(await client.readLine(), '"auth_required":true');
        const user = { user: "tanks", pass, verbose: false };
        return await client.ask(`CONNECT ${JSON.stringify(user)}\r\nPING\r`);
      } finally {
        await client.close();
      }
    };
    assertEquals(await answerTo(PASSWORD), "PONG\r");
    assertEquals(await answerTo("another"), "-ERR 'Authorization Violation'\r");
  },
);

const whyNoMariadb = await whyNoMariadbBroker();
brokerTest(
  "compose.yaml's MariaDB has the constants of a new server, which its user may only read",
  whyNoMariadb === undefined,
  whyNoMariadb ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const mariadb = await startComposeMariadb(ENV);
    opened.defer(() => mariadb.close());
    const source = openTestSource(mariadb.variables, "tzserver", {
      DB_USER: "tzuser",
      DB_PASSWORD: PASSWORD,
    });
    opened.defer(() => source.close());
    const byName = (a: { name: string }, b: { name: string }): number => a.name < b.name ? -1 : 1;
    const rows = await source.read(DEADLINE);
    assertEquals(rows.toSorted(byName), CONSTANTS_SEED.toSorted(byName));
    const grants = await runMysql(mariadb.variables, "SHOW GRANTS FOR 'tzuser'@'%'");
    assertEquals(grants.map((grant) => grant.split(" TO ")[0]), [
      "GRANT USAGE ON *.*",
      "GRANT SELECT ON `tzserver`.`constants`",
    ]);
  },
);
