import { parseRedisUrl, type RedisConfig } from "../../core/adapters/redis_config.ts";
import { findLowPort } from "./low_port.ts";
import type { ServerCertificate } from "./server_certificate.ts";
import { ServerProcess } from "./server_process.ts";

/** Where this machine's own Redis listens. */
export const MACHINE_REDIS_PORT = 6379;

/** The program that {@linkcode RedisBroker} starts. */
export const REDIS_COMMAND = "redis-server";

/** How a {@linkcode RedisBroker} differs from one that lets everybody do everything. */
export interface RedisBrokerOptions {
  /** It takes nobody without TLS. */
  readonly certificate?: ServerCertificate;
  /** It takes clients' certificates of the same authority only. */
  readonly verifiesClients?: boolean;
  /** More of its command line, such as `--requirepass`. */
  readonly args?: readonly string[];
}

/**
 * A Redis of a test's own, which can be killed and started again at its port: with a log of what was
 * written, in a temporary folder, that is on disk before a write is acknowledged.
 */
export class RedisBroker {
  /** Where it listens. */
  readonly port: number;
  readonly #folder: string;
  readonly #args: readonly string[];
  #server: ServerProcess;

  private constructor(
    options: {
      readonly port: number;
      readonly folder: string;
      readonly args: readonly string[];
      readonly server: ServerProcess;
    },
  ) {
    this.port = options.port;
    this.#folder = options.folder;
    this.#args = options.args;
    this.#server = options.server;
  }

  /** Starts one. @throws Error where it is not installed or does not start */
  static async start(options: RedisBrokerOptions = {}): Promise<RedisBroker> {
    const port = findLowPort();
    const folder = await Deno.makeTempDir({ prefix: "tanks-redis-" });
    const args = [
      ...["--bind", "127.0.0.1", ...toPortFlags(port, options)],
      ...["--dir", folder, "--logfile", "/dev/stderr", "--save", ""],
      ...["--appendonly", "yes", "--appendfsync", "always"],
      ...options.args ?? [],
    ];
    try {
      return new RedisBroker({ port, folder, args, server: await startServer(args) });
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  /** How to connect to it. */
  config(parameters = ""): RedisConfig {
    return redisConfig(`redis://127.0.0.1:${this.port}?${parameters}`);
  }

  /** Kills it, as a power cut would. */
  kill(): Promise<void> {
    return this.#server.kill();
  }

  /** Starts it again, after {@linkcode kill}, with what it had written. */
  async startAgain(): Promise<void> {
    this.#server = await startServer(this.#args);
  }

  /** Stops it where it is: it accepts and never answers. */
  freeze(): Promise<void> {
    return this.#server.freeze();
  }

  /** It goes on. */
  thaw(): Promise<void> {
    return this.#server.thaw();
  }

  /** Ends it and removes what it kept. */
  async close(): Promise<void> {
    await this.#server.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** A URL that has to be right. */
export function redisConfig(url: string): RedisConfig {
  const result = parseRedisUrl(url);
  if (!result.ok) throw new Error(`Cannot read ${result.shown}: ${result.rule}`);
  return result.config;
}

function startServer(args: readonly string[]): Promise<ServerProcess> {
  return ServerProcess.start({
    command: REDIS_COMMAND,
    args,
    owner: undefined,
    readyPattern: /Ready to accept connections/,
  });
}

function toPortFlags(
  port: number,
  { certificate, verifiesClients = false }: RedisBrokerOptions,
): string[] {
  if (certificate === undefined) return ["--port", String(port)];
  const { certFile, keyFile, caFile } = certificate;
  return [
    ...["--port", "0", "--tls-port", String(port)],
    ...["--tls-cert-file", certFile, "--tls-key-file", keyFile, "--tls-ca-cert-file", caFile],
    ...["--tls-auth-clients", verifiesClients ? "yes" : "no"],
  ];
}
