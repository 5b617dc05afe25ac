import { RabbitBroker, whyNoRabbitBroker } from "../brokers/rabbitmq_broker.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { REDIS_COMMAND, RedisBroker } from "../brokers/redis_broker.ts";
import { ServiceProcess } from "../fuzz/service_process.ts";
import { CommandTimer } from "./command_timer.ts";
import { type Figure, figureOf, percentile, type Round, type Skipped } from "./figure.ts";
import { serviceEnv } from "./service_env.ts";

const ROUNDS = 3;
const COMMANDS_PER_ROUND = 250;
const WARM_UP_COMMANDS = 100;
/** As fast as it may be, so that waiting for the tick and the state hides as little as can be. */
const TICK_RATE = 60;

/** One measurement of all that is measured. */
interface Percentiles {
  readonly p50: Round;
  readonly p99: Round;
}

/**
 * Milliseconds from sending an input to the state that shows it applied, by way of RabbitMQ beside
 * directly; the two in turn. Once with one server on the queue of commands, and once with another beside
 * it, which takes every second command and sends it back.
 */
export async function measureCommands(dataDir: string): Promise<Figure[] | Skipped> {
  const reason = await whyNoRabbitBroker() ?? await whyNoProgram(REDIS_COMMAND);
  if (reason !== undefined) return { name: "Command to its effect", reason };
  await using opened = new AsyncDisposableStack();
  // Brokers of its own: who else plays on the machine's would take from the same queue.
  const rabbit = await RabbitBroker.start();
  opened.defer(() => rabbit.close());
  const redis = await RedisBroker.start();
  opened.defer(() => redis.close());
  const { host, port } = rabbit.config;
  const brokers = {
    GAME_COMMAND_ROUTE: "broker",
    RABBITMQ_URL: `amqp://guest:guest@${host}:${port}`,
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
  };
  const start = async (serverId: string, env: Record<string, string>): Promise<ServiceProcess> =>
    opened.use(await startServer(serverId, { dataDir, env }));
  const direct = await joinTimed(await start("bench-direct", {}), opened);
  const broker = await joinTimed(await start("bench-broker", brokers), opened);
  const alone = await measureRounds(broker, direct);
  const neighbour = await start("bench-neighbour", brokers);
  const shared = await measureRounds(broker, direct);
  const forwarded = (await neighbour.metrics("game"))
    .get('game_commands_consumed_total{outcome="forwarded"}') ?? NaN;
  const taken = Math.round(100 * forwarded / (ROUNDS * COMMANDS_PER_ROUND + WARM_UP_COMMANDS));
  const notes = [`${COMMANDS_PER_ROUND} inputs a round, ${TICK_RATE} ticks and states a second`];
  const text = { unit: "ms", baseline: "route direct", lowerIsBetter: true };
  const name = "Command to effect, broker";
  return [
    figureOf({ ...text, name: `${name}, p50`, notes }, alone.map(({ p50 }) => p50)),
    figureOf({ ...text, name: `${name}, p99`, notes: [] }, alone.map(({ p99 }) => p99)),
    figureOf(
      {
        ...text,
        name: `${name}, two servers, p50`,
        notes: [`the other server took and sent back ${taken} % of the commands`],
      },
      shared.map(({ p50 }) => p50),
    ),
    figureOf(
      { ...text, name: `${name}, two servers, p99`, notes: [] },
      shared.map(({ p99 }) => p99),
    ),
  ];
}

function startServer(
  serverId: string,
  about: { readonly dataDir: string; readonly env: Readonly<Record<string, string>> },
): Promise<ServiceProcess> {
  return ServiceProcess.start({
    script: "game/main.ts",
    env: {
      ...serviceEnv(`${about.dataDir}/${serverId}`),
      ...about.env,
      SERVER_ID: serverId,
      GAME_TICK_RATE: String(TICK_RATE),
      GAME_JSON_SNAPSHOT_RATE: String(TICK_RATE),
    },
    awaited: ["game udp", "game ops"],
  });
}

async function joinTimed(
  server: ServiceProcess,
  opened: AsyncDisposableStack,
): Promise<CommandTimer> {
  const timer = await CommandTimer.join(server.address("game", "udp"));
  opened.defer(() => timer.close());
  return timer;
}

async function measureRounds(
  broker: CommandTimer,
  direct: CommandTimer,
): Promise<readonly Percentiles[]> {
  await broker.measure(WARM_UP_COMMANDS);
  await direct.measure(WARM_UP_COMMANDS);
  const rounds: Percentiles[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const values = await broker.measure(COMMANDS_PER_ROUND);
    const baselines = await direct.measure(COMMANDS_PER_ROUND);
    const at = (share: number): Round => ({
      value: percentile(values, share),
      baseline: percentile(baselines, share),
    });
    rounds.push({ p50: at(0.5), p99: at(0.99) });
  }
  return rounds;
}
