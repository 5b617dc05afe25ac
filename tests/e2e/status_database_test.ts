/** The status while a real database is down, dies, hangs, or holds what is wrong. */
import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { tryJsonObject } from "../../core/json.ts";
import {
  machineMysqlVariables,
  MariadbBroker,
  runMysql,
  whyNoMariadbBroker,
  whyNoMysql,
} from "../brokers/mariadb_broker.ts";
import { createTestSchema, writeConstants } from "../brokers/mysql_sources.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import { eventually } from "../contract/eventually.ts";
import { StatusProcess } from "./status_process.ts";

const READ_TIMEOUT_MS = 500;
/** Far above the deadline, far below what a client without one would wait. */
const ANSWER_MS_MAX = 5_000;

const isHere = hasBroker("MariaDB to be killed under the status", await whyNoMariadbBroker());
const isMachineHere = hasBroker("MySQL with wrong constants", await whyNoMysql());

Deno.test({
  name: "Status says defaults, then the database, then what was known last, as the database goes",
  ignore: !isHere,
  fn: async () => {
    await using stack = new AsyncDisposableStack();
    const mariadb = stack.adopt(await MariadbBroker.start(), (broker) => broker.close());
    const database = await createTestSchema(mariadb.variables);
    const row = { name: "RateExp", value: "2.5", description: "Experience rate" };
    await writeConstants(mariadb.variables, database, [row]);
    await mariadb.kill();
    const status = stack.use(
      await StatusProcess.start({
        ...mariadb.variables,
        DB_NAME: database,
        STATUS_CACHE_TTL: "1",
        STATUS_READ_TIMEOUT_MS: String(READ_TIMEOUT_MS),
      }),
    );
    const down = await status.get();
    assertEquals([down.status, down.source], [200, "default"]);
    assertEquals((await status.get("/health")).status, 503);
    assertStringIncludes((await status.get("/")).text, "The database does not answer");

    await mariadb.startAgain();
    await eventually(async () => {
      assertEquals(tryJsonObject((await status.get()).body.rates)?.exp, 2.5);
    });

    await mariadb.kill();
    await eventually(async () => assertEquals((await status.get()).source, "stale"));
    const stale = await status.get();
    assertEquals(tryJsonObject(stale.body.rates)?.exp, 2.5);
    assertEquals((await status.get("/health")).body.status, "stale");

    await mariadb.startAgain();
    await eventually(async () => {
      assertEquals(["cache", "database"].includes(String((await status.get()).source)), true);
    });
    // It accepts, and never answers.
    await mariadb.freeze();
    let longestMs = 0;
    await eventually(async () => {
      const startedMs = performance.now();
      const { source } = await status.get();
      longestMs = Math.max(longestMs, performance.now() - startedMs);
      assertEquals(source, "stale");
    });
    assertLess(longestMs, ANSWER_MS_MAX);
    await mariadb.thaw();
    await eventually(async () => {
      assertEquals(["cache", "database"].includes(String((await status.get()).source)), true);
    });
  },
});

Deno.test({
  name: "Status skips constants of a wrong type by name, and lives without the table",
  ignore: !isMachineHere,
  fn: async () => {
    const variables = machineMysqlVariables();
    const database = await createTestSchema(variables);
    try {
      await runMysql(
        variables,
        `USE ${database};
         CREATE TABLE constants (Name VARCHAR(64), Value BLOB, Description TEXT);
         INSERT INTO constants VALUES ('RateExp', 'fast', 'x'), ('RatePvp', '3', NULL),
           ('RatePve', NULL, NULL), ('ServerStatus', '', ''), ('RateSkill', '1e999', ''),
           ('CLIENT_STATUS', 512.0, 'flags');`,
      );
      await using status = await StatusProcess.start({ ...variables, DB_NAME: database });
      await eventually(async () => assertEquals((await status.get()).source, "cache"));
      const { body } = await status.get();
      assertEquals(body.rates, { exp: 1, pvp: 3, pve: 1, color_mob: 1, skill: 1 });
      assertEquals([body.server_status, body.client_status], [1, 512]);
      const reported = status.logged("constant_is_no_number").map(({ name }) => name);
      assertEquals(reported.toSorted(), ["RateExp", "RatePve", "RateSkill", "ServerStatus"]);

      await runMysql(variables, `DROP TABLE ${database}.constants`);
      await using other = await StatusProcess.start({ ...variables, DB_NAME: database });
      assertEquals((await other.get()).source, "default");
    } finally {
      await runMysql(variables, `DROP DATABASE ${database}`);
    }
  },
});
