import { assertEquals } from "@std/assert";
import { describeError } from "../../core/log.ts";
import { findLowPort } from "../brokers/low_port.ts";
import { makeServerCertificate } from "../brokers/server_certificate.ts";
import { eventually } from "../contract/eventually.ts";
import { ROOT } from "./compose_file.ts";

const NGINX = "/usr/sbin/nginx";
/** Where Debian has what its nginx loads by itself in the configuration that comes with it. */
const STREAM_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so";
const HOSTNAME = "127.0.0.1";
/** What it says of a port that is not free, and how often it is started where it does. */
const PORT_TAKEN = "Address already in use";
const START_TRIES = 3;
const CONFIG = new URL("deploy/nginx/nginx.conf", ROOT);

/** An address of this machine. */
export interface LocalAddress {
  /** An IP address. */
  readonly hostname: string;
  /** A port there. */
  readonly port: number;
}

/** Where nginx finds the services, of some of which there may be several. */
export interface Upstreams {
  /** Auth, lines over TCP. */
  readonly auth: LocalAddress | readonly LocalAddress[];
  /** The game server, lines over TCP. */
  readonly gameTcp: LocalAddress;
  /** The game server, datagrams. */
  readonly gameUdp: LocalAddress;
  /** The gateway. */
  readonly gateway: LocalAddress | readonly LocalAddress[];
}

/** Why nginx cannot be run here; undefined where it can. */
export async function whyNoNginx(): Promise<string | undefined> {
  for (const path of [NGINX, STREAM_MODULE]) {
    const found = await Deno.stat(path).catch(() => undefined);
    if (found === undefined) return `${path} is not installed`;
  }
  return undefined;
}

/** The real nginx with the file that is deployed, in which only addresses and folders are others. */
export class NginxProcess {
  /** Where it listens, by the name of what is behind it. */
  readonly addresses: Readonly<
    Record<"auth" | "gameTcp" | "gameUdp" | "http" | "https", LocalAddress>
  >;
  /** The authority of its certificate, which is for `localhost`, as PEM. */
  readonly caCert: string;
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;

  private constructor(
    options: Pick<NginxProcess, "addresses" | "caCert"> & {
      readonly child: Deno.ChildProcess;
      readonly folder: string;
    },
  ) {
    this.addresses = options.addresses;
    this.caCert = options.caCert;
    this.#child = options.child;
    this.#folder = options.folder;
  }

  /** Starts it and waits until it listens. @throws Error with what it said, where it does not */
  static async start(upstreams: Upstreams): Promise<NginxProcess> {
    for (let triesLeft = START_TRIES - 1;; triesLeft--) {
      try {
        return await NginxProcess.#startOnce(upstreams);
      } catch (error) {
        // Ports that were free a moment ago may be somebody else's by now.
        if (triesLeft === 0 || !describeError(error).includes(PORT_TAKEN)) throw error;
      }
    }
  }

  static async #startOnce(upstreams: Upstreams): Promise<NginxProcess> {
    const folder = await Deno.makeTempDir({ prefix: "tanks-nginx-" });
    // Its workers are somebody else than who starts it.
    await Deno.chmod(folder, 0o755);
    const { caFile, certFile, keyFile } = await makeServerCertificate(folder);
    await Deno.copyFile(certFile, `${folder}/tls.crt`);
    await Deno.copyFile(keyFile, `${folder}/tls.key`);
    const names = ["auth", "gameTcp", "gameUdp", "http", "https", "probe"] as const;
    const ports = Object.fromEntries(names.map((name) => [name, findLowPort()])) as Record<
      typeof names[number],
      number
    >;
    const text = `load_module ${STREAM_MODULE};\n${await readConfig(upstreams, ports, folder)}`;
    await Deno.writeTextFile(`${folder}/nginx.conf`, text);
    const child = new Deno.Command(NGINX, {
      args: ["-c", `${folder}/nginx.conf`, "-e", `${folder}/error.log`, "-g", "daemon off;"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const at = (port: number): LocalAddress => ({ hostname: HOSTNAME, port });
    const process = new NginxProcess({
      addresses: {
        auth: at(ports.auth),
        gameTcp: at(ports.gameTcp),
        gameUdp: at(ports.gameUdp),
        http: at(ports.http),
        https: { hostname: "localhost", port: ports.https },
      },
      caCert: await Deno.readTextFile(caFile),
      child,
      folder,
    });
    await process.#untilAlive(`http://${HOSTNAME}:${ports.probe}/livez`);
    return process;
  }

  /** The lines of its access logs that are there, parsed. */
  async accessLog(): Promise<Record<string, unknown>[]> {
    const text = await Deno.readTextFile(`${this.#folder}/access.log`);
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  /** Ends it and removes what it wrote. */
  async close(): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended by itself, which a test has seen in its own way.
    }
    await this.#child.status;
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #untilAlive(url: string): Promise<void> {
    let hasEnded = false;
    void this.#child.status.then(() => hasEnded = true);
    try {
      await eventually(async () => {
        if (hasEnded) return;
        const response = await fetch(url);
        assertEquals([response.status, await response.json()], [200, { status: "ok" }]);
      }, 20_000);
      if (hasEnded) throw new Error("Cannot go on: nginx has ended");
    } catch (cause) {
      const said = await Deno.readTextFile(`${this.#folder}/error.log`).catch(() => "");
      await this.close();
      throw new Error(`Cannot start nginx: ${said}`, { cause });
    }
  }
}

async function readConfig(
  upstreams: Upstreams,
  ports: Readonly<Record<string, number>>,
  folder: string,
): Promise<string> {
  const { auth, gameTcp, gameUdp, gateway } = upstreams;
  const serversOf = (addresses: LocalAddress | readonly LocalAddress[]): string =>
    [addresses].flat().map(({ hostname, port }) => `server ${hostname}:${port};`).join(" ");
  const changes: readonly [from: string, to: string, count: number][] = [
    ["server auth:8888;", serversOf(auth), 1],
    ["server game:8889;", serversOf(gameTcp), 1],
    ["server game:9999;", serversOf(gameUdp), 1],
    ["server gateway:8080;", serversOf(gateway), 1],
    ["listen 8888 ", `listen ${HOSTNAME}:${ports.auth} `, 1],
    ["listen 8889 ", `listen ${HOSTNAME}:${ports.gameTcp} `, 1],
    ["listen 9999 ", `listen ${HOSTNAME}:${ports.gameUdp} `, 1],
    ["listen 8080;", `listen ${HOSTNAME}:${ports.http};`, 1],
    ["listen 8443 ", `listen ${HOSTNAME}:${ports.https} `, 1],
    ["listen 8082;", `listen ${HOSTNAME}:${ports.probe};`, 1],
    // Before what puts the folder in, which may lie there too.
    [" /tmp/", ` ${folder}/`, 6],
    ["/etc/nginx/tls/", `${folder}/`, 2],
    ["/dev/stdout", `${folder}/access.log`, 2],
    ["/dev/stderr", `${folder}/error.log`, 1],
  ];
  let text = await Deno.readTextFile(CONFIG);
  for (const [from, to, count] of changes) {
    const parts = text.split(from);
    assertEquals(parts.length - 1, count, `${from} in nginx.conf`);
    text = parts.join(to);
  }
  return text;
}
