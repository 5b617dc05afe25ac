/**
 * The contract of the table of constants on MySQL or MariaDB: on the server of this machine, and on one of
 * our own that is killed and started again.
 *
 * @module
 */
import type { ConstantsSource } from "../../core/ports/constants_source.ts";
import {
  machineMysqlVariables,
  MariadbBroker,
  runMysql,
  whyNoMariadbBroker,
  whyNoMysql,
} from "../brokers/mariadb_broker.ts";
import { createTestSchema, openTestSource, writeConstants } from "../brokers/mysql_sources.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import { testConstantsSourceContract } from "./constants_source_contract.ts";
import type { Opened } from "./contract_cases.ts";

const isMachineHere = hasBroker("MySQL", await whyNoMysql());
const isBrokerHere = hasBroker("MariaDB of our own", await whyNoMariadbBroker());
const machine = machineMysqlVariables();
let onMachine: string | undefined;
let broker: MariadbBroker | undefined;
let onBroker: string | undefined;

Deno.test.beforeAll(async () => {
  if (isMachineHere) {
    onMachine = await createTestSchema(machine);
    await writeConstants(machine, onMachine);
  }
  if (isBrokerHere) {
    broker = await MariadbBroker.start();
    onBroker = await createTestSchema(broker.variables);
    await writeConstants(broker.variables, onBroker);
  }
});
Deno.test.afterAll(async () => {
  await broker?.close();
  if (onMachine !== undefined) await runMysql(machine, `DROP DATABASE ${onMachine}`);
});

testConstantsSourceContract("MySQL", () => Promise.resolve(openOnMachine()), {
  ignore: !isMachineHere,
});
testConstantsSourceContract("MariaDB of our own", () => Promise.resolve(openOnBroker()), {
  ignore: !isBrokerHere,
  restarts: true,
  // Of the server's own process, which a case ends and starts again.
  leaks: true,
});

function openOnMachine(): Opened<ConstantsSource> {
  if (onMachine === undefined) throw new Error("Cannot open MySQL: there is no database");
  return { port: openTestSource(machine, onMachine) };
}

function openOnBroker(): Opened<ConstantsSource> {
  if (broker === undefined || onBroker === undefined) {
    throw new Error("Cannot open MariaDB: it was not started");
  }
  const server = broker;
  return {
    port: openTestSource(server.variables, onBroker),
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
