/**
 * Compiles each service into one executable, `dist/<service>`, with the permissions that it needs.
 *
 * `deno compile` needs a base binary, which it downloads. Where that cannot be had, everything else is
 * still proven: the module graph, the embedded files and the flags, with Deno's own executable in the
 * base binary's place. What comes of that cannot run, so it is removed again.
 */

/** A service as an executable. */
interface Target {
  readonly name: string;
  readonly main: string;
  /** What its variables begin with. */
  readonly prefix: string;
}

const TARGETS: readonly Target[] = [
  { name: "auth", main: "auth/main.ts", prefix: "AUTH" },
  { name: "game", main: "game/main.ts", prefix: "GAME" },
  { name: "gateway", main: "game/gateway/main.ts", prefix: "GATEWAY" },
  { name: "matchmaker", main: "game/matchmaking/main.ts", prefix: "MATCHMAKER" },
  { name: "status-worker", main: "status-worker/main.ts", prefix: "STATUS" },
];

const SHARED_VARIABLES =
  "SERVER_ID,LISTEN_HOST,OPS_HOST,DRAIN_MS,LOG_LEVEL,LOG_FORMAT,DATA_DIR,USE_MOCKS,KAFKA_*,KAFKAJS_*,NODE_ENV,DATABASE_URL,DB_*,NATS_URL,REDIS_URL,RABBITMQ_*";
/** Where data may be: beside the executable, or a container's volume. */
const DATA_FOLDERS = "./data,/data";
/** A Worker's module is not found by following imports. */
const WORKERS = [
  "core/ports/sqlite_event_log_worker.ts",
  "core/adapters/kafka_outbox_worker.ts",
];
/** A package's sample of a hundred thousand numbers, on which Deno 2.9's parser overflows its stack. */
const LEFT_OUT = { packageName: "bintrees", folder: "test" };

await Deno.mkdir("dist", { recursive: true });
const leftOut = await findLeftOut();
for (const target of TARGETS) await compileOne(target, leftOut);

async function compileOne(target: Target, excluded: string): Promise<void> {
  const output = `dist/${target.name}`;
  const flags = [
    "compile",
    "--quiet",
    "--no-prompt",
    // Brokers and databases are wherever their addresses say.
    "--allow-net",
    `--allow-read=${DATA_FOLDERS}`,
    `--allow-write=${DATA_FOLDERS}`,
    `--allow-env=${target.prefix}_*,${SHARED_VARIABLES}`,
    // Clients of brokers look for variables of their own, which shall have no effect.
    "--ignore-env",
    "--exclude-unused-npm",
    `--exclude=${excluded}`,
    ...WORKERS.map((worker) => `--include=${worker}`),
    `--output=${output}`,
    target.main,
  ];
  const failure = await runDeno(flags, {});
  if (failure === undefined) return await report(output);
  const standInFailure = await runDeno(flags, { DENORT_BIN: Deno.execPath() });
  // The stand-in fails too: it is not the base binary that is wrong.
  if (standInFailure !== undefined) {
    throw new Error(`Cannot compile ${target.name}: ${standInFailure}`);
  }
  await report(
    output,
    "proven only: Deno's base binary for executables cannot be had here",
  );
  await Deno.remove(output);
}

/** Undefined on success, else what was written to standard error. */
async function runDeno(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], env, stdout: "null" });
  const { success, stderr } = await command.output();
  return success ? undefined : new TextDecoder().decode(stderr).trim();
}

async function report(output: string, remark?: string): Promise<void> {
  const { size } = await Deno.stat(output);
  const megabytes = (size / 1_000_000).toFixed(1);
  write(`${output}: ${megabytes} MB${remark === undefined ? "" : ` (${remark})`}`);
}

/** The folder of the package in Deno's cache. @throws Error when Deno does not say where that is */
async function findLeftOut(): Promise<string> {
  const { packageName, folder } = LEFT_OUT;
  const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache }: { npmCache?: unknown } = JSON.parse(new TextDecoder().decode(info.stdout));
  if (typeof npmCache !== "string") throw new Error("Cannot find the npm cache of Deno");
  for await (const registry of Deno.readDir(npmCache)) {
    const versions = `${npmCache}/${registry.name}/${packageName}`;
    try {
      for await (const { name, isDirectory } of Deno.readDir(versions)) {
        if (isDirectory) return `${versions}/${name}/${folder}`;
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(
    `Cannot find package ${packageName} in ${npmCache}: run \`deno task check\` first`,
  );
}

function write(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
