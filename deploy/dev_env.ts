import { parseEnv } from "node:util";
import { ConfigError, ConfigReader, type Env } from "../core/config.ts";

/** The file that `--brokers` reads, in the folder where the process was started. */
const ENV_FILE = ".env";

const BROKERS_FLAG = "--brokers";

/** What `--brokers` insists on; of names in one line, one is enough. */
const ADDRESSES: readonly (readonly [string, ...string[]])[] = [
  ["KAFKA_BOOTSTRAP_SERVERS"],
  ["RABBITMQ_URL", "RABBITMQ_HOST"],
  ["NATS_URL"],
  ["REDIS_URL"],
  ["DATABASE_URL"],
  ["DB_HOST"],
];

/**
 * The settings for one run of all services: with the argument `--brokers` those of {@linkcode ENV_FILE}
 * beneath the environment, else the environment alone. Afterwards this process may not read the file any
 * more.
 *
 * @throws ConfigError where an argument is unknown, the file is missing or an address is not in it
 */
export async function openDevEnv(args: readonly string[], env: Env): Promise<Env> {
  try {
    if (!parsesBrokersFlag(args)) return env;
    return parseBrokersEnv(await readEnvFile(), env);
  } finally {
    // No service needs it, and without the flag nobody does. It changes nothing under --allow-all.
    Deno.permissions.revokeSync({ name: "read", path: ENV_FILE });
  }
}

/** Whether the arguments ask for real brokers. @throws ConfigError naming those that are unknown */
export function parsesBrokersFlag(args: readonly string[]): boolean {
  const strangers = args.filter((arg) => arg !== BROKERS_FLAG);
  if (strangers.length === 0) return args.length > 0;
  throw new ConfigError([
    ...strangers.map((arg) => `Cannot use the argument ${JSON.stringify(arg)}: it is unknown`),
    `Usage: deno task dev [${BROKERS_FLAG}]`,
    `  ${BROKERS_FLAG}  run on the brokers and databases of ${ENV_FILE} (see .env.example)`,
  ].join("\n"));
}

/**
 * The settings in the text of a {@linkcode ENV_FILE}. `${NAME}` stands for the value of a variable that is
 * further up in the file. What `env` has goes before what the file has.
 *
 * @throws ConfigError naming every address that is missing, and every variable that another one needs
 */
export function parseBrokersEnv(text: string, env: Env): Env {
  const unset = new Map<string, string>();
  const values = new Map<string, string>();
  for (const [name, raw = ""] of Object.entries(parseEnv(text))) {
    const value = raw.replaceAll(/\$\{(\w+)\}/g, (_, other: string) => {
      const found = values.get(other);
      if (!found && !env.get(name)) unset.set(other, name);
      return found ?? "";
    });
    values.set(name, value);
  }
  const merged: Env = { get: (name) => env.get(name) || values.get(name) };
  const reader = new ConfigReader(merged);
  for (const [name, user] of unset) {
    reader.problem(name, `must be set above ${user} in ${ENV_FILE}`, "");
  }
  for (const names of ADDRESSES) {
    if (names.some((name) => reader.optional(name) !== undefined)) continue;
    reader.problem(names[0], `must be set in ${ENV_FILE} for ${BROKERS_FLAG}`, "");
  }
  if (reader.boolean("USE_MOCKS", false)) {
    reader.problem("USE_MOCKS", `must be false with ${BROKERS_FLAG}`, "true");
  }
  return reader.finish(merged);
}

async function readEnvFile(): Promise<string> {
  try {
    return await Deno.readTextFile(ENV_FILE);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const rule = `there is no ${ENV_FILE}; .env.example has the line that makes it`;
    throw new ConfigError(`Cannot use ${BROKERS_FLAG}: ${rule}`, { cause: error });
  }
}
