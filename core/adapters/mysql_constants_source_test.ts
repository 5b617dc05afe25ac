/** What MySQL's adapter promises beside the port's contract. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { systemClock } from "../clock.ts";
import type { ConstantRow, ConstantsSource } from "../ports/constants_source.ts";
import { eventually, inTime } from "../../tests/contract/eventually.ts";
import {
  machineMysqlVariables,
  MariadbBroker,
  type MysqlVariables,
  runMysql,
  whileHolding,
  whyNoMariadbBroker,
  whyNoMysql,
} from "../../tests/brokers/mariadb_broker.ts";
import {
  createTestSchema,
  openTestSource,
  writeConstants,
} from "../../tests/brokers/mysql_sources.ts";
import { brokerTest, hasBroker } from "../../tests/brokers/require_brokers.ts";
import {
  makeServerCertificate,
  type ServerCertificate,
} from "../../tests/brokers/server_certificate.ts";

const ignore = !hasBroker("MySQL", await whyNoMysql());
const whyNoBroker = await whyNoMariadbBroker();
const machine = machineMysqlVariables();

/** Runs `prove` on a database of its own that has no table yet. */
function test(
  rule: string,
  prove: (source: ConstantsSource, database: string) => Promise<void>,
): void {
  Deno.test({
    name: `MysqlConstantsSource ${rule}`,
    ignore,
    fn: async () => {
      const database = await createTestSchema(machine);
      try {
        await withSource(machine, database, {}, (source) => prove(source, database));
      } finally {
        await runMysql(machine, `DROP DATABASE ${database}`);
      }
    },
  });
}

async function withSource(
  variables: MysqlVariables,
  database: string,
  more: Readonly<Record<string, string>>,
  prove: (source: ConstantsSource) => Promise<void>,
): Promise<void> {
  const source = openTestSource(variables, database, more);
  try {
    await prove(source);
  } finally {
    await inTime(source.close());
  }
}

function read(source: ConstantsSource, deadlineMs = 10_000): Promise<ConstantRow[]> {
  return source.read({ deadlineMs });
}

test("reads every script, in the order of the names", async (source, database) => {
  const rows = [
    { name: "A", value: "öß€😀 'quoted' \\", description: "Множитель опыта 倍率" },
    { name: "B", value: "", description: "" },
    { name: "C", value: "1.0", description: "x" },
  ];
  await writeConstants(
    machine,
    database,
    rows.toReversed().map((row) => ({
      ...row,
      value: row.value.replaceAll("\\", "\\\\"),
    })),
  );
  assertEquals(await read(source), rows);
});

test("gives values of whatever type as text", async (source, database) => {
  const cases: [type: string, written: string, text: string][] = [
    ["INT", "-5", "-5"],
    ["BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"],
    ["DECIMAL(10, 2)", "1.5", "1.50"],
    ["DOUBLE", "0.1", "0.1"],
    ["FLOAT", "1.5", "1.5"],
    ["BOOLEAN", "TRUE", "1"],
    ["DATETIME", "'2026-02-03 04:05:06'", "2026-02-03 04:05:06"],
    ["BLOB", "'1.0'", "1.0"],
    ["VARBINARY(20)", "'öß'", "öß"],
    ["TEXT CHARACTER SET latin1", "'öß'", "öß"],
    ["ENUM('on', 'off')", "'on'", "on"],
    ["JSON", `'{"a": 1}'`, '{"a": 1}'],
    ["INT", "NULL", ""],
  ];
  for (const [type, written, text] of cases) {
    await runMysql(
      machine,
      `USE ${database}; DROP TABLE IF EXISTS constants;
       CREATE TABLE constants (Name VARCHAR(64), Value ${type}, Description TEXT);
       INSERT INTO constants VALUES ('a', ${written}, NULL)`,
    );
    assertEquals(await read(source), [{ name: "a", value: text, description: "" }], type);
  }
});

test("says which table or column is missing", async (source, database) => {
  const missing = await assertRejects(
    () => read(source),
    Error,
    "Cannot read constants from mysql:",
  );
  assertStringIncludes(missing.message, `${database}.constants' doesn't exist`);
  await runMysql(machine, `CREATE TABLE ${database}.constants (Name TEXT, Value TEXT)`);
  await assertRejects(() => read(source), Error, "Unknown column 'Description'");
});

test("refuses a table that is too large to be the one that was meant", async (source, database) => {
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const rows = names.map((name) => ({ name, value: "1", description: "" }));
  await writeConstants(machine, database, rows);
  await runMysql(
    machine,
    `USE ${database}; INSERT INTO constants
       SELECT CONCAT(a.Name, b.Name, c.Name, d.Name, e.Name), '1', ''
       FROM constants a, constants b, constants c, constants d, constants e`,
  );
  await assertRejects(() => read(source), Error, "the table has more than 10000 rows");
});

/** What the server is at, on a database. */
function queriesOn(database: string): Promise<string[]> {
  const sql = "SELECT info FROM information_schema.processlist WHERE command <> 'Sleep'";
  return runMysql(machine, `${sql} AND db = '${database}'`);
}

async function giveUp(source: ConstantsSource, database: string): Promise<void> {
  const startedAtMs = systemClock.monotonicMs();
  const late = assertRejects(() => read(source, 700), Error);
  await eventually(async () => assertEquals((await queriesOn(database)).length, 1));
  await late;
  const elapsedMs = systemClock.monotonicMs() - startedAtMs;
  assert(elapsedMs >= 600 && elapsedMs < 3_000, `${elapsedMs} ms`);
  await eventually(async () => assertEquals(await queriesOn(database), []), 3_000);
}

