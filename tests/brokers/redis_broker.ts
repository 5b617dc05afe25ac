import { parseRedisUrl, type RedisConfig } from "../../core/adapters/redis_config.ts";
import { findLowPort } from "./low_port.ts";
import { type BrokerOptions, PrivateServer } from "./private_server.ts";

/** Where this machine's own Redis listens. */
export const MACHINE_REDIS_PORT = 6379;

/** The program that {@linkcode RedisBroker} starts. */
export const REDIS_COMMAND = "redis-server";

/**
 * A Redis of a test's own, which can be killed and started again at its port: with a log of what was
 * written, in a temporary folder, that is on disk before a write is acknowledged.
 */
export class RedisBroker extends PrivateServer {
  /** Starts one. @throws Error where it is not installed or does not start */
  static async start(options: BrokerOptions = {}): Promise<RedisBroker> {
    const port = findLowPort();
    const folder = await Deno.makeTempDir({ prefix: "tanks-redis-" });
    const broker = new RedisBroker({
      command: REDIS_COMMAND,
      args: [
        ...["--bind", "127.0.0.1", ...toPortFlags(port, options)],
        ...["--dir", folder, "--logfile", "/dev/stderr", "--save", ""],
        ...["--appendonly", "yes", "--appendfsync", "always"],
        ...options.args ?? [],
      ],
      owner: undefined,
      readyPattern: /Ready to accept connections/,
      port,
      folder,
    });
    return await broker.startFirst();
  }

  /** How to connect to it. */
  config(parameters = ""): RedisConfig {
    return redisConfig(`redis://127.0.0.1:${this.port}?${parameters}`);
  }
}

/** A URL that has to be right. */
export function redisConfig(url: string): RedisConfig {
  const result = parseRedisUrl(url);
  if (!result.ok) throw new Error(`Cannot read ${result.shown}: ${result.rule}`);
  return result.config;
}

function toPortFlags(
  port: number,
  { certificate, verifiesClients = false }: BrokerOptions,
): string[] {
  if (certificate === undefined) return ["--port", String(port)];
  const { certFile, keyFile, caFile } = certificate;
  return [
    ...["--port", "0", "--tls-port", String(port)],
    ...["--tls-cert-file", certFile, "--tls-key-file", keyFile, "--tls-ca-cert-file", caFile],
    ...["--tls-auth-clients", verifiesClients ? "yes" : "no"],
  ];
}
