/** What PostgreSQL's adapter promises beside the port's contract: statements and transactions. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { PostgresDatabase } from "./postgres_database.ts";
import { systemClock } from "../clock.ts";
import { migrate, type MigrationStep } from "../ports/migrations.ts";
import { type SqlExecutor, type SqlValue, UniqueViolation } from "../ports/sql_database.ts";
import { inTime } from "../../tests/contract/eventually.ts";
import { machinePostgresUrl, whyNoPostgres } from "../../tests/brokers/postgres_broker.ts";
import {
  createTestDatabase,
  openTestPostgres,
  type TestDatabase,
} from "../../tests/brokers/postgres_databases.ts";
import { hasBroker } from "../../tests/brokers/require_brokers.ts";

const ignore = !hasBroker("PostgreSQL", await whyNoPostgres());
let own: TestDatabase | undefined;

Deno.test.beforeAll(async () => {
  if (!ignore) own = await createTestDatabase(machinePostgresUrl);
});
Deno.test.afterAll(() => own?.drop());

function test(
  rule: string,
  prove: (database: PostgresDatabase, url: string) => Promise<void>,
  settings: Parameters<typeof openTestPostgres>[1] = {},
): void {
  Deno.test({
    name: `PostgresDatabase ${rule}`,
    ignore,
    fn: async () => {
      if (own === undefined) throw new Error("Cannot test: there is no database");
      const database = openTestPostgres(own.url, settings);
      try {
        await prove(database, own.url);
      } finally {
        await database.close();
      }
    },
  });
}

test("gives kinds that SQLite lacks as kinds that it has", async (database) => {
  const cases: [expression: string, value: SqlValue][] = [
    ["true", 1],
    ["1 = 2", 0],
    ["sum(n) FROM generate_series(1, 3) AS n", 6],
    ["sum(9223372036854775807::bigint) FROM generate_series(1, 2)", 18_446_744_073_709_551_614n],
    ["1.25", 1.25],
    ["0.1::real", 0.1],
    ["1e300::double precision", 1e300],
    ["'NaN'::double precision", NaN],
    ["DATE '2026-02-03'", "2026-02-03"],
    [`'{"a": [1]}'::jsonb`, '{"a": [1]}'],
    ["NULL::bigint", null],
  ];
  for (const [expression, value] of cases) {
    assertEquals(
      await database.query(`SELECT ${expression.replace(/^(.*?)( FROM|$)/, "$1 AS a$2")}`),
      [
        { a: value },
      ],
    );
  }
});

test("refuses what SQLite's adapter refuses", async (database) => {
  const cases: [sql: string, parameters: SqlValue[], message: string][] = [
    ["SELECT $1::bigint, $2::bigint", [1], "Cannot query: "],
    ["SELECT $1::bigint", [1, 2], "Cannot query: "],
    ["SELECT 1; SELECT 2", [], "Cannot query: "],
    [" -- nothing", [], "must be one statement"],
    ["", [], "must be one statement"],
    ["SELECT $1::double precision", [NaN], "a parameter is NaN"],
  ];
  for (const [sql, parameters, message] of cases) {
    await assertRejects(() => database.query(sql, parameters), Error, message);
  }
  assertEquals(await database.query("SELECT 1 AS one;"), [{ one: 1 }]);
});

test("keeps a transaction that was begun by hand from whoever comes next", async (database) => {
  for (const sql of ["BEGIN", "START TRANSACTION READ ONLY"]) {
    await assertRejects(() => database.execute(sql), Error, "transactions need transaction()");
    assertEquals(await database.execute("CREATE TABLE IF NOT EXISTS begun (id BIGINT)"), 0);
  }
}, { connectionsMax: 1 });

test("keeps its connections when statements fail", async (database) => {
  const pid = async (): Promise<unknown> => await database.query("SELECT pg_backend_pid() AS pid");
  const before = await pid();
  await assertRejects(() => database.query("SELECT nothing FROM nowhere"), Error, "nowhere");
  await assertRejects(
    () => database.transaction((executor) => executor.query("SELECT 1 / 0")),
    Error,
    "division by zero",
  );
  assertEquals(await pid(), before);
}, { connectionsMax: 1 });

test("commits nothing after a statement that failed, whatever the work makes of it", async (database) => {
  await database.execute("CREATE TABLE doomed (id BIGINT PRIMARY KEY)");
  const insert = (executor: SqlExecutor): Promise<number> =>
    executor.execute("INSERT INTO doomed VALUES (1)");
  await assertRejects(
    () =>
      database.transaction(async (executor) => {
        await insert(executor);
        await insert(executor).catch(() => {});
        return "all is well";
      }),
    UniqueViolation,
  );
  assertEquals(await database.query("SELECT id FROM doomed"), []);
});

test("runs the statements of a transaction in the order in which they were asked for", async (database) => {
  await database.execute("CREATE TABLE ordered (id SERIAL, name TEXT)");
  await database.transaction(async (executor) => {
    await Promise.all(
      ["a", "b", "c"].map((name) =>
        executor.execute("INSERT INTO ordered (name) VALUES ($1)", [name])
      ),
    );
  });
  const rows = await database.query("SELECT name FROM ordered ORDER BY id");
  assertEquals(rows.map(({ name }) => name), ["a", "b", "c"]);
});

/** Adds one to each of the counters named, in a transaction that reads first and writes later. */
function increment(
  database: PostgresDatabase,
  names: readonly string[],
  onRead: () => Promise<void>,
): Promise<void> {
  return database.transaction(async (executor) => {
    for (const name of names) {
      const sql = "SELECT value FROM counters WHERE name = $1";
      const [row] = await executor.query(sql, [name]);
      await onRead();
      await executor.execute("UPDATE counters SET value = $1 WHERE name = $2", [
        Number(row?.["value"]) + 1,
        name,
      ]);
    }
  });
}

