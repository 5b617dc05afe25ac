import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, type Env } from "../core/config.ts";
import { openDevEnv, parseBrokersEnv, parsesBrokersFlag } from "./dev_env.ts";

const NOTHING: Env = new Map();

const WHOLE = [
  "PASSWORD=s3cret",
  "KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 # the log",
  'NATS_URL="nats://tanks:${PASSWORD}@127.0.0.1"',
  "RABBITMQ_URL=amqp://tanks:${PASSWORD}@127.0.0.1/",
  "REDIS_URL=redis://:${PASSWORD}@127.0.0.1/0",
  "DATABASE_URL=postgres://tanks:${PASSWORD}@127.0.0.1/tanks",
  "DB_HOST=127.0.0.1",
];

Deno.test("parsesBrokersFlag knows one argument, and names those that it does not know", () => {
  assertEquals(parsesBrokersFlag([]), false);
  assertEquals(parsesBrokersFlag(["--brokers"]), true);
  for (const args of [["--help"], ["--brokers", "x"], ["--broker"], [""]]) {
    const error = assertThrows(() => parsesBrokersFlag(args), ConfigError);
    assertEquals(
      error.message.split("\n")[0],
      `Cannot use the argument "${args.at(-1)}": it is unknown`,
    );
    assertEquals(error.message.includes("deno task dev [--brokers]"), true);
  }
});

Deno.test("parseBrokersEnv puts in values from further up", () => {
  const env = parseBrokersEnv(WHOLE.join("\n"), NOTHING);
  assertEquals(env.get("NATS_URL"), "nats://tanks:s3cret@127.0.0.1");
  assertEquals(env.get("KAFKA_BOOTSTRAP_SERVERS"), "127.0.0.1:9092");
  assertEquals(env.get("LOG_LEVEL"), undefined);
});

Deno.test("parseBrokersEnv lets the environment go before the file", () => {
  const text = ["NATS_URL=nats://other:${NOWHERE}@host", ...WHOLE.slice(3)].join("\n");
  const env = parseBrokersEnv(
    `PASSWORD=s3cret\n${text}`,
    new Map([["NATS_URL", "nats://mine"], ["KAFKA_BOOTSTRAP_SERVERS", "mine:1"]]),
  );
  assertEquals(env.get("NATS_URL"), "nats://mine");
  assertEquals(env.get("KAFKA_BOOTSTRAP_SERVERS"), "mine:1");
  assertEquals(env.get("DB_HOST"), "127.0.0.1");
});

Deno.test("parseBrokersEnv names every address that is missing", () => {
  for (
    const name of [
      "KAFKA_BOOTSTRAP_SERVERS",
      "RABBITMQ_URL",
      "NATS_URL",
      "REDIS_URL",
      "DATABASE_URL",
      "DB_HOST",
    ]
  ) {
    const text = WHOLE.filter((line) => !line.startsWith(`${name}=`)).join("\n");
    assertEquals(problemsOf(text), [
      `Cannot read ${name}: must be set in .env for --brokers, is ""`,
    ]);
  }
  assertEquals(problemsOf("").length, 6);
});

Deno.test("parseBrokersEnv names a password that is empty or below its use, once", () => {
  const expected = ['Cannot read PASSWORD: must be set above DATABASE_URL in .env, is ""'];
  assertEquals(problemsOf(["PASSWORD=", ...WHOLE.slice(1)].join("\n")), expected);
  assertEquals(problemsOf([...WHOLE.slice(1), "PASSWORD=x"].join("\n")), expected);
});

Deno.test("parseBrokersEnv takes a host of RabbitMQ for its URL, and refuses mocks", () => {
  const text = WHOLE.join("\n").replace(/^RABBITMQ_URL=.*/m, "RABBITMQ_HOST=rabbit");
  assertEquals(parseBrokersEnv(text, NOTHING).get("RABBITMQ_HOST"), "rabbit");
  assertEquals(problemsOf(`${text}\nUSE_MOCKS=true`), [
    'Cannot read USE_MOCKS: must be false with --brokers, is "true"',
  ]);
});

Deno.test({
  name: "openDevEnv leaves the process without the right to read .env, whatever its arguments",
  permissions: { read: [".env", "data"] },
  fn: async () => {
    const stateOf = (path: string): string =>
      Deno.permissions.querySync({ name: "read", path }).state;
    assertEquals(stateOf(".env"), "granted");
    assertEquals(await openDevEnv([], NOTHING), NOTHING);
    assertEquals([stateOf(".env"), stateOf("data")], ["prompt", "granted"]);
  },
});

function problemsOf(text: string): string[] {
  return assertThrows(() => parseBrokersEnv(text, NOTHING), ConfigError).message.split("\n");
}
