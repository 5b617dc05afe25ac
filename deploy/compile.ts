/**
 * Compiles each service into one executable, `dist/<service>`, with the permissions that it needs; with
 * names of services as arguments, those alone.
 *
 * `deno compile` needs a base binary, which it downloads. Where that cannot be had, everything else is
 * still proven: the module graph, the embedded files and the flags, with Deno's own executable in the
 * base binary's place. What comes of that cannot run, so it is removed again.
 */
import { findWrongPermissions, parseBakedPermissions } from "./baked_permissions.ts";
import { findMissing, parseEmbeddedFiles } from "./embedded_files.ts";
import { findModuleFiles } from "./module_files.ts";
import { type DenoResult, runDeno } from "./run_deno.ts";
import {
  parseServiceTarget,
  SERVICES,
  type ServiceTarget,
  toPermissionFlags,
} from "./service_target.ts";

const ROOT = new URL("../", import.meta.url);
const EXIT_BAD_ARGUMENTS = 2;
/** A package's sample of a hundred thousand numbers, on which Deno 2.9's parser overflows its stack. */
const LEFT_OUT = { packageName: "bintrees", folder: "test" };

const names = Deno.args.length === 0 ? SERVICES : Deno.args;
const stranger = names.find((name) => SERVICES.every((service) => service !== name));
if (stranger !== undefined) {
  write(`Cannot compile ${stranger}: there are ${SERVICES.join(", ")}`);
  Deno.exit(EXIT_BAD_ARGUMENTS);
}
const denoJson = await Deno.readTextFile(new URL("deno.json", ROOT));
await Deno.mkdir(new URL("dist", ROOT), { recursive: true });
const leftOut = await findLeftOut();
let hasBaseBinary = true;
for (const name of names) await compileOne(parseServiceTarget(denoJson, name));

async function compileOne(target: ServiceTarget): Promise<void> {
  const output = `dist/${target.name}`;
  const files = await findModuleFiles(target.main, ROOT);
  const args = [
    "compile",
    // `deno task check` looks at the types.
    "--no-check",
    ...toPermissionFlags(target),
    "--exclude-unused-npm",
    `--exclude=${leftOut}`,
    ...files.workers.map((worker) => `--include=${worker}`),
    `--output=${output}`,
    target.main,
  ];
  const result = await runCompile(args);
  if (!result.success) throw new Error(`Cannot compile ${target.name}: ${result.error}`);
  const embedded = parseEmbeddedFiles(result.error);
  const missing = findMissing(files.all, embedded);
  const baked = parseBakedPermissions(await Deno.readFile(new URL(output, ROOT)));
  const problems = [
    ...missing.map((path) => `it lacks ${path}`),
    ...findWrongPermissions(target, baked),
  ];
  if (problems.length > 0) {
    throw new Error(`Cannot compile ${target.name}: ${problems.join("; ")}`);
  }
  const carried =
    `${files.all.length} files of ours, ${files.workers.length} workers among them, ` +
    `and packages: ${embedded.size}`;
  if (hasBaseBinary) return write(`${output}: ${carried}`);
  await Deno.remove(new URL(output, ROOT));
  write(`${output}: ${carried} (proven only: Deno's base binary cannot be had here)`);
}

/** Compiles with the base binary where that can be had, else with Deno's own executable in its place. */
async function runCompile(args: readonly string[]): Promise<DenoResult> {
  if (hasBaseBinary) {
    const result = await runDeno(args, { cwd: ROOT });
    if (result.success) return result;
  }
  const standIn = await runDeno(args, { cwd: ROOT, env: { DENORT_BIN: Deno.execPath() } });
  // Where the stand-in fails too, it is not the base binary that is wrong.
  if (standIn.success) hasBaseBinary = false;
  return standIn;
}

/** The folder of the package in Deno's cache. @throws Error when Deno does not say where that is */
async function findLeftOut(): Promise<string> {
  const { packageName, folder } = LEFT_OUT;
  const { output } = await runDeno(["info", "--json"], { cwd: ROOT });
  const { npmCache }: { npmCache?: unknown } = JSON.parse(output);
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
