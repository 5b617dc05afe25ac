// Long because it is the whole contract of one port, case by case.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { migrate } from "../../core/ports/migrations.ts";
import { systemClock } from "../../core/clock.ts";
import { type SqlDatabase, type SqlValue, UniqueViolation } from "../../core/ports/sql_database.ts";
import {
  type CaseContext,
  contractCases,
  type ContractOptions,
  type Opened,
  type RegisterCase,
} from "./contract_cases.ts";
import { eventually, inTime, nextTask } from "./eventually.ts";

/** Registers the contract of {@linkcode SqlDatabase} for one implementation. */
export function testSqlDatabaseContract(
  name: string,
  open: () => Promise<Opened<SqlDatabase>>,
  options: ContractOptions = {},
): void {
  const test = contractCases(`SqlDatabase (${name})`, open, options);
  testStatements(test);
  testTransactions(test);
  testIsolation(test);
  testMigrations(test);
  testLife(test);
}

type Context = CaseContext<SqlDatabase>;

/** Makes a table of counters with one row, `a`, that stands at 0. */
async function openCounters({ port, unique }: Context): Promise<string> {
  const table = unique("counters");
  await port.execute(`CREATE TABLE ${table} (name VARCHAR(50) PRIMARY KEY, value BIGINT NOT NULL)`);
  await port.execute(`INSERT INTO ${table} (name, value) VALUES ($1, $2)`, ["a", 0]);
  return table;
}

async function readCounter(port: Pick<SqlDatabase, "query">, table: string): Promise<SqlValue> {
  const [row] = await port.query(`SELECT value FROM ${table} WHERE name = $1`, ["a"]);
  return row?.["value"] ?? null;
}

function testStatements(test: RegisterCase<SqlDatabase>): void {
  test("gives back what was written", async ({ port, unique }) => {
    const table = unique("kinds");
    const bytes = port.dialect === "sqlite" ? "BLOB" : "BYTEA";
    await port.execute(`CREATE TABLE ${table}
      (id BIGINT PRIMARY KEY, whole BIGINT, real_ DOUBLE PRECISION, text_ TEXT, bytes_ ${bytes})`);
    const rows: [whole: SqlValue, real: SqlValue, text: SqlValue, bytes: SqlValue][] = [
      [null, null, null, null],
      [0, 0.5, "", new Uint8Array()],
      [-1, -1e300, "öß€😀 'quoted' $1", new Uint8Array([0, 255, 39])],
      [Number.MAX_SAFE_INTEGER, 3, "a\nb", new Uint8Array(10_000)],
      [9_223_372_036_854_775_807n, 0.1, "x".repeat(100_000), null],
    ];
    for (const [id, values] of rows.entries()) {
      const sql = `INSERT INTO ${table} VALUES ($1, $2, $3, $4, $5)`;
      assertEquals(await port.execute(sql, [id, ...values]), 1);
    }
    const stored = await port.query(
      `SELECT whole, real_, text_, bytes_ FROM ${table} ORDER BY id`,
    );
    assertEquals(
      stored.map(({ whole, real_, text_, bytes_ }) => [whole, real_, text_, bytes_]),
      rows,
    );
  });

  test("counts the rows that changed", async (context) => {
    const { port } = context;
    const table = await openCounters(context);
    const insert = `INSERT INTO ${table} (name, value) VALUES ($1, $3), ($2, $3)`;
    assertEquals(await port.execute(insert, ["b", "c", 1]), 2);
    assertEquals(await port.execute(`UPDATE ${table} SET value = value + $1`, [5]), 3);
    assertEquals(await port.execute(`ALTER TABLE ${table} ADD COLUMN more BIGINT`), 0);
    assertEquals(await port.execute(`UPDATE ${table} SET value = 0 WHERE name = 'none'`), 0);
    assertEquals(await port.execute(`DELETE FROM ${table} WHERE name <> $1`, ["a"]), 2);
    assertEquals(
      await port.query(`UPDATE ${table} SET value = value * 2 RETURNING name, value`),
      [{ name: "a", value: 10 }],
    );
  });

  test("leaves what looks like a parameter in a literal alone", async (context) => {
    const table = await openCounters(context);
    assertEquals(
      await context.port.query(`SELECT '$2 it''s $1' AS text FROM ${table} WHERE name = $1`, ["a"]),
      [{ text: "$2 it's $1" }],
    );
  });

  test("tells a unique violation from other errors", async (context) => {
    const { port, unique } = context;
    const table = unique("names");
    await port.execute(
      `CREATE TABLE ${table} (id BIGINT PRIMARY KEY, name VARCHAR(50) NOT NULL UNIQUE)`,
    );
    const insert = `INSERT INTO ${table} (id, name) VALUES ($1, $2)`;
    await port.execute(insert, [1, "a"]);
    for (const row of [[1, "b"], [2, "a"]]) {
      const error = await assertRejects(() => port.execute(insert, row), UniqueViolation);
      assert(error.cause instanceof Error);
    }
    for (
      const [sql, parameters] of [
        [insert, [2, null]],
        ["SELECT nothing FROM nowhere_at_all", []],
        ["SELEC", []],
        [insert, [3]],
      ] as const
    ) {
      const error = await assertRejects(() => port.query(sql, parameters), Error);
      assertEquals(error instanceof UniqueViolation, false, sql);
    }
    assertEquals(await port.query(`SELECT id, name FROM ${table}`), [{ id: 1, name: "a" }]);
  });
}