test("runs a transaction again that collided with another", async (database) => {
  await database.execute("CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)");
  await database.execute("INSERT INTO counters VALUES ('a', 0), ('b', 0)");
  let readCount = 0;
  const count = (): Promise<void> => Promise.resolve(void readCount++);
  await inTime(Promise.all(Array.from({ length: 16 }, () => increment(database, ["a"], count))));
  assertEquals(await database.query("SELECT value FROM counters WHERE name = 'a'"), [{
    value: 16,
  }]);
  assert(readCount > 16, `${readCount} runs`);
  // Each has the row that the other wants next: a deadlock, the first time.
  readCount = 0;
  const bothRead = Promise.withResolvers<void>();
  const meet = (): Promise<void> => {
    if (++readCount === 2) bothRead.resolve();
    return bothRead.promise;
  };
  const crossed = [["a", "b"], ["b", "a"]].map((names) => increment(database, names, meet));
  await inTime(Promise.all(crossed));
  assertEquals(await database.query("SELECT sum(value) AS sum FROM counters"), [{ sum: 20 }]);
  assert(readCount > 4, `${readCount} reads`);
}, { connectionsMax: 4 });

test("gives up a transaction that always collides", async (database) => {
  let runCount = 0;
  await assertRejects(
    () =>
      database.transaction(async (executor) => {
        runCount++;
        await executor.execute("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$").catch(() => {});
        throw new RangeError("the work's own view of it");
      }),
    Error,
    "Cannot commit: the transaction collided with others 20 times",
  );
  assertEquals(runCount, 20);
});

test("ends a statement that takes too long, and goes on", async (database) => {
  const slow = (): Promise<unknown> => database.query("SELECT pg_sleep(20)");
  await inTime(assertRejects(slow, Error, "statement timeout"), 10_000);
  assertEquals(await database.query("SELECT 1 AS one"), [{ one: 1 }]);
}, { statementTimeoutMs: 100 });

test("says that all connections are busy", async (database) => {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const transaction = database.transaction(() => {
    begun.resolve();
    return gate.promise;
  });
  await begun.promise;
  await assertRejects(() => database.query("SELECT 1"), Error, "all 1 connections");
  gate.resolve();
  await transaction;
  assertEquals(await database.query("SELECT 1 AS one"), [{ one: 1 }]);
}, { connectionsMax: 1, connectTimeoutMs: 200 });

test(
  "refuses a statement when too many wait, and runs those that wait before it closes",
  async (database) => {
    const gate = Promise.withResolvers<void>();
    const transaction = database.transaction(() => gate.promise);
    const waiting: Promise<unknown>[] = [];
    for (let index = 0; index < 10_000; index++) waiting.push(database.query("SELECT 1"));
    const refused = "Cannot query: 10000 statements wait";
    await assertRejects(() => database.query("SELECT 1"), Error, refused);
    await assertRejects(() => database.transaction(() => Promise.resolve()), Error, refused);
    const closed = database.close();
    gate.resolve();
    await Promise.all([transaction, closed, ...waiting]);
  },
  { connectionsMax: 1, connectTimeoutMs: 60_000 },
);

test("migrates once for eight servers that start at once on an empty database", async (_, url) => {
  const steps: MigrationStep[] = [
    { id: "001", sql: "CREATE TABLE first (id BIGINT PRIMARY KEY)" },
    { id: "002", sql: "INSERT INTO first VALUES (1); CREATE TABLE second (id BIGINT)" },
    { id: "003", sql: "ALTER TABLE first ADD COLUMN name TEXT" },
  ];
  const servers = Array.from({ length: 8 }, () => openTestPostgres(url));
  try {
    const counts = await inTime(Promise.all(
      servers.map((server) => migrate(server, { name: "many", steps, clock: systemClock })),
    ));
    assertEquals(counts.reduce((sum, count) => sum + count), 3);
    const [first] = servers;
    assertEquals(await first?.query("SELECT id, name FROM first"), [{ id: 1, name: null }]);
  } finally {
    for (const server of servers) await server.close();
  }
});
