/**
 * The contract of publish and subscribe on NATS: on the server of this machine, and on one of our own
 * that is killed and started again.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { NatsConfig } from "../../core/adapters/nats_config.ts";
import { openNatsPubSub } from "../../core/adapters/nats_pub_sub.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import type { PubSub } from "../../core/ports/pub_sub.ts";
import { whyNobodyListens, whyNoProgram } from "../brokers/broker_here.ts";
import { MACHINE_NATS_PORT, NATS_COMMAND, NatsBroker, natsConfig } from "../brokers/nats_broker.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import type { Opened } from "./contract_cases.ts";
import { eventually } from "./eventually.ts";
import { testPubSubContract } from "./pub_sub_contract.ts";

const isMachineHere = hasBroker("NATS", await whyNobodyListens(MACHINE_NATS_PORT));
const isProgramHere = hasBroker("NATS of our own", await whyNoProgram(NATS_COMMAND));

testPubSubContract("NATS", () => open(natsConfig(`nats://127.0.0.1:${MACHINE_NATS_PORT}`)), {
  ignore: !isMachineHere,
});
testPubSubContract("NATS of our own", openOnBroker, { ignore: !isProgramHere, restarts: true });

async function open(
  config: NatsConfig,
  onState: (isUp: boolean) => void = () => {},
): Promise<Opened<PubSub>> {
  const built = { clock: systemClock, log: silentLog, random: Math.random };
  return { port: await openNatsPubSub({ ...built, config, onState }) };
}

async function openOnBroker(): Promise<Opened<PubSub>> {
  // For each case: a server that outlives its case would count as a leak where it is restarted.
  const server = await NatsBroker.start();
  let isUp = false;
  const { port } = await open(server.config(), (state) => void (isUp = state));
  return {
    port,
    restart: async (whileDown) => {
      await server.kill();
      await eventually(() => assertEquals(isUp, false));
      await whileDown();
      await server.startAgain();
    },
    dispose: () => server.close(),
  };
}
