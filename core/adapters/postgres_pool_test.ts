/** PostgreSQL's adapter on a server that goes away: a private one, which is killed, stopped and started. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { PostgresDatabase } from "./postgres_database.ts";
import { systemClock } from "../clock.ts";
import { eventually, inTime } from "../../tests/contract/eventually.ts";
import { findFreePort } from "../../tests/brokers/free_port.ts";
import { PostgresBroker, whyNoPostgresBroker } from "../../tests/brokers/postgres_broker.ts";
import { openTestPostgres } from "../../tests/brokers/postgres_databases.ts";
import { brokerTest } from "../../tests/brokers/require_brokers.ts";
import {
  makeServerCertificate,
  type ServerCertificate,
} from "../../tests/brokers/server_certificate.ts";

const whyNot = await whyNoPostgresBroker();

/** What a database told of its server. */
interface Told {
  isUp: boolean | undefined;
  downCount: number;
  reason: string | undefined;
}

/** Opens a database that is closed at the end, and keeps what it tells. */
async function withDatabase(
  url: string,
  settings: Parameters<typeof openTestPostgres>[1],
  prove: (database: PostgresDatabase, told: Told) => Promise<void>,
): Promise<void> {
  const told: Told = { isUp: undefined, downCount: 0, reason: undefined };
  const database = openTestPostgres(url, settings, (isUp, reason) => {
    told.isUp = isUp;
    told.reason = reason;
    if (!isUp) told.downCount++;
  });
  try {
    await prove(database, told);
  } finally {
    await inTime(database.close());
  }
}

