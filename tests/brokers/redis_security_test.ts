/**
 * Credentials, databases and TLS on a real Redis.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { RedisConfig } from "../../core/adapters/redis_config.ts";
import { openRedisKvStore } from "../../core/adapters/redis_kv_store.ts";
import { systemClock } from "../../core/clock.ts";
import { openLog, silentLog } from "../../core/log.ts";
import { whyNoProgram } from "./broker_here.ts";
import { REDIS_COMMAND, RedisBroker, redisConfig } from "./redis_broker.ts";
import type { BrokerOptions } from "./private_server.ts";
import { hasBroker } from "./require_brokers.ts";
import { makeServerCertificate, type ServerCertificate } from "./server_certificate.ts";

const isHere = hasBroker("Redis with passwords", await whyNoProgram(REDIS_COMMAND));
const hasTls = hasBroker(
  "Redis with TLS",
  await whyNoProgram(REDIS_COMMAND) ?? await whyNoProgram("openssl"),
);

/** "up" and what a key holds after it was appended to, or why there is no connection. */
async function tryOut(config: RedisConfig): Promise<string> {
  const states: string[] = [];
  const port = await openRedisKvStore({
    config,
    clock: systemClock,
    log: silentLog,
    random: Math.random,
    onState: (isUp, reason = "") => states.push(isUp ? "up" : reason),
  });
  try {
    if (states[0] !== "up") return states[0] ?? "nothing";
    return `up ${await port.increment("count", 1)}`;
  } finally {
    await port.close();
  }
}

async function withBroker(
  options: BrokerOptions,
  prove: (broker: RedisBroker) => Promise<void>,
): Promise<void> {
  const broker = await RedisBroker.start(options);
  try {
    await prove(broker);
  } finally {
    await broker.close();
  }
}

async function withCertificate(
  prove: (certificate: ServerCertificate) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await prove(await makeServerCertificate(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "RedisKvStore shows its password, and says what the server says to others",
  ignore: !isHere,
  fn: () =>
    withBroker({ args: ["--requirepass", "s3cret/@"] }, async ({ port }) => {
      assertEquals(await tryOut(redisConfig(`redis://:s3cret%2F%40@127.0.0.1:${port}`)), "up 1");
      const wrong = await tryOut(redisConfig(`redis://:wrong@127.0.0.1:${port}`));
      assertStringIncludes(wrong, "WRONGPASS");
      assertStringIncludes(await tryOut(redisConfig(`redis://127.0.0.1:${port}`)), "NOAUTH");
    }),
});

Deno.test({
  name: "RedisKvStore needs no more rights than its commands and keys",
  ignore: !isHere,
  fn: () => {
    const commands = [
      ...["get", "set", "getdel", "del", "pttl", "scan", "zadd", "zrem", "zrangebyscore"],
      ...["evalsha", "eval", "select", "ping", "info", "quit", "client|setname"],
    ].map((name) => `+${name}`);
    const user = ["tanks", "on", ">right", "~own:*", "-@all", ...commands];
    return withBroker({ args: ["--user", ...user] }, async ({ port }) => {
      const at = `tanks:right@127.0.0.1:${port}/3`;
      assertEquals(await tryOut(redisConfig(`redis://${at}?key_prefix=own:`)), "up 1");
    });
  },
});

Deno.test({
  name: "RedisKvStore keeps databases and prefixes apart",
  ignore: !isHere,
  fn: () =>
    withBroker({}, async ({ port }) => {
      const at = `redis://127.0.0.1:${port}`;
      for (
        const [url, expected] of [
          [at, "up 1"],
          [`${at}/5`, "up 1"],
          [`${at}/5?key_prefix=a:`, "up 1"],
          [`${at}/5?key_prefix=b:`, "up 1"],
          [`${at}/5?key_prefix=a:`, "up 2"],
          [`${at}/5`, "up 2"],
        ] as const
      ) assertEquals(await tryOut(redisConfig(url)), expected, url);
      assertStringIncludes(await tryOut(redisConfig(`${at}/16`)), "DB index is out of range");
    }),
});

Deno.test({
  name: "RedisKvStore logs no password",
  ignore: !isHere,
  fn: () =>
    withBroker({ args: ["--requirepass", "right"] }, async ({ port }) => {
      const lines: string[] = [];
      const log = openLog({
        name: "test",
        level: "DEBUG",
        format: "json",
        write: (line) => void lines.push(line),
      });
      const store = await openRedisKvStore({
        config: redisConfig(`redis://tanks:s3cret@127.0.0.1:${port}`),
        clock: systemClock,
        log,
        random: Math.random,
      });
      await store.close();
      assertStringIncludes(lines.join("\n"), "redis_down");
      assertEquals(lines.join("\n").includes("s3cret"), false);
    }),
});

Deno.test({
  name: "RedisKvStore speaks TLS with a server that it trusts, by the name of its host",
  ignore: !hasTls,
  fn: () =>
    withCertificate((certificate) =>
      withBroker({ certificate }, async ({ port }) => {
        const { caFile } = certificate;
        const url = `rediss://localhost:${port}`;
        assertEquals(await tryOut(redisConfig(`${url}?cacertfile=${caFile}`)), "up 1");
        for (
          const [url, reason] of [
            [`rediss://localhost:${port}`, "certificate in certificate chain"],
            [`rediss://127.0.0.1:${port}?cacertfile=${caFile}`, "altnames"],
            [`rediss://localhost:${port}?cacertfile=${caFile}.none`, "Cannot read certificate"],
          ] as const
        ) assertStringIncludes(await tryOut(redisConfig(url)), reason);
      })
    ),
});

Deno.test({
  name: "RedisKvStore shows its certificate to a server that asks for one",
  ignore: !hasTls,
  fn: () =>
    withCertificate((certificate) =>
      withBroker({ certificate, verifiesClients: true }, async ({ port }) => {
        const { caFile, certFile, keyFile } = certificate;
        const url = `rediss://localhost:${port}?cacertfile=${caFile}`;
        const own = `&certfile=${certFile}&keyfile=${keyFile}`;
        assertEquals(await tryOut(redisConfig(url + own)), "up 1");
        assertEquals((await tryOut(redisConfig(url))).startsWith("up"), false);
      })
    ),
});
