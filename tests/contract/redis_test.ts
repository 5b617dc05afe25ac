/**
 * The contract of keys and values on Redis: on the server of this machine, and on one of our own that is
 * killed and started again.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { RedisConfig } from "../../core/adapters/redis_config.ts";
import { openRedisKvStore } from "../../core/adapters/redis_kv_store.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { whyNobodyListens, whyNoProgram } from "../brokers/broker_here.ts";
import {
  MACHINE_REDIS_PORT,
  REDIS_COMMAND,
  RedisBroker,
  redisConfig,
} from "../brokers/redis_broker.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import type { Opened } from "./contract_cases.ts";
import { eventually } from "./eventually.ts";
import { testKvStoreContract } from "./kv_store_contract.ts";

const isMachineHere = hasBroker("Redis", await whyNobodyListens(MACHINE_REDIS_PORT));
const isProgramHere = hasBroker("Redis of our own", await whyNoProgram(REDIS_COMMAND));
const built = { clock: systemClock, log: silentLog, random: Math.random };

testKvStoreContract("Redis", openOnMachine, { ignore: !isMachineHere });
testKvStoreContract("Redis of our own", openOnBroker, { ignore: !isProgramHere, restarts: true });

async function openOnMachine(): Promise<Opened<KvStore>> {
  // Characters that a pattern language would read differently, in the prefix too.
  const prefix = encodeURIComponent(`test*[${crypto.randomUUID()}]:`);
  const config = redisConfig(`redis://127.0.0.1:${MACHINE_REDIS_PORT}?key_prefix=${prefix}`);
  return {
    port: await openRedisKvStore({ ...built, config }),
    dispose: () => deleteEverything(config),
  };
}

/** Under the prefix of the case, that is. */
async function deleteEverything(config: RedisConfig): Promise<void> {
  const store = await openRedisKvStore({ ...built, config });
  for (const key of await store.keys("", Infinity)) await store.delete(key);
  await store.close();
}

async function openOnBroker(): Promise<Opened<KvStore>> {
  // For each case: a server that outlives its case would count as a leak where it is restarted.
  const server = await RedisBroker.start();
  let isUp = false;
  const onState = (state: boolean): void => void (isUp = state);
  return {
    port: await openRedisKvStore({ ...built, config: server.config(), onState }),
    restart: async (whileDown) => {
      await server.kill();
      await eventually(() => assertEquals(isUp, false));
      await whileDown();
      await server.startAgain();
    },
    dispose: () => server.close(),
  };
}
