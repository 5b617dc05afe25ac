/**
 * The contracts of `WorkQueue` and `Rpc` on the RabbitMQ of this machine, through a relay: what it cuts
 * and mends is a broker that goes and comes back. `tests/brokers/rabbitmq_outage_test.ts` kills a real one.
 *
 * @module
 */
import { dialRabbit } from "../../core/adapters/rabbitmq_dial.ts";
import { RabbitRpc } from "../../core/adapters/rabbitmq_rpc.ts";
import { RabbitWorkQueue } from "../../core/adapters/rabbitmq_work_queue.ts";
import type { RabbitQueueType } from "../../core/adapters/rabbitmq_topology.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import type { Rpc } from "../../core/ports/rpc.ts";
import { DEAD_LETTER_SUFFIX, type WorkQueue } from "../../core/ports/work_queue.ts";
import { machineRabbitConfig, whyNoRabbit } from "../brokers/rabbitmq_broker.ts";
import { RabbitRelay } from "../brokers/rabbitmq_relay.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import type { Closable, Opened } from "./contract_cases.ts";
import { testRpcContract } from "./rpc_contract.ts";
import { testWorkQueueContract } from "./work_queue_contract.ts";

const config = machineRabbitConfig();
const built = { clock: systemClock, random: Math.random, log: silentLog, name: "tanks-test" };
const CALLS_MAX = 200;

/** Opens a port behind a relay of its own. */
async function behindRelay<Port extends Closable>(
  open: (relayed: typeof config) => Port,
  cleanUp: () => Promise<void>,
): Promise<Opened<Port>> {
  const relay = new RabbitRelay(config);
  const openAgain = (): Port => open({ ...config, host: "127.0.0.1", port: relay.port });
  return await Promise.resolve({
    port: openAgain(),
    reopen: () => Promise.resolve(openAgain()),
    restart: async (whileDown) => {
      await relay.cut();
      await whileDown();
      relay.mend();
    },
    dispose: async () => {
      await relay.close();
      await cleanUp();
    },
  });
}

function openWorkQueue(queueType: RabbitQueueType): Promise<Opened<WorkQueue>> {
  const queues = new Set<string>();
  const exchanges = new Set<string>();
  return behindRelay((relayed) => {
    const port = new RabbitWorkQueue({
      ...built,
      config: relayed,
      queueType,
      quorumSettleMs: 0,
      // Long enough for a case to see what fails before it is dead-lettered.
      redeliveryDelayMs: 200,
    });
    return noteNames(port, { queues, exchanges });
  }, async () => {
    const connection = await dialRabbit(config, "tanks-test");
    const channel = await connection.createChannel();
    for (const queue of queues) await channel.deleteQueue(queue);
    for (const exchange of exchanges) await channel.deleteExchange(exchange);
    await connection.close();
  });
}

/** The same port, which notes what it declares. */
function noteNames(
  port: WorkQueue,
  names: { readonly queues: Set<string>; readonly exchanges: Set<string> },
): WorkQueue {
  const noteQueue = (queue: string): void => {
    names.queues.add(queue);
    if (!queue.endsWith(DEAD_LETTER_SUFFIX)) names.queues.add(`${queue}${DEAD_LETTER_SUFFIX}`);
  };
  return {
    publish: (queue, message, options) => {
      noteQueue(queue);
      return port.publish(queue, message, options);
    },
    consume: (queue, handler, options) => {
      noteQueue(queue);
      return port.consume(queue, handler, options);
    },
    publishFanout: (exchange, message) => {
      names.exchanges.add(exchange);
      return port.publishFanout(exchange, message);
    },
    subscribeFanout: (exchange, handler) => {
      names.exchanges.add(exchange);
      return port.subscribeFanout(exchange, handler);
    },
    depth: (queue) => port.depth(queue),
    close: () => port.close(),
  };
}

function openRpc(): Promise<Opened<Rpc>> {
  return behindRelay(
    (relayed) => new RabbitRpc({ ...built, config: relayed, callsMax: CALLS_MAX }),
    () => Promise.resolve(),
  );
}

const here = {
  ignore: !hasBroker("RabbitMQ", await whyNoRabbit()),
  restarts: true,
  reopens: true,
};
testWorkQueueContract("RabbitMQ", () => openWorkQueue("plain"), here);
testWorkQueueContract("RabbitMQ, quorum queues", () => openWorkQueue("quorum"), here);
testRpcContract("RabbitMQ", openRpc, { ...here, callsMax: CALLS_MAX });
