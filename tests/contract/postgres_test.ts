/**
 * The contract of the database on PostgreSQL: on the server of this machine, and on one of our own that is
 * killed and started again.
 *
 * @module
 */
import type { SqlDatabase } from "../../core/ports/sql_database.ts";
import {
  machinePostgresUrl,
  PostgresBroker,
  whyNoPostgres,
  whyNoPostgresBroker,
} from "../brokers/postgres_broker.ts";
import {
  createTestDatabase,
  openTestPostgres,
  type TestDatabase,
} from "../brokers/postgres_databases.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import type { Opened } from "./contract_cases.ts";
import { testSqlDatabaseContract } from "./sql_database_contract.ts";

const isMachineHere = hasBroker("PostgreSQL", await whyNoPostgres());
const isBrokerHere = hasBroker("PostgreSQL of our own", await whyNoPostgresBroker());
let onMachine: TestDatabase | undefined;
let broker: PostgresBroker | undefined;

Deno.test.beforeAll(async () => {
  if (isMachineHere) onMachine = await createTestDatabase(machinePostgresUrl);
  if (isBrokerHere) broker = await PostgresBroker.start();
});
Deno.test.afterAll(async () => {
  await broker?.close();
  await onMachine?.drop();
});

testSqlDatabaseContract("PostgreSQL", () => Promise.resolve(openOnMachine()), {
  ignore: !isMachineHere,
  reopens: true,
});
testSqlDatabaseContract("PostgreSQL of our own", () => Promise.resolve(openOnBroker()), {
  ignore: !isBrokerHere,
  reopens: true,
  restarts: true,
  // Of the server's own process, which a case ends and starts again.
  leaks: true,
});

function openOnMachine(): Opened<SqlDatabase> {
  if (onMachine === undefined) throw new Error("Cannot open PostgreSQL: there is no database");
  const { url } = onMachine;
  return {
    port: openTestPostgres(url),
    reopen: () => Promise.resolve(openTestPostgres(url)),
  };
}

function openOnBroker(): Opened<SqlDatabase> {
  if (broker === undefined) throw new Error("Cannot open PostgreSQL: it was not started");
  const server = broker;
  return {
    port: openTestPostgres(server.url()),
    reopen: () => Promise.resolve(openTestPostgres(server.socketUrl())),
    restart: async (whileDown) => {
      await server.kill();
      try {
        await whileDown();
      } finally {
        await server.startAgain();
      }
    },
  };
}