test(
  "gives up a locked table at its deadline, and so does the server",
  async (source, database) => {
    await writeConstants(machine, database);
    const lock = `LOCK TABLES ${database}.constants WRITE`;
    await whileHolding(machine, lock, () => giveUp(source, database));
    assertEquals((await read(source)).length, 7);
  },
);

test("gives up a slow query at its deadline, and so does the server", async (source, database) => {
  await runMysql(
    machine,
    `CREATE VIEW ${database}.constants AS
       SELECT 'a' AS Name, BENCHMARK(100000000, MD5('x')) AS Value, '' AS Description`,
  );
  await giveUp(source, database);
});

test("can write nothing, not even through a view that would", async (source, database) => {
  await runMysql(
    machine,
    `USE ${database}; CREATE TABLE log (id INT);
     DELIMITER //
     CREATE FUNCTION note() RETURNS INT MODIFIES SQL DATA
       BEGIN INSERT INTO log VALUES (1); RETURN 1; END//
     CREATE VIEW constants AS SELECT 'a' AS Name, note() AS Value, '' AS Description//`,
  );
  await assertRejects(() => read(source), Error, "READ ONLY transaction");
  assertEquals(await runMysql(machine, `SELECT count(*) FROM ${database}.log`), ["0"]);
});

test("leaves no connection behind", async (source, database) => {
  await writeConstants(machine, database);
  const aborted = (): Promise<string[]> =>
    runMysql(machine, "SHOW GLOBAL STATUS LIKE 'Aborted_clients'");
  const before = await aborted();
  await Promise.all(Array.from({ length: 10 }, () => read(source)));
  const sql = `SELECT id FROM information_schema.processlist WHERE db = '${database}'`;
  await eventually(async () => assertEquals(await runMysql(machine, sql), []));
  assertEquals(await aborted(), before);
});

test("bounds the reads at once", async (source, database) => {
  await writeConstants(machine, database);
  const reads = Array.from({ length: 64 }, () => read(source));
  await assertRejects(() => read(source), Error, "64 reads are in hand");
  const closed = source.close();
  for (const rows of await Promise.all(reads)) assertEquals(rows.length, 7);
  await closed;
});

/** Runs `prove` on a server of its own whose database `status` has the table. */
function testOnBroker(
  rule: string,
  prove: (broker: MariadbBroker, certificate: ServerCertificate) => Promise<void>,
): void {
  const name = `MysqlConstantsSource ${rule}`;
  brokerTest(name, whyNoBroker === undefined, whyNoBroker ?? "", async () => {
    const folder = await Deno.makeTempDir();
    try {
      const certificate = await makeServerCertificate(folder);
      const broker = await MariadbBroker.start({ certificate });
      try {
        await runMysql(broker.variables, "CREATE DATABASE status");
        await writeConstants(broker.variables, "status");
        await prove(broker, certificate);
      } finally {
        await broker.close();
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

testOnBroker("rejects in time while its server does not answer", async (broker) => {
  await withSource(broker.variables, "status", {}, async (source) => {
    assertEquals((await read(source)).length, 7);
    await broker.freeze();
    const startedAtMs = systemClock.monotonicMs();
    await assertRejects(() => read(source, 300), Error, "no answer within 300 ms");
    assert(systemClock.monotonicMs() - startedAtMs < 3_000);
    await broker.thaw();
    // What the server had not answered yet is not taken up again.
    const sql = "SELECT id FROM information_schema.processlist WHERE db = 'status'";
    await eventually(async () => assertEquals(await runMysql(broker.variables, sql), []), 5_000);
    assertEquals((await read(source)).length, 7);
    await broker.kill();
    await assertRejects(() => read(source), Error, "ECONNREFUSED");
    await broker.startAgain();
    assertEquals((await read(source)).length, 7);
  });
});

testOnBroker("connects as who it is told to, over TLS or a socket", async (broker, { caFile }) => {
  await runMysql(
    broker.variables,
    `CREATE USER worker@'%' IDENTIFIED BY 'p:w/d' REQUIRE SSL;
     CREATE USER worker@localhost IDENTIFIED BY 'p:w/d'; GRANT SELECT ON status.* TO worker@'%';
     GRANT SELECT ON status.* TO worker@localhost`,
  );
  const worker = { DB_USER: "worker", DB_PASSWORD: "p:w/d" };
  const trusted = { ...worker, DB_TLS_CA_FILE: caFile };
  const host = "localhost";
  const cases: [variables: Record<string, string>, refusal?: string][] = [
    [{ ...worker, DB_TLS: "require" }],
    [{ ...trusted, DB_TLS: "verify-ca" }],
    [{ ...trusted, DB_TLS: "verify-full", DB_HOST: host }],
    [{ ...worker, ...broker.socketVariables, DB_USER: "worker" }],
    [{ ...worker, DB_TLS: "verify-full", DB_HOST: host }, "verify"],
    [{ ...worker, DB_TLS: "verify-ca", DB_HOST: host }, "verify"],
    [{ DB_USER: "worker", DB_PASSWORD: "wrong", DB_TLS: "require" }, "Access denied"],
  ];
  for (const [variables, refusal] of cases) {
    await withSource(broker.variables, "status", variables, async (source) => {
      if (refusal === undefined) return assertEquals((await read(source)).length, 7);
      const error = await assertRejects(() => read(source), Error, refusal);
      assertEquals(error.message.includes("p:w/d"), false);
    });
  }
});
