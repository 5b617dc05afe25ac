import { type NatsConfig, parseNatsUrl } from "../../core/adapters/nats_config.ts";
import { findLowPort } from "./low_port.ts";
import type { ServerCertificate } from "./server_certificate.ts";
import { ServerProcess } from "./server_process.ts";

/** Where this machine's own NATS listens. */
export const MACHINE_NATS_PORT = 4222;

/** The program that {@linkcode NatsBroker} starts. */
export const NATS_COMMAND = "nats-server";

/** How a {@linkcode NatsBroker} differs from one that lets everybody do everything. */
export interface NatsBrokerOptions {
  /** It takes nobody without TLS. */
  readonly certificate?: ServerCertificate;
  /** It takes clients' certificates of the same authority only. */
  readonly verifiesClients?: boolean;
  /** More of its command line, such as `--user`. */
  readonly args?: readonly string[];
}

/** A NATS server of a test's own, which can be killed and started again at its port. */
export class NatsBroker {
  /** Where it listens. */
  readonly port: number;
  readonly #args: readonly string[];
  #server: ServerProcess;

  private constructor(port: number, args: readonly string[], server: ServerProcess) {
    this.port = port;
    this.#args = args;
    this.#server = server;
  }

  /** Starts one. @throws Error where it is not installed or does not start */
  static async start(options: NatsBrokerOptions = {}): Promise<NatsBroker> {
    const port = findLowPort();
    const args = [
      ...["--addr", "127.0.0.1", "--port", String(port)],
      ...toTlsFlags(options),
      ...options.args ?? [],
    ];
    return new NatsBroker(port, args, await startServer(args));
  }

  /** How to connect to it. */
  config(parameters = ""): NatsConfig {
    return natsConfig(`nats://127.0.0.1:${this.port}?${parameters}`);
  }

  /** Kills it, as a crash would. */
  kill(): Promise<void> {
    return this.#server.kill();
  }

  /** Starts it again, after {@linkcode kill}. */
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

  /** Ends it. */
  close(): Promise<void> {
    return this.#server.kill();
  }
}

/** A URL that has to be right. */
export function natsConfig(url: string): NatsConfig {
  const result = parseNatsUrl(url);
  if (!result.ok) throw new Error(`Cannot read ${result.shown}: ${result.rule}`);
  return result.config;
}

function startServer(args: readonly string[]): Promise<ServerProcess> {
  return ServerProcess.start({
    command: NATS_COMMAND,
    args,
    owner: undefined,
    readyPattern: /Server is ready/,
  });
}

function toTlsFlags({ certificate, verifiesClients = false }: NatsBrokerOptions): string[] {
  if (certificate === undefined) return [];
  const { certFile, keyFile, caFile } = certificate;
  return [
    ...["--tls", "--tlscert", certFile, "--tlskey", keyFile],
    ...verifiesClients ? ["--tlsverify", "--tlscacert", caFile] : [],
  ];
}
