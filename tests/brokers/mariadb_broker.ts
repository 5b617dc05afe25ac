import { findLowPort } from "./low_port.ts";
import { PrivateServer, type PrivateServerOptions } from "./private_server.ts";
import { copyCertificate, type ServerCertificate } from "./server_certificate.ts";
import { findProcessOwner, type ProcessOwner } from "./server_process.ts";

/** Debian's names; MySQL's own server makes its folder with itself and is not started here. */
const SERVER = "mariadbd";
const INSTALLER = "mariadb-install-db";

/** How to connect to a server, in the variables of the status worker. */
export type MysqlVariables = Readonly<Record<"DB_HOST" | "DB_PORT" | "DB_USER", string>>;

/**
 * A MariaDB of a test's own, which can be killed and started again: an empty one in a temporary folder,
 * whose user `root` needs no password.
 */
export class MariadbBroker extends PrivateServer {
  readonly #folder: string;

  private constructor(folder: string, options: Omit<PrivateServerOptions, "folder">) {
    super({ ...options, folder });
    this.#folder = folder;
  }

  /** Starts one, with TLS beside plain connections where it is given a certificate. */
  static async start(
    options: { readonly certificate?: ServerCertificate } = {},
  ): Promise<MariadbBroker> {
    const owner = await findProcessOwner("mysql");
    const folder = await Deno.makeTempDir({ prefix: "tanks-mariadb-" });
    if (owner !== undefined) await Deno.chown(folder, owner.uid, owner.gid);
    await initialize(folder, owner);
    const port = findLowPort();
    const tls = options.certificate && await copyCertificate(options.certificate, folder, owner);
    const settings = {
      "datadir": `${folder}/data`,
      "socket": `${folder}/socket`,
      "pid-file": `${folder}/pid`,
      "port": String(port),
      "bind-address": "127.0.0.1",
      "innodb-buffer-pool-size": "16M",
      ...(tls && { "ssl-cert": tls.certFile, "ssl-key": tls.keyFile }),
    };
    const broker = new MariadbBroker(folder, {
      command: SERVER,
      args: [
        "--no-defaults",
        ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
      ],
      owner,
      readyPattern: /ready for connections/,
      port,
    });
    return await broker.startFirst();
  }

  /** How to connect over TCP. */
  get variables(): MysqlVariables {
    return { DB_HOST: "127.0.0.1", DB_PORT: String(this.port), DB_USER: "root" };
  }

  /** How to connect through its Unix socket. */
  get socketVariables(): MysqlVariables {
    return { ...this.variables, DB_HOST: `${this.#folder}/socket` };
  }
}

/** What can be said against starting a MariaDB here; undefined where nothing can. */
export function whyNoMariadbBroker(): Promise<string | undefined> {
  return whyNoProgram(SERVER);
}

/** How to connect to this machine's own MySQL or MariaDB, unless `TEST_DB_…` says otherwise. */
export function machineMysqlVariables(): MysqlVariables {
  return {
    DB_HOST: Deno.env.get("TEST_DB_HOST") ?? "127.0.0.1",
    DB_PORT: Deno.env.get("TEST_DB_PORT") ?? "3306",
    DB_USER: Deno.env.get("TEST_DB_USER") ?? "root",
  };
}

/** What can be said against using this machine's own; undefined where nothing can. */
export async function whyNoMysql(): Promise<string | undefined> {
  const variables = machineMysqlVariables();
  const whyNoClient = await whyNoProgram("mariadb");
  if (whyNoClient !== undefined) return whyNoClient;
  try {
    await runMysql(variables, "SELECT 1");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What the server's own client answers to statements: lines of values, with tabs between them. */
export async function runMysql(variables: MysqlVariables, sql: string): Promise<string[]> {
  const { stdout, stderr, success } = await new Deno.Command("mariadb", {
    args: [...toClientArgs(variables), "-e", sql],
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run SQL: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout).split("\n").filter((line) => line !== "");
}

/** Runs `work` while somebody else holds what `sql` takes, such as a lock. */
export async function whileHolding(
  variables: MysqlVariables,
  sql: string,
  work: () => Promise<void>,
): Promise<void> {
  const child = new Deno.Command("mariadb", {
    args: [...toClientArgs(variables), "--unbuffered"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.getReader();
  try {
    await input.write(new TextEncoder().encode(`${sql}; SELECT 'held';\n`));
    await output.read();
    await work();
  } finally {
    await input.close();
    await output.cancel();
    await child.status;
  }
}

function toClientArgs({ DB_HOST, DB_PORT, DB_USER }: MysqlVariables): string[] {
  const where = DB_HOST.startsWith("/")
    ? [`--socket=${DB_HOST}`]
    : [`--host=${DB_HOST}`, `--port=${DB_PORT}`];
  const how = ["--batch", "--skip-column-names", "--default-character-set=utf8mb4"];
  return ["--no-defaults", ...where, `--user=${DB_USER}`, ...how];
}

async function whyNoProgram(name: string): Promise<string | undefined> {
  try {
    await new Deno.Command(name, { args: ["--no-defaults", "--version"] }).output();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${name} is not installed`;
    throw error;
  }
}

async function initialize(folder: string, owner: ProcessOwner | undefined): Promise<void> {
  const { success, stderr } = await new Deno.Command(INSTALLER, {
    args: [
      "--no-defaults",
      `--datadir=${folder}/data`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--innodb-buffer-pool-size=16M",
    ],
    cwd: folder,
    ...owner,
    stdout: "null",
  }).output();
  if (!success) throw new Error(`Cannot start MariaDB: ${new TextDecoder().decode(stderr)}`);
}
