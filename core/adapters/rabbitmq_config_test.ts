import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, ConfigReader } from "../config.ts";
import {
  describeRabbit,
  parseRabbitUrl,
  type RabbitConfig,
  readRabbitConfig,
} from "./rabbitmq_config.ts";

const PLAIN: RabbitConfig = {
  host: "broker",
  port: 5672,
  username: "guest",
  password: "guest",
  vhost: "/",
  tls: undefined,
  heartbeatS: 10,
  connectTimeoutMs: 5_000,
};
const NO_FILES = {
  caFile: undefined,
  certFile: undefined,
  keyFile: undefined,
  serverName: undefined,
};

const GOOD: readonly [url: string, expected: Partial<RabbitConfig>, shown: string][] = [
  ["amqp://broker", {}, "amqp://broker:5672/"],
  ["amqp://broker/", {}, "amqp://broker:5672/"],
  ["amqp://broker:1234", { port: 1234 }, "amqp://broker:1234/"],
  ["amqp://a:b@broker", { username: "a", password: "b" }, "amqp://broker:5672/"],
  ["amqp://a%40x:p%2F%3A@broker/tanks", {
    username: "a@x",
    password: "p/:",
    vhost: "tanks",
  }, "amqp://broker:5672/tanks"],
  ["amqp://a@broker/%2F", { username: "a", password: "" }, "amqp://broker:5672/"],
  ["amqp://broker/a%2Fb", { vhost: "a/b" }, "amqp://broker:5672/a%2Fb"],
  ["amqp://[::1]:7000", { host: "::1", port: 7000 }, "amqp://[::1]:7000/"],
  ["amqps://broker", { port: 5671, tls: NO_FILES }, "amqps://broker:5671/"],
  ["amqps://broker?cacertfile=/ca.pem&server_name_indication=mq", {
    port: 5671,
    tls: { ...NO_FILES, caFile: "/ca.pem", serverName: "mq" },
  }, "amqps://broker:5671/"],
  ["amqps://broker?certfile=c&keyfile=k", {
    port: 5671,
    tls: { ...NO_FILES, certFile: "c", keyFile: "k" },
  }, "amqps://broker:5671/"],
  ["amqp://broker?heartbeat=3&connection_timeout=250", {
    heartbeatS: 3,
    connectTimeoutMs: 250,
  }, "amqp://broker:5672/"],
];

Deno.test("parseRabbitUrl reads host, credentials, virtual host, TLS and timeouts", () => {
  for (const [url, expected, shown] of GOOD) {
    const result = parseRabbitUrl(url);
    assertEquals(result, { ok: true, config: { ...PLAIN, ...expected } }, url);
    if (result.ok) assertEquals(describeRabbit(result.config), shown);
  }
});

const BAD: readonly [url: string, rule: string][] = [
  ["broker", "amqp://user:password@host"],
  ["http://broker", "amqp://user:password@host"],
  ["amqp://", "host"],
  ["amqp://bro%20ker", "host"],
  ["amqp://u:secret%E0@broker", "% escapes"],
  ["amqp://u:secret@broker:99999", "amqp://user:password@host"],
  ["amqp://u:secret@broker?hartbeat=1", "no parameter but heartbeat"],
  ["amqp://broker?user=u&password=secret", "no parameter but heartbeat"],
  ["amqp://u:secret@broker?heartbeat=0", "heartbeat within 1..3600"],
  ["amqp://u:secret@broker?heartbeat=x", "heartbeat within 1..3600"],
  ["amqp://u:secret@broker?connection_timeout=1", "connection_timeout within 10..60000"],
  ["amqp://u:secret@broker?cacertfile=x", "amqps://"],
  ["amqps://u:secret@broker?certfile=x", "both certfile and keyfile"],
];

Deno.test("parseRabbitUrl refuses what it cannot read, and shows no password", () => {
  for (const [url, rule] of BAD) {
    const result = parseRabbitUrl(url);
    if (result.ok) throw new Error(`accepted ${url}`);
    assertEquals(result.rule.includes(rule), true, `${url}: ${result.rule}`);
    assertEquals(result.shown.includes("secret"), false, result.shown);
  }
});

function read(variables: Record<string, string>): RabbitConfig | undefined {
  const reader = new ConfigReader(new Map(Object.entries(variables)));
  return reader.finish(readRabbitConfig(reader));
}

Deno.test("readRabbitConfig takes the URL, or else the host, or else nothing", () => {
  assertEquals(read({}), undefined);
  assertEquals(read({ RABBITMQ_PORT: "1" }), undefined);
  assertEquals(read({ RABBITMQ_HOST: "broker" }), PLAIN);
  assertEquals(
    read({
      RABBITMQ_HOST: "broker",
      RABBITMQ_PORT: "77",
      RABBITMQ_USER: "a",
      RABBITMQ_PASSWORD: "b",
    }),
    { ...PLAIN, port: 77, username: "a", password: "b" },
  );
  assertEquals(read({ RABBITMQ_URL: "amqp://one", RABBITMQ_HOST: "two" })?.host, "one");
});

Deno.test("readRabbitConfig names the variable that is wrong", () => {
  for (
    const [variables, name] of [
      [{ RABBITMQ_URL: "amqp://u:secret@" }, "RABBITMQ_URL"],
      [{ RABBITMQ_HOST: "a b" }, "RABBITMQ_HOST"],
      [{ RABBITMQ_HOST: "amqp://u:secret@broker" }, "RABBITMQ_HOST"],
      [{ RABBITMQ_HOST: "broker?password=secret" }, "RABBITMQ_HOST"],
      [{ RABBITMQ_HOST: "a", RABBITMQ_PORT: "0" }, "RABBITMQ_PORT"],
    ] as const
  ) {
    const error = assertThrows(() => read(variables), ConfigError, `Cannot read ${name}: must`);
    assertEquals(error.message.includes("secret"), false);
  }
});