function test(
  rule: string,
  prove: (broker: PostgresBroker, certificate: ServerCertificate) => Promise<void>,
): void {
  brokerTest(`PostgresDatabase ${rule}`, whyNot === undefined, whyNot ?? "", async () => {
    const folder = await Deno.makeTempDir();
    try {
      const certificate = await makeServerCertificate(folder);
      const broker = await PostgresBroker.start({ certificate });
      try {
        await prove(broker, certificate);
      } finally {
        await broker.close();
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Pairs of rows, written by many at once until the server fails, and the names of those acknowledged. */
async function writePairs(database: PostgresDatabase, round: number): Promise<Set<string>> {
  const acknowledged = new Set<string>();
  const write = async (writer: number): Promise<void> => {
    for (let index = 0;; index++) {
      const name = `${round}-${writer}-${index}`;
      const insert = "INSERT INTO pairs (name, half) VALUES ($1, $2)";
      await database.transaction(async (executor) => {
        await executor.execute(insert, [name, 1]);
        await executor.execute(insert, [name, 2]);
      });
      acknowledged.add(name);
    }
  };
  const outcomes = await inTime(
    Promise.allSettled(Array.from({ length: 8 }, (_, writer) => write(writer))),
  );
  for (const outcome of outcomes) assertEquals(outcome.status, "rejected");
  return acknowledged;
}

test("keeps what was acknowledged when the server is killed, and nothing by halves", async (broker) => {
  await withDatabase(broker.url(), { connectTimeoutMs: 2_000 }, async (database, told) => {
    await database.execute("CREATE TABLE pairs (name TEXT, half BIGINT, PRIMARY KEY (name, half))");
    const acknowledged = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const writing = writePairs(database, round);
      const count = async (): Promise<number> =>
        Number((await database.query("SELECT count(*) AS c FROM pairs"))[0]?.["c"]);
      const before = await count();
      await eventually(async () => assert(await count() > before + 200));
      await broker.kill();
      for (const name of await writing) acknowledged.add(name);
      await eventually(() => assertEquals(told.isUp, false));
      await broker.startAgain();
      await eventually(() => assertEquals(told.isUp, true));
      const rows = await database.query("SELECT name, count(*) AS halves FROM pairs GROUP BY name");
      const halves = new Map(rows.map((row) => [String(row["name"]), row["halves"]]));
      assertEquals([...halves.values()].filter((count) => count !== 2), []);
      assertEquals([...acknowledged].filter((name) => !halves.has(name)), []);
      // Beside them only what each writer was at when its connection broke.
      assert(halves.size <= acknowledged.size + 8 * (round + 1), `${halves.size}`);
    }
    assertEquals(told.downCount, 3);
  });
});

test("fails in time on a server that does not answer, and goes on when it does", async (broker) => {
  const settings = { connectTimeoutMs: 500, statementTimeoutMs: 500 };
  await withDatabase(broker.url(), settings, async (database, told) => {
    await database.query("SELECT 1");
    await broker.freeze();
    try {
      const startedAtMs = systemClock.monotonicMs();
      const failures = await Promise.all([
        assertRejects(() => database.query("SELECT 1"), Error, "Cannot query: "),
        assertRejects(() => database.query("SELECT 1"), Error, "Cannot query: "),
        assertRejects(
          () => database.transaction((executor) => executor.query("SELECT 1")),
          Error,
          "Cannot query: ",
        ),
      ]);
      for (const { message } of failures) assertStringIncludes(message, "postgres://127.0.0.1:");
      const elapsedMs = systemClock.monotonicMs() - startedAtMs;
      assert(elapsedMs < 5_000, `${elapsedMs} ms`);
      await eventually(() => assertEquals(told.isUp, false));
    } finally {
      await broker.thaw();
    }
    await eventually(() => assertEquals(told.isUp, true));
    assertEquals(await database.query("SELECT 1 AS one"), [{ one: 1 }]);
    // Closing does not wait for one that does not answer either.
    await broker.freeze();
  });
});

test("says that a transaction's end is unknown when the answer to its commit was lost", async (broker) => {
  await withDatabase(broker.url(), { connectionsMax: 1 }, async (database) => {
    await database.execute("CREATE TABLE deferred (id BIGINT)");
    // The commit itself takes long, so that the server can be killed in it.
    await database.execute(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(20); RETURN NULL; END $$`);
    await database.execute(`CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON deferred
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()`);
    const written = Promise.withResolvers<void>();
    let runCount = 0;
    const transaction = assertRejects(
      () =>
        database.transaction(async (executor) => {
          runCount++;
          await executor.execute("INSERT INTO deferred VALUES (1)");
          written.resolve();
        }),
      Error,
      "Cannot say whether the transaction was committed: lost the connection",
    );
    await inTime(written.promise);
    await withDatabase(broker.url(), {}, (other) =>
      eventually(async () => {
        const sql = "SELECT 1 FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'";
        assertEquals((await other.query(sql)).length, 1);
      }));
    await broker.kill();
    await inTime(transaction);
    assertEquals(runCount, 1);
  });
});

test("takes a connection that is ended for no outage", async (broker) => {
  await withDatabase(broker.url(), {}, async (database, told) => {
    await database.query("SELECT 1");
    await withDatabase(broker.url(), {}, async (admin) => {
      const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`;
      await admin.query(end);
      await eventually(async () => {
        assertEquals(await database.query("SELECT 1 AS one"), [{ one: 1 }]);
      });
      const ended = assertRejects(
        () => database.query("SELECT pg_sleep(20)"),
        Error,
        "Cannot query: lost the connection to postgres://",
      );
      await eventually(async () => {
        const sleeping = "query = 'SELECT pg_sleep(20)' AND state = 'active'";
        const rows = await admin.query(`${end} AND ${sleeping}`);
        assertEquals(rows.length, 1);
      });
      await inTime(ended);
    });
    assertEquals(await database.query("SELECT 1 AS one"), [{ one: 1 }]);
    assertEquals([told.isUp, told.downCount], [true, 0]);
  });
});

test("waits for a server that starts late, and says what it waits for", async (broker) => {
  await broker.kill();
  await withDatabase(broker.url(), {}, async (database, told) => {
    await assertRejects(() => database.query("SELECT 1"), Error, "Cannot query: cannot connect to");
    const error = await assertRejects(() => database.opened(50), Error);
    assertStringIncludes(error.message, `Cannot use DATABASE_URL, postgres://127.0.0.1:`);
    assertStringIncludes(error.message, "ECONNREFUSED");
    await eventually(() => assertEquals(told.isUp, false));
    assertStringIncludes(told.reason ?? "", "ECONNREFUSED");
    const opened = database.opened(30_000);
    await broker.startAgain();
    await inTime(opened);
    assertEquals(told, { isUp: true, downCount: 1, reason: undefined });
  });
});

test("does not wait where the server refuses it", async (broker) => {
  await withDatabase(broker.url(), {}, async (database) => {
    await database.execute("CREATE ROLE locked LOGIN PASSWORD 'p:w/d'");
    await database.execute("CREATE DATABASE locked OWNER locked");
  });
  const locked = broker.url("locked").replace("postgres@", "locked:p%3Aw%2Fd@");
  await withDatabase(locked, {}, async (database) => {
    await database.opened(5_000);
    assertEquals(await database.query("SELECT current_user AS name"), [{ name: "locked" }]);
  });
  const cases: [url: string, message: string][] = [
    [locked.replace("p%3A", "x"), 'password authentication failed for user "locked"'],
    [locked.replace(":p%3Aw%2Fd", ""), "password must be a non-empty string"],
    [broker.url("nowhere"), 'database "nowhere" does not exist'],
  ];
  for (const [url, message] of cases) {
    await withDatabase(url, {}, async (database, told) => {
      const error = await inTime(assertRejects(() => database.opened(60_000), Error), 10_000);
      assertStringIncludes(error.message, "Cannot use DATABASE_URL, postgres://127.0.0.1:");
      assertStringIncludes(error.message, message);
      assertEquals(error.message.includes("w/d"), false);
      assertEquals(told.isUp, false);
    });
  }
});

test("encrypts, and trusts as much as it was told", async (broker, { caFile }) => {
  const cases: [host: string, query: string, refusal?: string][] = [
    ["127.0.0.1", "sslmode=require"],
    ["127.0.0.1", `sslmode=verify-ca&sslrootcert=${caFile}`],
    ["localhost", `sslmode=verify-full&sslrootcert=${caFile}`],
    ["127.0.0.1", `sslmode=verify-full&sslrootcert=${caFile}`, "does not match"],
    ["localhost", "sslmode=verify-full", "unable to verify"],
    ["localhost", "sslmode=verify-ca", "unable to verify"],
  ];
  for (const [host, query, refusal] of cases) {
    await withDatabase(`${broker.url("postgres", host)}?${query}`, {}, async (database) => {
      if (refusal === undefined) {
        const sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        assertEquals(await database.query(sql), [{ ssl: 1 }], query);
      } else {
        await inTime(assertRejects(() => database.opened(60_000), Error, refusal), 10_000);
        await assertRejects(() => database.query("SELECT 1"), Error, refusal);
      }
    });
  }
});

test("connects through a Unix socket", async (broker) => {
  await withDatabase(broker.socketUrl(), {}, async (database) => {
    const rows = await database.query("SELECT inet_server_addr() AS address");
    assertEquals(rows, [{ address: null }]);
  });
});

Deno.test("PostgresDatabase closes at once where there is no server", async () => {
  const url = `postgres://postgres@127.0.0.1:${findFreePort()}/postgres`;
  await withDatabase(url, {}, async (database) => {
    const refused = await Promise.all(
      Array.from({ length: 50 }, () => assertRejects(() => database.query("SELECT 1"), Error)),
    );
    for (const { message } of refused) assertStringIncludes(message, "ECONNREFUSED");
  });
});
