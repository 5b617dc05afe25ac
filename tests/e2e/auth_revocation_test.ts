/** Tokens that were ended before their time, at the services that never ask auth: PROTOCOL section 1. */
import { assert, assertEquals } from "@std/assert";
import { EMBEDDED_PORTS, parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { MACHINE_REDIS_PORT, REDIS_COMMAND, RedisBroker } from "../brokers/redis_broker.ts";
import { whyNobodyListens, whyNoProgram } from "../brokers/broker_here.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { askOnce, loginToken, PLAYER1, TESTUSER } from "../clients/auth_requests.ts";
import { withWire } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import { type SystemOptions, type TestSystem, withSystem } from "../harness.ts";

/** What the protocol promises. */
const REVOKED_WITHIN_MS = 5_000;
const ENV = { GAME_ALLOW_GUESTS: "false" };
/** A password that the operator's rules take. */
const CHANGE = { password: "another-password", old_password: PLAYER1.password };

/** Whether the game server would seat somebody with this token; it asks for the proof of an address next. */
async function isTaken({ game }: TestSystem, token: string): Promise<boolean> {
  return await withWire(game.addresses.udp, async (wire) => {
    const reply = await wire.ask({ action: "join_game", player_id: PLAYER1.username, token });
    assert(reply.status === "challenge" || reply.reason === "Authentication required");
    return reply.status === "challenge";
  });
}

async function untilRefused(system: TestSystem, token: string): Promise<void> {
  await eventually(async () => {
    assertEquals(await isTaken(system, token), false);
  }, REVOKED_WITHIN_MS);
}

async function proveLogout(system: TestSystem): Promise<void> {
  const address = system.auth.addresses.tcp;
  const [token, other] = [await loginToken(address, PLAYER1), await loginToken(address, PLAYER1)];
  assertEquals([await isTaken(system, token), await isTaken(system, other)], [true, true]);
  assertEquals((await askOnce(address, { action: "logout", token })).status, "success");
  await untilRefused(system, token);
  assertEquals(await isTaken(system, other), true);
}

async function proveOthers(system: TestSystem): Promise<void> {
  const address = system.auth.addresses.tcp;
  const logIn = (): Promise<string> => loginToken(address, PLAYER1);
  const [kept, ended] = [await logIn(), await logIn()];
  assertEquals([await isTaken(system, kept), await isTaken(system, ended)], [true, true]);
  const update = { action: "account_update", token: kept, ...CHANGE };
  assertEquals((await askOnce(address, update)).status, "success");
  await untilRefused(system, ended);
  assertEquals(await isTaken(system, kept), true);
  const deletion = { action: "account_delete", token: kept, password: CHANGE.password };
  assertEquals((await askOnce(address, deletion)).status, "success");
  await untilRefused(system, kept);
}

/** The token of a session that ended before auth and the store that all share began anew. */
async function proveRestart(options: SystemOptions): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  try {
    let [ended, open] = ["", ""];
    await withSystem({ ...options, dataDir }, async ({ auth: { addresses: { tcp } } }) => {
      [ended, open] = [await loginToken(tcp, PLAYER1), await loginToken(tcp, PLAYER1)];
      assertEquals((await askOnce(tcp, { action: "logout", token: ended })).status, "success");
    });
    await withSystem({ ...options, dataDir }, async (system) => {
      await untilRefused(system, ended);
      assertEquals(await isTaken(system, open), true);
    });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("Revocation by logout reaches the game server", async () => {
  await withSystem({ env: ENV }, proveLogout);
});

Deno.test("Revocation by a new password and by deletion reaches the game server", async () => {
  await withSystem({ env: ENV }, proveOthers);
});

Deno.test("Revocation outlives a restart of everything", async () => {
  await proveRestart({ env: ENV });
});

const whyNot = await whyNobodyListens(MACHINE_REDIS_PORT);
const test = (rule: string, prove: (options: SystemOptions) => Promise<void>): void =>
  brokerTest(`Revocation on Redis ${rule}`, whyNot === undefined, whyNot ?? "", () => {
    const prefix = `revocation_${crypto.randomUUID()}:`;
    const url = `redis://127.0.0.1:${MACHINE_REDIS_PORT}/0?key_prefix=${prefix}`;
    return prove({ env: ENV, config: parsePortsConfig(new Map([["REDIS_URL", url]])) });
  });

test("by logout reaches the game server", (options) => withSystem(options, proveLogout));
test("comes back into a store that lost it", (options) =>
  withSystem(options, async (system) => {
    const address = system.auth.addresses.tcp;
    const token = await loginToken(address, PLAYER1);
    assertEquals((await askOnce(address, { action: "logout", token })).status, "success");
    const { kvStore } = system.ports;
    const all = (): Promise<string[]> => kvStore.keys("revo", 100);
    const before = await all();
    assertEquals(before.length, 2);
    for (const key of before) await kvStore.delete(key);
    await eventually(async () => assertEquals((await all()).sort(), before.sort()));
    await untilRefused(system, token);
  }));

const whyNoRedis = await whyNoProgram(REDIS_COMMAND);
/** Short enough for a test that waits for them. */
const QUICK = "connect_timeout_ms=300&command_timeout_ms=100&heartbeat_ms=200";

brokerTest(
  "Auth goes on while Redis is away, and what was ended meanwhile is when it is back",
  whyNoRedis === undefined,
  whyNoRedis ?? "",
  async () => {
    const broker = await RedisBroker.start();
    try {
      const config = { ...EMBEDDED_PORTS, redis: broker.config(QUICK) };
      await withSystem({ env: ENV, config }, async (system) => {
        const address = system.auth.addresses.tcp;
        const [early, kept] = [
          await loginToken(address, PLAYER1),
          await loginToken(address, PLAYER1),
        ];
        await broker.kill();
        const late = await loginToken(address, PLAYER1);
        const wrong = { action: "login", ...TESTUSER, password: "a wrong guess" };
        for (let at = 0; at < 6; at++) await askOnce(address, wrong);
        assertEquals((await askOnce(address, wrong)).message, "Too many attempts");
        for (const token of [early, late]) {
          assertEquals((await askOnce(address, { action: "logout", token })).status, "success");
          assertEquals((await askOnce(address, { action: "verify", token })).status, "failure");
        }
        // Nobody can ask whether it was ended: play goes on.
        assertEquals(await isTaken(system, kept), true);
        await broker.startAgain();
        await eventually(async () => {
          assertEquals((await system.ports.kvStore.keys("revoked:", 10)).length, 2);
        });
        await untilRefused(system, early);
        await untilRefused(system, late);
        assertEquals(await isTaken(system, kept), true);
      });
    } finally {
      await broker.close();
    }
  },
);
