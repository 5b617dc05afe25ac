import { openPorts } from "../../core/adapters/open.ts";
import { parsePortsConfig, type PortsConfig } from "../../core/adapters/ports_config.ts";
import { describePostgres } from "../../core/adapters/postgres_config.ts";
import { systemClock } from "../../core/clock.ts";
import { ConfigError, ConfigReader, type Env } from "../../core/config.ts";
import { Health } from "../../core/health.ts";
import { describeError, silentLog } from "../../core/log.ts";
import { Metrics } from "../../core/metrics.ts";
import { migrate } from "../../core/ports/migrations.ts";
import { readProcessConfig } from "../../core/service_config.ts";
import { parseAuthConfig } from "../config.ts";
import { AUTH_MIGRATIONS, AUTH_SCHEMA } from "../migrations.ts";
import { SCRYPT_PARAMETERS } from "../password_hash.ts";
import { answerJson, answerText, type OperatorAnswer } from "./answer.ts";
import { OPERATOR_USAGE, type OperatorCommand, tryParseArguments } from "./arguments.ts";
import { runCommand } from "./commands.ts";
import { readSecret, type SecretSource } from "./secret_input.ts";

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_BAD_USE = 2;
const NOT_THERE = "it is not there; DATABASE_URL, or else DATA_DIR, says where auth's database is";

/** What the operator's command has of its process. */
export interface OperatorProcess {
  /** The words behind the command. */
  readonly args: readonly string[];
  /** Where auth's database is, by the variables that auth itself reads. */
  readonly env: Env;
  /** Where passwords come from, and what is said meanwhile. */
  readonly source: SecretSource;
  /** Takes the answer. */
  readonly write: (text: string) => void;
}

/** Runs the operator's command on auth's database, and gives the code to exit with. Never rejects. */
export async function runOperator(process: OperatorProcess): Promise<number> {
  const { args, env, source, write } = process;
  const parsed = tryParseArguments(args);
  if (parsed === undefined) {
    source.say(OPERATOR_USAGE);
    return EXIT_BAD_USE;
  }
  try {
    const answer = await runOnDatabase(parsed.command, env, source);
    const text = parsed.asJson ? answerJson(answer) : answerText(answer);
    if (answer.ok || parsed.asJson) write(`${text}\n`);
    else source.say(`${text}\n`);
    return answer.ok ? EXIT_OK : EXIT_FAILED;
  } catch (error) {
    source.say(`${error instanceof ConfigError ? error.message : describeError(error)}\n`);
    return error instanceof ConfigError ? EXIT_BAD_USE : EXIT_FAILED;
  }
}

async function runOnDatabase(
  command: OperatorCommand,
  env: Env,
  source: SecretSource,
): Promise<OperatorAnswer> {
  // The operator is told of whatever auth would refuse to run with.
  parseAuthConfig(env);
  const config = parsePortsConfig(env, ["database"]);
  const reader = new ConfigReader(env);
  const { dataDir } = reader.finish(readProcessConfig(reader));
  const place = await findDatabase(config, dataDir);
  if (!place.isThere) return { ok: false, message: `Cannot open ${place.where}: ${NOT_THERE}` };
  source.say(`Database: ${place.where}\n`);
  const clock = systemClock;
  const context = {
    log: silentLog,
    clock,
    metrics: new Metrics({ process: false }),
    health: new Health(),
  };
  const options = { dataDir, alone: false, clientId: "operator", config };
  const ports = await openPorts(["database"], options, context);
  try {
    const { database } = ports;
    await migrate(database, { name: AUTH_SCHEMA, steps: AUTH_MIGRATIONS, clock });
    return await runCommand(command, {
      database,
      clock,
      newId: () => crypto.randomUUID(),
      hashParameters: SCRYPT_PARAMETERS,
      readPassword: () => readSecret(source),
    });
  } finally {
    await ports.closePorts();
  }
}

/** Where the database is, without its password; one that auth has never opened is somebody's mistake. */
async function findDatabase(
  { postgres }: PortsConfig,
  dataDir: string,
): Promise<{ readonly where: string; readonly isThere: boolean }> {
  if (postgres !== undefined) return { where: describePostgres(postgres), isThere: true };
  const where = `${dataDir}/tanks.sqlite`;
  try {
    await Deno.stat(where);
    return { where, isThere: true };
  } catch (error) {
    // Whatever else is wrong with it, its opening says.
    return { where, isThere: !(error instanceof Deno.errors.NotFound) };
  }
}
