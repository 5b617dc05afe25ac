import { listAt } from "../clients/json_fields.ts";
import { findLowPort } from "../brokers/low_port.ts";
import { MariadbBroker, runMysql } from "../brokers/mariadb_broker.ts";
import { NATS_COMMAND } from "../brokers/nats_broker.ts";
import { RabbitBroker } from "../brokers/rabbitmq_broker.ts";
import { RedisBroker } from "../brokers/redis_broker.ts";
import { ServerProcess } from "../brokers/server_process.ts";
import { interpolate, readComposeFile, ROOT } from "./compose_file.ts";

/** The variables of a `.env`, the passwords among them. */
export type ComposeEnv = ReadonlyMap<string, string>;

/** A NATS server with the settings of `compose.yaml`. */
export interface ComposeNats {
  /** Where clients connect. */
  readonly port: number;
  /** Where health checks ask. */
  readonly monitorPort: number;
  /** Ends it. */
  close(): Promise<void>;
}

/** This machine's Redis with the command line of `compose.yaml`. */
export async function startComposeRedis(env: ComposeEnv): Promise<RedisBroker> {
  const { services } = await readComposeFile();
  const [program, ...args] = listAt(services.get("redis") ?? {}, "command")
    .map((argument) => interpolate(String(argument), env));
  if (program !== "redis-server") throw new Error(`Cannot start ${program}: it is no Redis`);
  return await RedisBroker.start({ args });
}

/** This machine's NATS with the settings that `compose.yaml` mounts, on ports of its own. */
export async function startComposeNats(env: ComposeEnv): Promise<ComposeNats> {
  const { services } = await readComposeFile();
  const environment = services.get("nats")?.environment;
  const settings = Object.entries(environment ?? {})
    .map(([name, value]) => `${name}=${interpolate(String(value), env)}`);
  const [port, monitorPort] = [findLowPort(), findLowPort()];
  const server = await ServerProcess.start({
    command: "env",
    args: [
      ...settings,
      ...[NATS_COMMAND, "--config", pathOf("nats.conf"), "--addr", "127.0.0.1"],
      ...["--port", String(port), "--http_port", String(monitorPort)],
    ],
    owner: undefined,
    readyPattern: /Server is ready/,
  });
  return { port, monitorPort, close: () => server.kill() };
}

/** This machine's RabbitMQ with the settings that `compose.yaml` mounts, and the user that it makes. */
export async function startComposeRabbit(env: ComposeEnv): Promise<RabbitBroker> {
  const { services } = await readComposeFile();
  const environment = services.get("rabbitmq")?.environment;
  const user = new Map(Object.entries(environment ?? {}));
  // The image's variables are RabbitMQ's own, since 3.9; this broker's environment is empty.
  const settings = [
    `default_user = ${user.get("RABBITMQ_DEFAULT_USER")}`,
    `default_pass = ${interpolate(String(user.get("RABBITMQ_DEFAULT_PASS")), env)}`,
    await Deno.readTextFile(pathOf("rabbitmq.conf")),
  ];
  return await RabbitBroker.start({ settings: settings.join("\n") });
}

/** This machine's MariaDB with the user, database and table that `compose.yaml` has made in it. */
export async function startComposeMariadb(env: ComposeEnv): Promise<MariadbBroker> {
  const { services } = await readComposeFile();
  const environment = new Map(Object.entries(services.get("mariadb")?.environment ?? {}));
  const valueOf = (name: string): string => interpolate(String(environment.get(name)), env);
  const [database, user] = [valueOf("MARIADB_DATABASE"), valueOf("MARIADB_USER")];
  const broker = await MariadbBroker.start();
  try {
    // As the image's entrypoint does it, before it runs what is mounted.
    await runMysql(broker.variables, `CREATE DATABASE IF NOT EXISTS \`${database}\``);
    const password = valueOf("MARIADB_PASSWORD");
    await runMysql(broker.variables, `CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`);
    await runMysql(broker.variables, `GRANT ALL ON \`${database}\`.* TO '${user}'@'%'`);
    await runMysql(broker.variables, await Deno.readTextFile(pathOf("constants.sql")));
    return broker;
  } catch (error) {
    await broker.close();
    throw error;
  }
}

function pathOf(name: string): string {
  return new URL(`deploy/compose/${name}`, ROOT).pathname;
}
