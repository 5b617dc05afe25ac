import { textAt } from "../clients/json_fields.ts";
import { LineClient } from "../clients/line_client.ts";
import { type Address, ServiceProcess } from "../fuzz/service_process.ts";
import { type Figure, figureOf, percentile, type Round } from "./figure.ts";
import { serviceEnv } from "./service_env.ts";

const ROUNDS = 3;
const MEASURED_MS = 4_000;
/** Between two requests: a client that asks now and then, not one that keeps the service awake. */
const PAUSE_MS = 5;
/** More than hashes at once: a worker that has finished has the next one at once. */
const LOGIN_CLIENTS = 4 * navigator.hardwareConcurrency;
const LOGIN = { action: "login", username: "player1", password: "password123" };
/** So that nobody who only shows a token waits for those who type passwords. */
const LATENCY_P99_MS_MAX = 20;

/**
 * How late the slowest hundredth of requests to verify a token is answered while every hash worker is
 * busy with logins, beside the 20 ms that it may be.
 */
export async function measureVerificationLatency(dataDir: string): Promise<Figure[]> {
  await using auth = await ServiceProcess.start({
    script: "auth/main.ts",
    env: serviceEnv(`${dataDir}/verification_latency`),
    awaited: ["auth tcp", "auth ops"],
  });
  const address = auth.address("auth", "tcp");
  const client = await LineClient.connect(address);
  const token = textAt(await client.askJson(LOGIN), "token");
  const line = JSON.stringify({ action: "verify", token });
  const rounds: Round[] = [];
  const idle: number[] = [];
  const medians: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    idle.push(percentile(await latencies(client, line), 0.99));
    const logins = keepHashing(address);
    const busy = await latencies(client, line);
    await logins.stop();
    medians.push(percentile(busy, 0.5));
    rounds.push({ value: percentile(busy, 0.99), baseline: LATENCY_P99_MS_MAX });
  }
  await client.close();
  return [figureOf({
    name: "p99 of a verify among logins",
    unit: "ms",
    baseline: "what it may be",
    aim: 1,
    lowerIsBetter: true,
    notes: [
      `${LOGIN_CLIENTS} clients log in all the time; a verify each ${PAUSE_MS} ms; medians ${
        medians.map((ms) => ms.toFixed(1)).join(", ")
      } ms`,
      `p99 with nobody else there: ${idle.map((ms) => ms.toFixed(1)).join(", ")} ms`,
    ],
  }, rounds)];
}

/** Milliseconds from request to reply, of each one. */
async function latencies(client: LineClient, line: string): Promise<number[]> {
  const found: number[] = [];
  const endMs = performance.now() + MEASURED_MS;
  while (performance.now() < endMs) {
    const startMs = performance.now();
    const reply = await client.askJson(line);
    found.push(performance.now() - startMs);
    if (reply.status !== "success") throw new Error(`Cannot verify: ${JSON.stringify(reply)}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return found;
}

/** Logs in from many clients until it is told to stop. */
function keepHashing(address: Address): { stop(): Promise<void> } {
  let isOver = false;
  const clients = Array.from({ length: LOGIN_CLIENTS }, async () => {
    const client = await LineClient.connect(address);
    while (!isOver) {
      const reply = await client.askJson(LOGIN);
      if (reply.status !== "success") throw new Error(`Cannot log in: ${JSON.stringify(reply)}`);
    }
    await client.close();
  });
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(clients);
    },
  };
}
