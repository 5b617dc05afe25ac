import { whyNoProgram } from "../brokers/broker_here.ts";
import { NATS_COMMAND, NatsBroker } from "../brokers/nats_broker.ts";
import { REDIS_COMMAND, RedisBroker } from "../brokers/redis_broker.ts";
import { type Address, ServiceProcess } from "../fuzz/service_process.ts";
import { type Figure, figureOf, type Round, type Skipped } from "./figure.ts";
import { delay, LOAD_CPU, numberOf, Program, scriptWords, SERVER_CPU } from "./program.ts";
import { INPUT_FRAME, STATE_FRAME } from "./relay_messages.ts";
import { serviceEnv } from "./service_env.ts";

const ROUNDS = 5;
const CLIENTS = 100;
const INPUTS_PER_SECOND = 30;
const LOAD_S = 5;
const WARM_UP_MS = 1_500;
const MEASURED_MS = 3_000;
const US_PER_S = 1_000_000;
/** An input and the state that answers it. */
const MESSAGES_PER_INPUT = 2;

/** A round of one server. */
interface Relayed {
  /** Microseconds of the server's processor time for each message. */
  readonly usPerMessage: number;
  /** States that came, by inputs that were sent. */
  readonly answeredShare: number;
}

/**
 * What a message costs the gateway, an input to the match or a state to the client, beside a WebSocket
 * server that answers each frame with one of the same length; by processor time, under the same steady load.
 */
export async function measureRelay(dataDir: string): Promise<Figure[] | Skipped> {
  const reason = await whyNoProgram(NATS_COMMAND) ?? await whyNoProgram(REDIS_COMMAND);
  if (reason !== undefined) return { name: "Relay of a message by the gateway", reason };
  await using opened = new AsyncDisposableStack();
  const nats = await NatsBroker.start();
  opened.defer(() => nats.close());
  const redis = await RedisBroker.start();
  opened.defer(() => redis.close());
  const brokers = [`nats://127.0.0.1:${nats.port}`, `redis://127.0.0.1:${redis.port}`] as const;
  const cpu = SERVER_CPU === undefined ? {} : { cpu: SERVER_CPU };
  const gateway = opened.use(
    await ServiceProcess.start({
      script: "game/gateway/main.ts",
      env: {
        ...serviceEnv(`${dataDir}/relay`),
        NATS_URL: brokers[0],
        REDIS_URL: brokers[1],
        GATEWAY_REQUESTS_PER_SECOND: String(ROUNDS * CLIENTS),
        GATEWAY_WEBSOCKETS_PER_ADDRESS_MAX: String(ROUNDS * CLIENTS),
      },
      awaited: ["gateway http", "gateway ops"],
      ...cpu,
    }),
  );
  const bare = opened.use(
    await ServiceProcess.start({
      script: "tests/bench/bare_web_socket.ts",
      args: [String(STATE_FRAME.length)],
      awaited: ["bare ws"],
      ...cpu,
    }),
  );
  const gatewayUrl = `${urlOf(gateway.address("gateway", "http"))}/ws`;
  const bareUrl = urlOf(bare.address("bare", "ws"));
  const rounds: (readonly [own: Relayed, bare: Relayed])[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const own = await measure(gateway, gatewayUrl, brokers);
    rounds.push([own, await measure(bare, bareUrl, [])]);
  }
  return [figureOfRounds(rounds)];
}

function figureOfRounds(rounds: readonly (readonly [own: Relayed, bare: Relayed])[]): Figure {
  const answered = Math.min(...rounds.map(([own]) => own.answeredShare));
  return figureOf(
    {
      name: "Relay of a message by the gateway",
      unit: "µs of processor time",
      baseline: "bare WebSocket answer",
      lowerIsBetter: true,
      notes: [
        `${CLIENTS} clients, ${INPUTS_PER_SECOND} inputs of ${INPUT_FRAME.length} bytes a second ` +
        `each, and a state of ${STATE_FRAME.length} bytes for each; ` +
        `${(100 * answered).toFixed(1)} % of the inputs answered in the worst round`,
      ],
    },
    rounds.map(([own, bare]): Round => ({
      value: own.usPerMessage,
      baseline: bare.usPerMessage,
    })),
  );
}

async function measure(
  server: ServiceProcess,
  url: string,
  brokers: readonly string[],
): Promise<Relayed> {
  const words = scriptWords("relay_load.ts", url, CLIENTS, INPUTS_PER_SECOND, LOAD_S, ...brokers);
  const program = new Program(words, LOAD_CPU);
  try {
    await program.untilLine("sending");
    await delay(WARM_UP_MS);
    const [startS, startCpuS] = [performance.now() / 1_000, await server.cpuSeconds() ?? NaN];
    await delay(MEASURED_MS);
    const [endS, endCpuS] = [performance.now() / 1_000, await server.cpuSeconds() ?? NaN];
    const result = await program.result();
    const [received, sent] = [numberOf(result, "received"), numberOf(result, "sent")];
    const perSecond = received / numberOf(result, "seconds");
    const messages = MESSAGES_PER_INPUT * perSecond * (endS - startS);
    return {
      usPerMessage: US_PER_S * (endCpuS - startCpuS) / messages,
      answeredShare: received / sent,
    };
  } finally {
    await program.kill();
  }
}

function urlOf({ hostname, port }: Address): string {
  return `ws://${hostname}:${port}`;
}
