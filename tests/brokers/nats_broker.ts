import { type NatsConfig, parseNatsUrl } from "../../core/adapters/nats_config.ts";
import { findLowPort } from "./low_port.ts";
import { type BrokerOptions, PrivateServer } from "./private_server.ts";

/** Where this machine's own NATS listens. */
export const MACHINE_NATS_PORT = 4222;

/** The program that {@linkcode NatsBroker} starts. */
export const NATS_COMMAND = "nats-server";

/** A NATS server of a test's own, which can be killed and started again at its port. */
export class NatsBroker extends PrivateServer {
  /** Starts one. @throws Error where it is not installed or does not start */
  static start(options: BrokerOptions = {}): Promise<NatsBroker> {
    const port = findLowPort();
    const broker = new NatsBroker({
      command: NATS_COMMAND,
      args: [
        ...["--addr", "127.0.0.1", "--port", String(port)],
        ...toTlsFlags(options),
        ...options.args ?? [],
      ],
      owner: undefined,
      readyPattern: /Server is ready/,
      port,
      folder: undefined,
    });
    return broker.startFirst();
  }

  /** How to connect to it. */
  config(parameters = ""): NatsConfig {
    return natsConfig(`nats://127.0.0.1:${this.port}?${parameters}`);
  }
}

/** A URL that has to be right. */
export function natsConfig(url: string): NatsConfig {
  const result = parseNatsUrl(url);
  if (!result.ok) throw new Error(`Cannot read ${result.shown}: ${result.rule}`);
  return result.config;
}

function toTlsFlags({ certificate, verifiesClients = false }: BrokerOptions): string[] {
  if (certificate === undefined) return [];
  const { certFile, keyFile, caFile } = certificate;
  return [
    ...["--tls", "--tlscert", certFile, "--tlskey", keyFile],
    ...verifiesClients ? ["--tlsverify", "--tlscacert", caFile] : [],
  ];
}
