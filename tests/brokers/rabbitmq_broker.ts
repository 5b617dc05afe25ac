import type { RabbitConfig } from "../../core/adapters/rabbitmq_config.ts";
import { parseRabbitUrl } from "../../core/adapters/rabbitmq_config.ts";
import { eventually, inTime } from "../contract/eventually.ts";
import type { ServerCertificate } from "./server_certificate.ts";
import { ServerProcess } from "./server_process.ts";

/** Where this machine's RabbitMQ is, unless `TEST_RABBITMQ_URL` says otherwise. */
const DEFAULT_URL = "amqp://guest:guest@127.0.0.1:5672";

/** Debian's program itself: the wrapper in the path insists on the user and folders of its own. */
const PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server";

const HOST = "127.0.0.1";

/** How long it may take to start: it is a whole Erlang, and the machine may be busy. */
const START_MS = 120_000;

/** What it says in its first seconds; it can be used when its port can be connected to. */
const BEGINNING = /\[info\]/;

/** How a {@linkcode RabbitBroker} differs from one with default settings. */
export interface RabbitBrokerOptions {
  /** It takes connections with TLS beside plain ones. */
  readonly certificate?: ServerCertificate;
  /** More of its `rabbitmq.conf`. */
  readonly settings?: string;
}

/**
 * A RabbitMQ of a test's own, which can be stopped, killed and started again with what it kept: its
 * own node, ports, cookie and folder. It shares `epmd`, the name server of Erlang's nodes, with others.
 */
export class RabbitBroker {
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #port: number;
  readonly #tlsPort: number;
  #server: ServerProcess | undefined;

  private constructor(folder: string, ports: readonly [port: number, tls: number, node: number]) {
    this.#folder = folder;
    [this.#port, this.#tlsPort] = ports;
    this.#settings = {
      HOME: folder,
      PATH: Deno.env.get("PATH") ?? "",
      // Then the program becomes Erlang, whose process id is the one that we know.
      RUNNING_UNDER_SYSTEMD: "true",
      RABBITMQ_NODENAME: `tanks_${this.#port}@localhost`,
      RABBITMQ_DIST_PORT: String(ports[2]),
      RABBITMQ_MNESIA_BASE: `${folder}/data`,
      RABBITMQ_LOG_BASE: `${folder}/log`,
      RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq.conf`,
      RABBITMQ_ADVANCED_CONFIG_FILE: `${folder}/advanced.config`,
      RABBITMQ_CONF_ENV_FILE: `${folder}/environment`,
      RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/plugins`,
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2",
    };
  }

  /** Starts one, with TLS beside plain connections where it is given a certificate. */
  static async start(options: RabbitBrokerOptions = {}): Promise<RabbitBroker> {
    const folder = await Deno.makeTempDir({ prefix: "tanks-rabbitmq-" });
    const broker = new RabbitBroker(folder, findFreePorts());
    try {
      await broker.#writeSettings(options);
      await broker.startAgain();
    } catch (error) {
      await broker.close();
      throw error;
    }
    return broker;
  }

  /** Where it is. */
  get config(): RabbitConfig {
    return configOf(`amqp://guest:guest@${HOST}:${this.#port}`);
  }

  /** Where it is over TLS, by the name in its certificate. */
  tlsConfig(caFile: string): RabbitConfig {
    const authority = encodeURIComponent(caFile);
    return configOf(`amqps://guest:guest@localhost:${this.#tlsPort}?cacertfile=${authority}`);
  }

  /** Kills it, as a power cut would. */
  async kill(): Promise<void> {
    await this.#server?.kill();
    this.#server = undefined;
  }

  /** Starts it again, after {@linkcode kill}, and waits until it can be used. */
  async startAgain(): Promise<void> {
    const settings = Object.entries(this.#settings).map(([name, value]) => `${name}=${value}`);
    this.#server = await ServerProcess.start({
      command: "sh",
      // Its log goes to standard output.
      args: ["-c", 'exec env -i "$@" >&2', "sh", ...settings, PROGRAM],
      owner: undefined,
      readyPattern: BEGINNING,
    });
    await eventually(async () => {
      const connection = await Deno.connect({ hostname: HOST, port: this.#port });
      connection.close();
    }, START_MS);
  }

  /** Stops it where it is: it accepts and never answers. */
  async freeze(): Promise<void> {
    await this.#server?.freeze();
  }

  /** It goes on. */
  async thaw(): Promise<void> {
    await this.#server?.thaw();
  }

  /** Ends it and removes what it kept. */
  async close(): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #writeSettings({ certificate, settings = "" }: RabbitBrokerOptions): Promise<void> {
    const folder = this.#folder;
    const lines = [
      `listeners.tcp.1 = ${HOST}:${this.#port}`,
      "disk_free_limit.absolute = 1MB",
      "log.file = false",
      "log.console = true",
      "log.console.level = info",
      ...(certificate === undefined ? [] : [
        `listeners.ssl.1 = ${HOST}:${this.#tlsPort}`,
        `ssl_options.cacertfile = ${certificate.caFile}`,
        `ssl_options.certfile = ${certificate.certFile}`,
        `ssl_options.keyfile = ${certificate.keyFile}`,
        "ssl_options.verify = verify_none",
      ]),
      settings,
    ];
    await Deno.writeTextFile(`${folder}/rabbitmq.conf`, `${lines.join("\n")}\n`);
    await Deno.writeTextFile(`${folder}/plugins`, "[].\n");
    await Deno.writeTextFile(`${folder}/environment`, "");
    await Deno.writeTextFile(`${folder}/.erlang.cookie`, crypto.randomUUID(), { mode: 0o400 });
  }
}

/** What can be said against starting a RabbitMQ here; undefined where nothing can. */
export async function whyNoRabbitBroker(): Promise<string | undefined> {
  try {
    await Deno.stat(PROGRAM);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "its server is not installed";
    throw error;
  }
}

/** Where this machine's own RabbitMQ is. */
export function machineRabbitUrl(): string {
  return Deno.env.get("TEST_RABBITMQ_URL") ?? DEFAULT_URL;
}

/** The same, read. */
export function machineRabbitConfig(): RabbitConfig {
  return configOf(machineRabbitUrl());
}

/** What can be said against using this machine's own RabbitMQ; undefined where nothing can. */
export async function whyNoRabbit(): Promise<string | undefined> {
  const { host, port } = machineRabbitConfig();
  try {
    const connection = await inTime(Deno.connect({ hostname: host, port }), 5_000);
    connection.close();
    return undefined;
  } catch (error) {
    return `${host}:${port} says ${error instanceof Error ? error.message : error}`;
  }
}

function configOf(url: string): RabbitConfig {
  const result = parseRabbitUrl(url);
  if (!result.ok) throw new Error(`Cannot use ${result.shown}: ${result.rule}`);
  return result.config;
}

/** Ports that nobody listens on at the moment, below those that the system gives to connections. */
function findFreePorts(): [number, number, number] {
  const ports = new Set<number>();
  while (ports.size < 3) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    try {
      Deno.listen({ hostname: HOST, port }).close();
      ports.add(port);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  const [port = 0, tlsPort = 0, nodePort = 0] = ports;
  return [port, tlsPort, nodePort];
}
