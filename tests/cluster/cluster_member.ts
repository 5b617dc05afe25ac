import { findLowPort } from "../brokers/low_port.ts";
import { type Address, ServiceProcess } from "../fuzz/service_process.ts";
import type { Breakable } from "./cluster_brokers.ts";
import { readTaskFlags } from "./task_flags.ts";

/** How long one may take to start where everything else runs on the same cores, in milliseconds. */
const START_MS_MAX = 60_000;

/** What one of a cluster's processes can be; each is a task of deno.json. */
export type MemberKind = "auth" | "game" | "gateway" | "matchmaker" | "status-worker";

/** How a process of a cluster is run. */
export interface ClusterMemberOptions {
  /** Which service it is. */
  readonly kind: MemberKind;
  /** Names it in events, metrics and subjects; unlike all others. */
  readonly serverId: string;
  /** A folder of its own, to which it writes. */
  readonly dataDir: string;
  /** Beside addresses and names. */
  readonly env: Readonly<Record<string, string>>;
  /** What to run in place of the service's own `main.ts`, with the same permissions. */
  readonly script?: string;
}

interface KindText {
  readonly script: string;
  /** The variables of its ports. */
  readonly ports: readonly string[];
  /** What it listens on. */
  readonly listens: readonly string[];
}

const KINDS: Readonly<Record<MemberKind, KindText>> = {
  auth: {
    script: "auth/main.ts",
    ports: ["AUTH_TCP_PORT", "AUTH_OPS_PORT"],
    listens: ["tcp", "ops"],
  },
  game: {
    script: "game/main.ts",
    ports: ["GAME_UDP_PORT", "GAME_TCP_PORT", "GAME_OPS_PORT"],
    listens: ["udp", "tcp", "ops"],
  },
  gateway: {
    script: "game/gateway/main.ts",
    ports: ["GATEWAY_HTTP_PORT", "GATEWAY_OPS_PORT"],
    listens: ["http", "ops"],
  },
  matchmaker: {
    script: "game/matchmaking/main.ts",
    ports: ["MATCHMAKER_HTTP_PORT", "MATCHMAKER_OPS_PORT"],
    listens: ["http", "ops"],
  },
  "status-worker": {
    script: "status-worker/main.ts",
    ports: ["STATUS_HTTP_PORT", "STATUS_OPS_PORT"],
    listens: ["http", "ops"],
  },
};

/**
 * One process of a cluster, with the permissions of its task, which can be killed, frozen and started again
 * at the same ports with what it kept.
 */
export class ClusterMember implements Breakable {
  /** Which service it is. */
  readonly kind: MemberKind;
  /** Its name. */
  readonly serverId: string;
  readonly #options: ClusterMemberOptions;
  readonly #ports: Readonly<Record<string, string>>;
  readonly #addresses = new Map<string, Address>();
  readonly #errorLines: string[] = [];
  #lastLines: readonly string[] = [];
  #process: ServiceProcess | undefined;

  /** Runs nothing yet. */
  constructor(options: ClusterMemberOptions) {
    this.#options = options;
    this.kind = options.kind;
    this.serverId = options.serverId;
    // Whoever comes back has to be where everybody knew it.
    this.#ports = Object.fromEntries(
      KINDS[options.kind].ports.map((name) => [name, String(findLowPort())]),
    );
  }

  /** Starts it, and waits until it listens. @throws Error with what it said, where it does not */
  async startAgain(): Promise<void> {
    const { kind, serverId, dataDir, env, script } = this.#options;
    const text = KINDS[kind];
    const process = await ServiceProcess.start({
      script: script ?? text.script,
      flags: await readTaskFlags(kind, dataDir),
      env: {
        ...{ LISTEN_HOST: "127.0.0.1", LOG_FORMAT: "json", DRAIN_MS: "4000" },
        // As the image has it.
        MALLOC_MMAP_THRESHOLD_: "4194304",
        ...env,
        ...this.#ports,
        ...{ SERVER_ID: serverId, DATA_DIR: dataDir },
      },
      awaited: text.listens.map((name) => `${kind} ${name}`),
      startMsMax: START_MS_MAX,
    });
    this.#process = process;
    for (const name of text.listens) this.#addresses.set(name, process.address(kind, name));
  }

  /** Where it listens, by what is spoken there. @throws Error for what there is not */
  address(name: string): Address {
    const address = this.#addresses.get(name);
    if (address === undefined) throw new Error(`Cannot reach ${this.serverId}: no ${name}`);
    return address;
  }

  /** Its process; undefined where it does not run. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What it logged last, since it was started; after its end, what it logged until then. */
  get logLines(): readonly string[] {
    return this.#process?.logLines ?? this.#lastLines;
  }

  /** What it logged at error level or beyond, from its first start on. */
  get errorLines(): readonly string[] {
    return [...this.#errorLines, ...this.#process?.errorLines ?? []];
  }

  /** Its metrics, by name with labels. @throws Error where it does not answer */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    return await this.#process?.metrics(this.kind) ?? new Map();
  }

  /** Bytes of memory that it occupies; undefined where it does not run. */
  async residentBytes(): Promise<number | undefined> {
    return await this.#process?.residentBytes();
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    await process.kill();
    this.#remember(process);
  }

  /**
   * Asks it to end; gives its exit code, 0 where it did not run.
   *
   * @throws Error where it has not ended after ten seconds; it is killed then
   */
  async stop(): Promise<number> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return 0;
    try {
      return await process.stop();
    } finally {
      this.#remember(process);
    }
  }

  /** Stops it in the middle of whatever it does: it accepts and never answers. */
  freeze(): Promise<void> {
    if (this.#process !== undefined) Deno.kill(this.#process.pid, "SIGSTOP");
    return Promise.resolve();
  }

  /** It goes on. */
  thaw(): Promise<void> {
    if (this.#process !== undefined) Deno.kill(this.#process.pid, "SIGCONT");
    return Promise.resolve();
  }

  #remember({ errorLines, logLines }: ServiceProcess): void {
    this.#errorLines.push(...errorLines);
    this.#lastLines = logLines;
  }
}
