import { LineClient } from "../clients/line_client.ts";
import { type Address, ServiceProcess } from "../fuzz/service_process.ts";
import { type Figure, figureOf, type Round } from "./figure.ts";
import { numberOf, Program, scriptWords } from "./program.ts";
import { serviceEnv } from "./service_env.ts";

const ROUNDS = 5;
/** As many hashes at once as auth computes unless told otherwise. */
const PARALLELISM = navigator.hardwareConcurrency;
const LOGINS_PER_CORE = 10;
const LOGINS = LOGINS_PER_CORE * PARALLELISM;
/** More than hashes at once: somebody always waits for a turn. */
const CLIENTS = 4 * PARALLELISM;
const LOGIN = { action: "login", username: "player1", password: "password123" };

/**
 * Logins a second over TCP, each with a real hash, session and token, from clients in parallel, beside
 * as many hashes at once with nothing around them; the two in turn. Once by the clock, and once by processor time.
 */
export async function measureLogins(dataDir: string): Promise<Figure[]> {
  const rounds: Round[] = [];
  const cpuRounds: Round[] = [];
  await using auth = await ServiceProcess.start({
    script: "auth/main.ts",
    env: serviceEnv(`${dataDir}/logins`),
    awaited: ["auth tcp", "auth ops"],
  });
  const address = auth.address("auth", "tcp");
  await logIn(address, { clients: PARALLELISM, logins: PARALLELISM });
  for (let round = 0; round < ROUNDS; round++) {
    const startCpuS = await auth.cpuSeconds() ?? NaN;
    const value = await logIn(address, { clients: CLIENTS, logins: LOGINS });
    const cpuS = (await auth.cpuSeconds() ?? NaN) - startCpuS;
    const program = new Program(scriptWords("raw_scrypt.ts", LOGINS, PARALLELISM), undefined);
    const raw = await program.result();
    rounds.push({ value, baseline: numberOf(raw, "perSecond") });
    cpuRounds.push({ value: LOGINS / cpuS, baseline: numberOf(raw, "perCpuSecond") });
  }
  const text = { baseline: "raw scrypt", aim: 0.95 };
  const name = "Logins over TCP";
  return [
    figureOf({ ...text, name, unit: "logins/s", notes: [describe()] }, rounds),
    figureOf({
      ...text,
      name: "The same by processor time",
      unit: "logins/CPU s",
      notes: [],
    }, cpuRounds),
  ];
}

function describe(): string {
  return `scrypt N=2^14 r=8 p=5, ${PARALLELISM} at once; ${CLIENTS} clients, ${LOGINS} logins a round`;
}

/** Logs in so many times from so many clients, and gives how many times a second. */
async function logIn(
  address: Address,
  options: { readonly clients: number; readonly logins: number },
): Promise<number> {
  const connecting = Array.from({ length: options.clients }, () => LineClient.connect(address));
  const clients = await Promise.all(connecting);
  let left = options.logins;
  const startMs = performance.now();
  await Promise.all(clients.map(async (client) => {
    while (left-- > 0) {
      const reply = await client.askJson(LOGIN);
      if (reply.status !== "success") throw new Error(`Cannot log in: ${JSON.stringify(reply)}`);
    }
  }));
  const tookMs = performance.now() - startMs;
  await Promise.all(clients.map((client) => client.close()));
  return options.logins / (tookMs / 1_000);
}
