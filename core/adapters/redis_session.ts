import { Redis, type RedisOptions, ReplyError } from "ioredis";
import type { Clock } from "../clock.ts";
import { describeError } from "../log.ts";
import { watchHeartbeat } from "./broker_heartbeat.ts";
import { BROKER_GOODBYE_MS, type BrokerSession } from "./broker_link.ts";
import { readTlsOptions } from "./tls_options.ts";
import { endsWithin } from "./ends_within.ts";
import type { RedisClient } from "./redis_client.ts";
import type { RedisConfig } from "./redis_config.ts";

/** How long a server may take to close its side after we have closed ours, in milliseconds. */
const HANG_UP_MS = 500;

/** How long to wait for a server that reads its data from disk before it is asked again, in milliseconds. */
const LOADING_POLL_MS = 100;

/** What a connection to Redis needs. */
export interface RedisSessionOptions {
  /** Which server. */
  readonly config: RedisConfig;
  /** What `CLIENT LIST` calls the connection: no spaces. */
  readonly name: string;
  /** Sets the heartbeat. */
  readonly clock: Clock;
}

/**
 * Connects once, without coming back when the connection is lost; commands that were under way then
 * reject.
 *
 * @throws Error when the server cannot be reached within its time or refuses, or when a certificate
 * cannot be read
 */
export async function openRedisSession(
  options: RedisSessionOptions,
): Promise<BrokerSession<RedisClient>> {
  const { config, clock } = options;
  const client = new Redis(toRedisOptions(options));
  let fault: unknown;
  client.on("error", (error) => void (fault = error));
  const over = new Promise<void>((resolve) => void client.once("end", () => resolve()));
  const connecting = prepare(client, config.database);
  // As a whole: a server may greet us at once and read its data from disk for minutes.
  if (!await endsWithin(clock, config.connectTimeoutMs, connecting)) {
    hangUp(client);
    throw fault ?? new Error(`the server is not ready within ${config.connectTimeoutMs} ms`);
  }
  await connecting.catch((error: unknown) => {
    hangUp(client);
    throw fault ?? error;
  });
  const stop = new AbortController();
  const lost = over.then(() =>
    fault === undefined ? "the connection was closed" : describeError(fault)
  );
  const silent = watchHeartbeat({
    clock,
    periodMs: config.heartbeatMs,
    ping: () => ping(client),
    signal: stop.signal,
  });
  // A line that is dead answers no heartbeat either, and knows better why.
  const gone = silent.then((reason) => client.status === "end" ? lost : reason ?? lost);
  const ended = Promise.race([lost, gone]).finally(() => {
    stop.abort();
    hangUp(client);
  });
  const close = async (): Promise<void> => {
    // The server answers what came before it; a frozen one is left.
    if (!stop.signal.aborted) await endsWithin(clock, BROKER_GOODBYE_MS, client.quit());
    hangUp(client);
    await over;
  };
  return { client, ended, close };
}

/** Connects. The library would stay in the first database where it cannot have the one asked for. */
async function prepare(client: Redis, database: number): Promise<void> {
  await client.connect();
  if (database > 0) await client.select(database);
}

/** @throws Error where there is no answer; to refuse is one */
async function ping(client: Redis): Promise<void> {
  try {
    await client.ping();
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error;
  }
}

/** Hangs up; the library would set a timer for nothing where the line is dead already. */
function hangUp(client: Redis): void {
  if (client.status !== "end") client.disconnect();
}

function toRedisOptions(
  { config, name }: RedisSessionOptions,
): RedisOptions & { readonly replyMapping: "legacy" } {
  const { host, username, password, tls, connectTimeoutMs, commandTimeoutMs } = config;
  return {
    host: host.hostname,
    port: host.port,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: readTlsOptions(tls) }),
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    disconnectTimeout: HANG_UP_MS,
    maxLoadingRetryTime: LOADING_POLL_MS,
    connectionName: name,
    disableClientInfo: true,
    lazyConnect: true,
    // Whoever dialled dials again; a command that was lost may have been done, and is not repeated.
    retryStrategy: () => null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // Replies have one shape with every version of the server.
    protocol: 2,
    replyMapping: "legacy",
  };
}
