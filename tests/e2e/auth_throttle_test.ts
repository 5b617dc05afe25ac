/** Guessing of passwords over the real sockets, which is slowed down by account and by address: PROTOCOL section 1. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { withAuthServers } from "../brokers/auth_servers.ts";
import { whyNobodyListens } from "../brokers/broker_here.ts";
import { MACHINE_REDIS_PORT } from "../brokers/redis_broker.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import type { JsonObject } from "../../core/json.ts";
import { systemClock } from "../../core/clock.ts";
import { openSqliteDatabase } from "../../core/ports/sqlite_database.ts";
import { askOnce, PLAYER1, TESTUSER, withLines } from "../clients/auth_requests.ts";
import { withHurriedSystem } from "../clients/hurried_system.ts";
import { objectAt } from "../clients/json_fields.ts";
import type { LineClient } from "../clients/line_client.ts";
import { assertReply, isNumber } from "../clients/reply_shape.ts";
import { eventually } from "../contract/eventually.ts";
import { say } from "../fuzz/seed.ts";
import { withSystem } from "../harness.ts";

const WRONG = { status: "failure", message: "Authentication failed: Invalid password" };
const THROTTLED = { status: "failure", message: "Too many attempts", retry_after_ms: isNumber };
const FREE = 5;
const UNTHROTTLED = {
  AUTH_THROTTLE_ACCOUNT_FAILURES: "1000000",
  AUTH_THROTTLE_ADDRESS_FAILURES: "1000000",
};

function guess(client: LineClient, username: string = PLAYER1.username): Promise<JsonObject> {
  return client.askJson({ action: "login", username, password: "a wrong guess" });
}

/** A second's wait is ten of ours: no wait is over before a slow machine has looked at it. */
const SLOWNESS = 0.1;

Deno.test("Auth lets a few guesses through, then none for a while, and says for how long", async () => {
  await withHurriedSystem(SLOWNESS, {}, async ({ auth, ports }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      for (let at = 0; at < FREE + 1; at++) assertReply(await guess(client), WRONG);
      const reply = await guess(client);
      assertReply(reply, THROTTLED);
      const waitMs = Number(reply.retry_after_ms);
      assert(Number.isInteger(waitMs) && waitMs > 0 && waitMs <= 1_000, String(waitMs));
      // The right password is not tried either, by whichever way it comes.
      assertReply(await client.askJson({ action: "login", ...PLAYER1 }), THROTTLED);
      const request = { action: "login", ...PLAYER1, ip: "192.0.2.1" };
      const byRpc = await ports.rpc.call("auth", request, { deadlineMs: 10_000 });
      assertReply(objectAt({ byRpc }, "byRpc"), THROTTLED);
      assertEquals((await client.askJson({ action: "login", ...TESTUSER })).status, "success");
    });
  });
});

Deno.test("Auth throttles a name that nobody has as one that somebody has", async () => {
  await withHurriedSystem(SLOWNESS, { AUTH_UNIFORM_FAILURES: "true" }, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      const seen = new Set<string>();
      for (const username of [PLAYER1.username, "nobody"]) {
        const messages: unknown[] = [];
        for (let at = 0; at < FREE + 2; at++) {
          messages.push((await guess(client, username)).message);
        }
        seen.add(messages.join());
      }
      assertEquals(seen.size, 1, [...seen].join(" | "));
    });
  });
});

Deno.test("Auth takes the right password when the wait is over, and the account begins anew", async () => {
  await withHurriedSystem(10, {}, async ({ auth }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      await eventually(async () => assertReply(await guess(client), THROTTLED));
      await eventually(async () => {
        const reply = await client.askJson({ action: "login", ...PLAYER1 });
        assertEquals(reply.status, "success");
      });
      for (let at = 0; at < FREE; at++) assertReply(await guess(client), WRONG);
    });
  });
});

Deno.test("Auth throttles an address that tries many names", async () => {
  const env = { AUTH_THROTTLE_ADDRESS_FAILURES: "8" };
  await withHurriedSystem(SLOWNESS, env, async ({ auth, ports }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      for (let at = 0; at < 9; at++) {
        assertEquals((await guess(client, `nobody-${at}`)).status, "failure");
      }
      assertReply(await guess(client, "somebody-else"), THROTTLED);
      assertReply(await client.askJson({ action: "login", ...PLAYER1 }), THROTTLED);
    });
    const request = { action: "login", ...PLAYER1, ip: "192.0.2.1" };
    const elsewhere = await ports.rpc.call("auth", request, { deadlineMs: 10_000 });
    assertEquals(objectAt({ elsewhere }, "elsewhere").status, "success");
  });
});