function testTransactions(test: RegisterCase<SqlDatabase>): void {
  test("commits what resolves and gives its value", async (context) => {
    const { port } = context;
    const table = await openCounters(context);
    const value = await port.transaction(async (executor) => {
      await executor.execute(`UPDATE ${table} SET value = 7`);
      await nextTask();
      return await readCounter(executor, table);
    });
    assertEquals([value, await readCounter(port, table)], [7, 7]);
  });

  test("rolls back what rejects and gives its error", async (context) => {
    const { port } = context;
    const table = await openCounters(context);
    const failures: (() => Promise<void>)[] = [
      () => Promise.reject(new RangeError("mine")),
      () => {
        throw new RangeError("mine");
      },
    ];
    for (const fail of failures) {
      await assertRejects(
        () =>
          port.transaction(async (executor) => {
            await executor.execute(`UPDATE ${table} SET value = 7`);
            await nextTask();
            await fail();
          }),
        RangeError,
        "mine",
      );
      assertEquals(await readCounter(port, table), 0);
    }
    await port.transaction((executor) => executor.execute(`UPDATE ${table} SET value = 8`));
    assertEquals(await readCounter(port, table), 8);
  });

  test("rolls back when a statement breaks a constraint", async (context) => {
    const { port } = context;
    const table = await openCounters(context);
    await assertRejects(
      () =>
        port.transaction(async (executor) => {
          await executor.execute(`UPDATE ${table} SET value = 7`);
          await executor.execute(`INSERT INTO ${table} (name, value) VALUES ('a', 1)`);
        }),
      UniqueViolation,
    );
    assertEquals(await readCounter(port, table), 0);
  });

  test("ends the executor with its transaction", async ({ port }) => {
    const executor = await port.transaction((executor) => Promise.resolve(executor));
    await assertRejects(() => executor.query("SELECT 1"), Error);
    await assertRejects(() => executor.execute("SELECT 1"), Error);
  });
}

function testIsolation(test: RegisterCase<SqlDatabase>): void {
  test("loses no update among concurrent transactions", async (context) => {
    const { port } = context;
    const table = await openCounters(context);
    const outcomes = await inTime(Promise.allSettled(
      Array.from({ length: 20 }, () =>
        port.transaction(async (executor) => {
          const value = await readCounter(executor, table);
          await nextTask();
          await executor.execute(`UPDATE ${table} SET value = $1`, [Number(value) + 1]);
        })),
    ));
    // A server may refuse some rather than let them wait; what it took must count.
    const committed = outcomes.filter(({ status }) => status === "fulfilled");
    assert(committed.length > 0);
    assertEquals(await readCounter(port, table), committed.length);
  });

  test("shows nobody what is not committed", async (context) => {
    const { port } = context;
    const table = await openCounters(context);
    let outside: Promise<SqlValue> | undefined;
    await assertRejects(() =>
      port.transaction(async (executor) => {
        await executor.execute(`UPDATE ${table} SET value = 7`);
        outside = readCounter(port, table);
        await nextTask();
        throw new Error("rolled back");
      })
    );
    assertEquals(await inTime(outside ?? Promise.reject(new Error("not asked"))), 0);
  });

  test("lets one of many take a unique name", async (context) => {
    const { port } = context;
    const table = await openCounters(context);
    const outcomes = await Promise.allSettled(
      Array.from(
        { length: 50 },
        (_, index) =>
          port.execute(`INSERT INTO ${table} (name, value) VALUES ('taken', $1)`, [index]),
      ),
    );
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    assertEquals(refused.length, 49);
    for (const { reason } of refused) assert(reason instanceof UniqueViolation);
  });
}

function testMigrations(test: RegisterCase<SqlDatabase>): void {
  test("migrates once, though several servers start at once", async ({ port, unique }) => {
    const [name, table] = [unique("schema"), unique("migrated")];
    const steps = [
      { id: "001", sql: `CREATE TABLE ${table} (id BIGINT PRIMARY KEY); -- the first; table` },
      { id: "002", sql: `INSERT INTO ${table} VALUES (1); INSERT INTO ${table} VALUES (2)` },
    ];
    const options = { name, steps, clock: systemClock };
    const counts = await Promise.all(Array.from({ length: 4 }, () => migrate(port, options)));
    assertEquals(counts.reduce((sum, count) => sum + count), 2);
    assertEquals(await port.query(`SELECT id FROM ${table} ORDER BY id`), [{ id: 1 }, { id: 2 }]);
    assertEquals(await migrate(port, options), 0);
  });
}

function testLife(test: RegisterCase<SqlDatabase>): void {
  test("finishes the work in hand when it closes, then refuses", async (context) => {
    const { port } = context;
    const table = await openCounters(context);
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const transaction = port.transaction(async (executor) => {
      await executor.execute(`UPDATE ${table} SET value = 7`);
      begun.resolve();
      await gate.promise;
      return await readCounter(executor, table);
    });
    await inTime(begun.promise);
    const closed = port.close();
    gate.resolve();
    assertEquals(await inTime(transaction), 7);
    await inTime(closed);
    await port.close();
    const refused = /^Cannot query: database is closed/;
    for (
      const call of [
        () => port.query("SELECT 1"),
        () => port.execute("SELECT 1"),
        () => port.transaction(() => Promise.resolve()),
      ]
    ) {
      assert(refused.test((await assertRejects(call, Error)).message));
    }
  });

  test("keeps what was committed when it is opened again", async (context) => {
    const table = await openCounters(context);
    await context.port.close();
    const again = await context.reopen();
    assertEquals(await readCounter(again, table), 0);
  }, { reopen: true });

  test("works again when its server is back", async (context) => {
    const { port } = context;
    const table = await openCounters(context);
    await context.restart(async () => {
      await inTime(assertRejects(() => port.query("SELECT 1"), Error));
    });
    await eventually(async () => assertEquals(await readCounter(port, table), 0));
  }, { restart: true });
}
