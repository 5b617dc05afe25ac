/** Accounts that were answered `success` are there, whenever and however often auth is killed. */
import { assert, assertEquals } from "@std/assert";
import type { SqlDatabase } from "../../core/ports/sql_database.ts";
import { openSqliteDatabase } from "../../core/ports/sqlite_database.ts";
import { Rng } from "../../core/rng.ts";
import { machinePostgresUrl, whyNoPostgres } from "../brokers/postgres_broker.ts";
import { createTestDatabase, openTestPostgres } from "../brokers/postgres_databases.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { withLines } from "../clients/auth_requests.ts";
import { LineClient } from "../clients/line_client.ts";
import { openSeed, say } from "../fuzz/seed.ts";
import { ServiceProcess } from "../fuzz/service_process.ts";

/** `deno task chaos:auth` kills fifty times. */
const KILLS = Number(Deno.env.get("CHAOS_KILLS") ?? 6);
const CLIENTS = 8;
/** Accounts that are acknowledged before a kill, at the most. */
const ACKNOWLEDGED_MAX = 100;
const PASSWORD = "password-1";
/** Those who try to log in after each restart, of the last ones; at the end the database is asked for all. */
const LOG_IN_AGAIN_MAX = 20;

function startAuth(env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  return ServiceProcess.start({
    script: "tests/chaos/cheap_auth.ts",
    env: { LISTEN_HOST: "127.0.0.1", AUTH_TCP_PORT: "0", AUTH_OPS_PORT: "0", ...env },
    awaited: ["auth tcp"],
  });
}

/** Registers from several clients until `count` are acknowledged, kills at that moment, and gives the names. */
async function registerUntilKilled(
  auth: ServiceProcess,
  options: { readonly round: number; readonly count: number },
): Promise<string[]> {
  const acknowledged: string[] = [];
  const enough = Promise.withResolvers<void>();
  const register = async (client: LineClient, clientIndex: number): Promise<void> => {
    for (let index = 0;; index++) {
      const username = `r${options.round}-c${clientIndex}-${index}`;
      const request = { action: "register", username, password: PASSWORD };
      // Killed: nobody answers any more, and what was asked last may or may not be there.
      const reply = await client.askJson(request).catch(() => undefined);
      if (reply === undefined) return;
      assertEquals(reply.status, "success", JSON.stringify(reply));
      acknowledged.push(username);
      if (acknowledged.length >= options.count) enough.resolve();
    }
  };
  const address = auth.address("auth", "tcp");
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => LineClient.connect(address)),
  );
  const registering = Promise.all(clients.map(register));
  await Promise.race([enough.promise, registering]);
  await auth.kill();
  await registering;
  await Promise.all(clients.map((client) => client.close()));
  return acknowledged;
}

/** Which of the names cannot log in. */
async function findMissing(auth: ServiceProcess, names: readonly string[]): Promise<string[]> {
  return await withLines(auth.address("auth", "tcp"), async (client) => {
    const missing: string[] = [];
    for (const username of names) {
      const reply = await client.askJson({ action: "login", username, password: PASSWORD });
      if (reply.status !== "success") missing.push(`${username}: ${reply.message}`);
    }
    return missing;
  });
}

/** A database, and how to look at it when auth is not there. */
interface Subject {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  open(): SqlDatabase;
}

async function readNames(subject: Subject): Promise<Set<unknown>> {
  const database = subject.open();
  try {
    if (database.dialect === "sqlite") {
      const [row] = await database.query("PRAGMA integrity_check");
      assertEquals(row?.["integrity_check"], "ok");
    }
    const rows = await database.query("SELECT username FROM accounts");
    return new Set(rows.map((row) => row["username"]));
  } finally {
    await database.close();
  }
}

async function proveCrashes(subject: Subject): Promise<void> {
  const { name, env } = subject;
  const rng = new Rng(openSeed(`auth crash ${name}`));
  const all: string[] = [];
  for (let round = 0; round < KILLS; round++) {
    await using auth = await startAuth(env);
    const last = all.slice(-LOG_IN_AGAIN_MAX);
    assertEquals(await findMissing(auth, last), [], `before kill ${round}`);
    const count = 1 + rng.below(ACKNOWLEDGED_MAX);
    const acknowledged = await registerUntilKilled(auth, { round, count });
    assert(acknowledged.length >= count, `only ${acknowledged.length} in round ${round}`);
    all.push(...acknowledged);
  }
  const there = await readNames(subject);
  assertEquals(all.filter((username) => !there.has(username)), []);
  say(`${name}: ${KILLS} kills, ${all.length} accounts acknowledged, none lost`);
}

Deno.test(`Auth on SQLite keeps what it acknowledged through ${KILLS} kills`, async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-chaos-" });
  try {
    const path = `${dataDir}/tanks.sqlite`;
    const open = (): SqlDatabase => openSqliteDatabase({ path, fullSync: true });
    await proveCrashes({ name: "SQLite", env: { DATA_DIR: dataDir }, open });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

const whyNot = await whyNoPostgres();

brokerTest(
  `Auth on PostgreSQL keeps what it acknowledged through ${KILLS} kills`,
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const dataDir = await Deno.makeTempDir({ prefix: "tanks-chaos-" });
    const { url, drop } = await createTestDatabase(machinePostgresUrl);
    try {
      const env = { DATA_DIR: dataDir, DATABASE_URL: url };
      await proveCrashes({ name: "PostgreSQL", env, open: () => openTestPostgres(url) });
    } finally {
      await drop();
      await Deno.remove(dataDir, { recursive: true });
    }
  },
);
