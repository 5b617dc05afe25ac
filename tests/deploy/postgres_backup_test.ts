/** Backups of PostgreSQL: what a script saved, another restores, and players can log in with what they had. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { PostgresBroker, whyNoPostgresBroker } from "../brokers/postgres_broker.ts";
import { openTestPostgres } from "../brokers/postgres_databases.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { askOnce } from "../clients/auth_requests.ts";
import { withSystem } from "../harness.ts";
import { runScript, type ScriptResult } from "./backup_script.ts";

const whyNot = await whyNoPostgresBroker() ?? await whyNoProgram("pg_dump") ??
  await whyNoProgram("pg_restore") ?? await whyNoProgram("psql");
const CREDENTIALS = { username: "keeper", password: "what was saved stays" };
const KEEP = "2";

brokerTest(
  "A backup of PostgreSQL restores into an empty one: every row, and accounts that log in",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const folder = await makeFolder(opened);
    const source = await startPostgres(opened);
    const registered = await withAccounts(source, (auth) => {
      return askOnce(auth, { action: "register", ...CREDENTIALS });
    });
    assertEquals(registered.status, "success");
    const before = await readRows(source);
    assert(before.includes(CREDENTIALS.username), before);
    const saved = await backUp(source, folder);
    assertEquals(saved.code, 0, saved.error);
    assertMatch(saved.output, /\/postgres-\d{8}T\d{6}Z\.dump$/);
    assertEquals(((await Deno.stat(saved.output)).mode ?? 0) & 0o777, 0o600);

    const target = await startPostgres(opened);
    const restored = await restore(target, saved.output);
    assertEquals(restored.code, 0, restored.error);
    assertEquals(await readRows(target), before);
    const loggedIn = await withAccounts(target, (auth) => {
      return askOnce(auth, { action: "login", ...CREDENTIALS });
    });
    assertEquals(loggedIn.status, "success");
    const refused = await restore(target, saved.output);
    assertEquals(refused.code, 1);
    assertMatch(refused.error, /^Cannot restore: the database has \d+ tables already$/);
  },
);

brokerTest(
  "A damaged backup of PostgreSQL leaves its database empty; old ones go, and failures leave none",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const folder = await makeFolder(opened);
    const postgres = await startPostgres(opened);
    const database = openTestPostgres(postgres.url());
    await database.execute(
      "CREATE TABLE filler AS SELECT repeat(md5(i::text), 9) AS text " +
        "FROM generate_series(1, 5000) AS i",
    );
    const { output: path } = await backUp(postgres, folder);
    await database.execute("DROP TABLE filler");
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
    assert((await restore(postgres, path)).code !== 0);
    assertEquals(await readRows(postgres), "");
    await database.close();

    const names = ["postgres-20200101T000000Z.dump", "postgres-20200102T000000Z.dump"];
    await Deno.remove(path);
    for (const name of names) await Deno.writeTextFile(`${folder}/${name}`, "x");
    await postgres.kill();
    assert((await backUp(postgres, folder)).code !== 0);
    assertEquals(await list(folder), names);
    await postgres.startAgain();
    const { output } = await backUp(postgres, folder);
    assertEquals(await list(folder), [names[1], output.split("/").at(-1)]);
    const env = { BACKUP_DIR: folder, PGDATABASE: "postgres", BACKUP_KEEP: "x" };
    assertStringIncludes((await runScript("postgres/backup.sh", { env })).error, 'is "x"');
  },
);

brokerTest(
  "A backup of PostgreSQL is of the one at POSTGRES_ADDRESS, with a port or without, not at PGHOST",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    await using opened = new AsyncDisposableStack();
    const folder = await makeFolder(opened);
    const postgres = await startPostgres(opened);
    const place = { ...placeOf(postgres), BACKUP_DIR: folder };
    for (
      const env of [
        { POSTGRES_ADDRESS: `127.0.0.1:${postgres.port}`, PGPORT: "1" },
        { POSTGRES_ADDRESS: "127.0.0.1" },
      ]
    ) {
      const { code, error } = await runScript("postgres/backup.sh", {
        env: { ...place, PGHOST: "nowhere.invalid", ...env },
      });
      assertEquals([code, error], [0, ""]);
    }
  },
);

async function startPostgres(opened: AsyncDisposableStack): Promise<PostgresBroker> {
  const postgres = await PostgresBroker.start();
  opened.defer(() => postgres.close());
  return postgres;
}

async function makeFolder(opened: AsyncDisposableStack): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tanks-backup-" });
  opened.defer(() => Deno.remove(folder, { recursive: true }));
  return folder;
}

/** Runs the services on a database. */
async function withAccounts<Result>(
  postgres: PostgresBroker,
  work: (auth: { readonly hostname: string; readonly port: number }) => Promise<Result>,
): Promise<Result> {
  const config = parsePortsConfig(new Map([["DATABASE_URL", postgres.url()]]));
  const results: Result[] = [];
  await withSystem({ config }, async ({ auth }) => {
    results.push(await work(auth.addresses.tcp));
  });
  const [result] = results;
  if (result === undefined) throw new Error("Cannot ask auth: it gave no answer");
  return result;
}

function backUp(postgres: PostgresBroker, folder: string): Promise<ScriptResult> {
  const env = { ...placeOf(postgres), BACKUP_DIR: folder, BACKUP_KEEP: KEEP };
  return runScript("postgres/backup.sh", { env });
}

function restore(postgres: PostgresBroker, file: string): Promise<ScriptResult> {
  return runScript("postgres/restore.sh", { args: [file], env: placeOf(postgres) });
}

function placeOf({ port }: PostgresBroker): Record<string, string> {
  return {
    PGHOST: "127.0.0.1",
    PGPORT: String(port),
    PGUSER: "postgres",
    PGDATABASE: "postgres",
  };
}

/** The rows of all tables as text, in an order that does not depend on how they are stored. */
async function readRows(postgres: PostgresBroker): Promise<string> {
  const query = (text: string): Promise<string> => runPsql(postgres, text);
  const tables = await query(
    "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY relname",
  );
  const contents: string[] = [];
  for (const table of tables.split("\n").filter((name) => name !== "")) {
    const rows = await query(`SELECT t::text FROM "${table}" AS t ORDER BY 1`);
    contents.push(`${table}:\n${rows}`);
  }
  return contents.join("\n");
}

async function runPsql(postgres: PostgresBroker, text: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("psql", {
    args: ["--no-psqlrc", "-qAt", "-c", text],
    env: placeOf(postgres),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

async function list(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  // What a failure left bears another name.
  return names.filter((name) => name.endsWith(".dump")).toSorted();
}
