import { findLowPort } from "./low_port.ts";
import { PrivateServer, type PrivateServerOptions } from "./private_server.ts";
import { copyCertificate, type ServerCertificate } from "./server_certificate.ts";
import { findProcessOwner, type ProcessOwner } from "./server_process.ts";

/** Where this machine's PostgreSQL is, unless `TEST_DATABASE_URL` says otherwise. */
const DEFAULT_URL = "postgres://postgres@127.0.0.1:5432/postgres";

/** Debian keeps the servers' programs out of the path. */
const PROGRAM_FOLDER = "/usr/lib/postgresql";

/**
 * A PostgreSQL of a test's own, which can be killed and started again: an empty cluster in a temporary
 * folder, with `fsync` on, whose user `postgres` needs no password. A user `locked`, whom a test would have
 * to make, needs one.
 */
export class PostgresBroker extends PrivateServer {
  readonly #folder: string;

  private constructor(folder: string, options: Omit<PrivateServerOptions, "folder">) {
    super({ ...options, folder });
    this.#folder = folder;
  }

  /** Starts one, with TLS beside plain connections where it is given a certificate. */
  static async start(
    options: { readonly certificate?: ServerCertificate } = {},
  ): Promise<PostgresBroker> {
    const programs = await findPrograms();
    if (programs === undefined) throw new Error("Cannot start PostgreSQL: it is not installed");
    const owner = await findProcessOwner("postgres");
    const folder = await Deno.makeTempDir({ prefix: "tanks-postgres-" });
    if (owner !== undefined) await Deno.chown(folder, owner.uid, owner.gid);
    await initialize(`${programs}/initdb`, folder, owner);
    const port = findLowPort();
    const tls = options.certificate && await copyCertificate(options.certificate, folder, owner);
    const broker = new PostgresBroker(folder, {
      command: `${programs}/postgres`,
      args: ["-D", `${folder}/data`, ...toFlags(folder, port, tls)],
      owner,
      readyPattern: /database system is ready to accept connections/,
      port,
    });
    return await broker.startFirst();
  }

  /** How to connect to one of its databases over TCP. */
  url(database = "postgres", host = "127.0.0.1"): string {
    return `postgres://postgres@${host}:${this.port}/${database}`;
  }

  /** The same through its Unix socket. */
  socketUrl(database = "postgres"): string {
    const folder = encodeURIComponent(this.#folder);
    return `postgres://postgres@/${database}?host=${folder}&port=${this.port}`;
  }
}

/** What can be said against starting a PostgreSQL here; undefined where nothing can. */
export async function whyNoPostgresBroker(): Promise<string | undefined> {
  return await findPrograms() === undefined ? "its server is not installed" : undefined;
}

/** How to connect to this machine's own PostgreSQL. */
export function machinePostgresUrl(database?: string): string {
  const url = new URL(Deno.env.get("TEST_DATABASE_URL") ?? DEFAULT_URL);
  if (database !== undefined) url.pathname = `/${database}`;
  return url.href;
}

/** What can be said against using this machine's own PostgreSQL; undefined where nothing can. */
export async function whyNoPostgres(): Promise<string | undefined> {
  const { hostname, port } = new URL(machinePostgresUrl());
  try {
    const connection = await Deno.connect({ hostname, port: Number(port) || 5432 });
    connection.close();
    return undefined;
  } catch (error) {
    return `${hostname}:${port} says ${error instanceof Error ? error.message : error}`;
  }
}

async function initialize(
  command: string,
  folder: string,
  owner: ProcessOwner | undefined,
): Promise<void> {
  const cluster = ["-D", `${folder}/data`, "-U", "postgres", "--auth=trust"];
  const { success, stderr } = await new Deno.Command(command, {
    // What is written here need not survive: the server itself runs with fsync.
    args: [...cluster, "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"],
    cwd: folder,
    ...owner,
    stdout: "null",
  }).output();
  if (!success) throw new Error(`Cannot start PostgreSQL: ${new TextDecoder().decode(stderr)}`);
  const rules = `${folder}/data/pg_hba.conf`;
  // The first rule that fits counts.
  const locked = "host all locked 127.0.0.1/32 scram-sha-256\n";
  await Deno.writeTextFile(rules, locked + await Deno.readTextFile(rules));
}

function toFlags(folder: string, port: number, tls: ServerCertificate | undefined): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: folder,
    fsync: "on",
    synchronous_commit: "on",
    max_connections: "100",
    shared_buffers: "16MB",
    ...(tls && { ssl: "on", ssl_cert_file: tls.certFile, ssl_key_file: tls.keyFile }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** The folder of `postgres` and `initdb`, the newest where there are several. */
async function findPrograms(): Promise<string | undefined> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  try {
    const versions = [...Deno.readDirSync(PROGRAM_FOLDER)].map(({ name }) => name);
    versions.sort((a, b) => Number(b) - Number(a));
    folders.push(...versions.map((version) => `${PROGRAM_FOLDER}/${version}/bin`));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  for (const folder of folders) {
    if (await isFile(`${folder}/postgres`) && await isFile(`${folder}/initdb`)) return folder;
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    // What cannot be looked at cannot be run either.
    return false;
  }
}
