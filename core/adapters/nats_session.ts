import {
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
} from "@nats-io/nats-core/internal";
import type { Clock } from "../clock.ts";
import { describeError } from "../log.ts";
import { unreachable } from "../unreachable.ts";
import { watchHeartbeat } from "./broker_heartbeat.ts";
import { BROKER_GOODBYE_MS, type BrokerSession } from "./broker_link.ts";
import { describeHost } from "./broker_url.ts";
import { readTlsOptions, type TlsFiles } from "./tls_options.ts";
import type { NatsClient } from "./nats_client.ts";
import type { NatsConfig, NatsCredentials } from "./nats_config.ts";
import { NatsTransport } from "./nats_transport.ts";
import { endsWithin } from "./ends_within.ts";

/** The library's own heartbeat, which waits for a frozen server as it closes; ours comes long before. */
const LIBRARY_PING_MS = 3_600_000;

/** What a connection to NATS needs. */
export interface NatsSessionOptions {
  /** Which servers. */
  readonly config: NatsConfig;
  /** Which of them: each attempt takes the next. */
  readonly attempt: number;
  /** What the server's own pages call the connection. */
  readonly name: string;
  /** Sets the heartbeat. */
  readonly clock: Clock;
  /** Called when the server refuses what we did; must not throw. */
  readonly onRefusal: (error: Error) => void;
}

/**
 * Connects to a server once, without coming back when the connection is lost.
 *
 * @throws Error when the server cannot be reached within its time or refuses, or when a certificate
 * cannot be read
 */
export async function openNatsSession(
  options: NatsSessionOptions,
): Promise<BrokerSession<NatsClient>> {
  const { config, attempt, clock } = options;
  const host = config.hosts[attempt % config.hosts.length] ?? config.hosts[0];
  // The library has one factory for all connections, and we have one for all.
  setTransportFactory({ factory: () => new NatsTransport() });
  const connection = await NatsConnectionImpl.connect({
    servers: describeHost(host),
    name: options.name,
    timeout: config.connectTimeoutMs,
    ...toAuthentication(config.credentials),
    ...(config.tls === undefined ? {} : { tls: toTls(config.tls) }),
    reconnect: false,
    ignoreClusterUpdates: true,
    resolve: false,
    noAsyncTraces: true,
    pingInterval: LIBRARY_PING_MS,
  });
  const stop = new AbortController();
  const lost = connection.closed().then((error) =>
    error === undefined ? "the connection was closed" : describeError(error)
  );
  const silent = watchHeartbeat({
    clock,
    periodMs: config.heartbeatMs,
    ping: () => connection.flush(),
    signal: stop.signal,
  });
  const ended = Promise.race([lost, silent.then((reason) => reason ?? lost)]).finally(() => {
    stop.abort();
    return connection.close();
  });
  void reportRefusals(connection, options.onRefusal);
  const close = async (): Promise<void> => {
    if (!stop.signal.aborted) await endsWithin(clock, BROKER_GOODBYE_MS, connection.flush());
    await connection.close();
  };
  return { client: connection, ended, close };
}

function toAuthentication(
  credentials: NatsCredentials,
): Pick<ConnectionOptions, "token" | "user" | "pass"> {
  switch (credentials.kind) {
    case "none":
      return {};
    case "token":
      return { token: credentials.token };
    case "password":
      return { user: credentials.username, pass: credentials.password };
    default:
      return unreachable(credentials);
  }
}

function toTls(files: TlsFiles): NonNullable<ConnectionOptions["tls"]> {
  const { ca, cert, key } = readTlsOptions(files);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

async function reportRefusals(
  connection: NatsConnection,
  onRefusal: (error: Error) => void,
): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "error") onRefusal(status.error);
  }
}
