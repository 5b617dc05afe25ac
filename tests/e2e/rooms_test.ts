/** Private rooms through gateways, embedded and on the real brokers, with two matchmakers. */
import { brokerTest } from "../brokers/require_brokers.ts";
import { type GatewaySystem, withGateways } from "./gateway_system.ts";
import { whyNoRealBrokers, withRealBrokers } from "./matchmaking_system.ts";
import { outliveHost, playWithFriends, rushIn } from "./rooms_journeys.ts";

type Journey = (system: GatewaySystem) => Promise<void>;

/** The last one ends a matchmaker. */
const JOURNEYS: readonly (readonly [string, Journey])[] = [
  ["friends fill one and play in the arena that they chose", playWithFriends],
  ["many want the last places at once", rushIn],
  ["one outlives its host, and the matchmaker that opened it", outliveHost],
];

const whyNot = await whyNoRealBrokers();
const SIZE = { matchmakers: 2, gateways: 2 };

async function playAll(t: Deno.TestContext, system: GatewaySystem): Promise<void> {
  for (const [name, journey] of JOURNEYS) await t.step(name, () => journey(system));
}

Deno.test("Private rooms on everything embedded", async (t) => {
  await withGateways(SIZE, (system) => playAll(t, system));
});

for (const [name, journey] of JOURNEYS) {
  brokerTest(
    `Private rooms on NATS, RabbitMQ, Redis and PostgreSQL: ${name}`,
    whyNot === undefined,
    whyNot ?? "",
    () => withRealBrokers((config) => withGateways({ ...SIZE, config }, journey)),
  );
}