Deno.test("Auth throttles guesses that come all at once, but for those under way", async () => {
  const env = { AUTH_HASHES_IN_FLIGHT_MAX: "2" };
  await withHurriedSystem(SLOWNESS, env, async ({ auth }) => {
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => withLines(auth.addresses.tcp, (client) => guess(client))),
    );
    const triedCount = replies.filter(({ message }) => message === WRONG.message).length;
    assert(triedCount >= FREE && triedCount <= FREE + 2, `${triedCount} were tried`);
  });
});

Deno.test("Auth servers that share a store throttle together", async () => {
  const database = openSqliteDatabase({ path: ":memory:", fullSync: false });
  await withAuthServers([database, database], async (servers) => {
    const [first, second] = servers.map((server) => server.addresses.tcp);
    assert(first !== undefined && second !== undefined);
    const account = { username: "shared", password: "password-1" };
    await askOnce(first, { action: "register", ...account });
    const bad = { action: "login", username: "shared", password: "a wrong guess" };
    for (let at = 0; at < FREE + 1; at++) {
      assertReply(await askOnce(at % 2 === 0 ? first : second, bad), WRONG);
    }
    for (const address of [first, second]) {
      assertReply(await askOnce(address, { action: "login", ...account }), THROTTLED);
    }
  });
});

const whyNot = await whyNobodyListens(MACHINE_REDIS_PORT);

brokerTest(
  "Auth servers that share a Redis, and no database, throttle together",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const prefix = `throttle_${crypto.randomUUID()}:`;
    const url = `redis://127.0.0.1:${MACHINE_REDIS_PORT}/0?key_prefix=${prefix}`;
    const config = parsePortsConfig(new Map([["REDIS_URL", url]]));
    await withSystem({ config }, async (first) => {
      await withSystem({ config }, async (second) => {
        await withLines(first.auth.addresses.tcp, async (client) => {
          for (let at = 0; at < FREE + 1; at++) assertReply(await guess(client), WRONG);
        });
        const reply = await askOnce(second.auth.addresses.tcp, { action: "login", ...PLAYER1 });
        assertReply(reply, THROTTLED);
      });
      const { kvStore } = first.ports;
      for (const key of await kvStore.keys("", 100)) await kvStore.delete(key);
    });
  },
);

/** Some milliseconds: far above what else an answer takes, and cheap enough to be asked for often. */
const MIDDLING_HASH = { costLog2: 11, blockSize: 8, parallelization: 1 };
const SAMPLES = 120;
/**
 * How far from a half the chance may be that an answer about an unknown name comes later than one about
 * a known one. Of as many samples without any difference the standard deviation of it is 0.037; where
 * one of the two costs no hash it is a half.
 */
const CHANCE_TOLERANCE = 0.2;

Deno.test("Auth takes as long to refuse an unknown name as a known one", async () => {
  const database = openSqliteDatabase({ path: ":memory:", fullSync: false });
  const options = {
    env: { ...UNTHROTTLED, AUTH_UNIFORM_FAILURES: "true" },
    hashParameters: MIDDLING_HASH,
  };
  await withAuthServers([database], async ([server]) => {
    assert(server !== undefined);
    const address = server.addresses.tcp;
    await askOnce(address, { action: "register", username: "known", password: "password-1" });
    const { known, unknown } = await withLines(address, timeRefusals);
    const chance = chanceOfLater(unknown, known);
    say(`an unknown name is answered later than a known one in ${(chance * 100).toFixed(1)} %`);
    assertLess(Math.abs(chance - 0.5), CHANCE_TOLERANCE);
  }, options);
});

interface Timings {
  readonly known: number[];
  readonly unknown: number[];
}

/** By turns, so that whatever else the machine does meets both. */
async function timeRefusals(client: LineClient): Promise<Timings> {
  const timings: Timings = { known: [], unknown: [] };
  const time = async (username: string): Promise<number> => {
    const startMs = systemClock.monotonicMs();
    const reply = await guess(client, username);
    assertEquals(reply.message, "Authentication failed");
    return systemClock.monotonicMs() - startMs;
  };
  for (let at = 0; at < SAMPLES; at++) {
    timings.known.push(await time("known"));
    timings.unknown.push(await time(`nobody${at % 10}`));
  }
  return timings;
}

/** The chance that one of the first is above one of the second: Mann and Whitney's U by its largest value. */
function chanceOfLater(first: readonly number[], second: readonly number[]): number {
  let above = 0;
  for (const one of first) {
    for (const other of second) above += one > other ? 1 : one === other ? 0.5 : 0;
  }
  return above / (first.length * second.length);
}
