import { textAt } from "../clients/json_fields.ts";
import { LineClient } from "../clients/line_client.ts";
import { type Address, ServiceProcess } from "../fuzz/service_process.ts";
import { type Figure, figureOf, type Round } from "./figure.ts";
import { LOAD_CPU, numberOf, Program, scriptWords, SERVER_CPU } from "./program.ts";
import { serviceEnv } from "./service_env.ts";

const ROUNDS = 3;
const CONNECTIONS = 4;
const MEASURED_S = 2;
const LOGIN = { action: "login", username: "player1", password: "password123" };

/**
 * Requests to verify a token that auth answers a second, pipelined over a few connections, beside a
 * server that sends each line back; the two in turn.
 */
export async function measureVerifications(dataDir: string): Promise<Figure[]> {
  const cpu = SERVER_CPU === undefined ? {} : { cpu: SERVER_CPU };
  await using auth = await ServiceProcess.start({
    script: "auth/main.ts",
    env: serviceEnv(`${dataDir}/verifications`),
    awaited: ["auth tcp", "auth ops"],
    ...cpu,
  });
  await using echo = await ServiceProcess.start({
    script: "tests/bench/bare_echo.ts",
    awaited: ["bare tcp"],
    ...cpu,
  });
  const line = await verifyLine(auth.address("auth", "tcp"));
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const value = await linesPerSecond(auth.address("auth", "tcp"), line);
    const baseline = await linesPerSecond(echo.address("bare", "tcp"), line);
    rounds.push({ value, baseline });
  }
  return [figureOf({
    name: "Tokens verified over TCP",
    unit: "requests/s",
    baseline: "bare line echo",
    notes: [
      `the same token, ${line.length} bytes a line, pipelined over ${CONNECTIONS} connections`,
    ],
  }, rounds)];
}

/** A request that auth answers with success. */
async function verifyLine(address: Address): Promise<string> {
  const client = await LineClient.connect(address);
  try {
    const token = textAt(await client.askJson(LOGIN), "token");
    const line = JSON.stringify({ action: "verify", token });
    const reply = await client.askJson(line);
    if (reply.status !== "success") throw new Error(`Cannot verify: ${JSON.stringify(reply)}`);
    return line;
  } finally {
    await client.close();
  }
}

async function linesPerSecond({ hostname, port }: Address, line: string): Promise<number> {
  const words = scriptWords("line_load.ts", hostname, port, CONNECTIONS, MEASURED_S, line);
  return numberOf(await new Program(words, LOAD_CPU).result(), "perSecond");
}
