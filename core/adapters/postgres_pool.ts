// @ts-types="./postgres_client.d.ts"
import { Client, type ClientConfig, Pool, type PoolClient } from "pg";
import type { Clock } from "../clock.ts";
import { WorkInHand } from "../ports/work_in_hand.ts";
import { readTlsOptions } from "./tls_options.ts";
import { errorMessage } from "./error_message.ts";
import { describePostgres, type PostgresConfig } from "./postgres_config.ts";
import { PostgresConnection } from "./postgres_connection.ts";
import { PostgresWatch } from "./postgres_watch.ts";

/** Connections that are not used for so long are closed, but for one, by which an outage is noticed. */
const IDLE_TIMEOUT_MS = 30_000;
/** The server ends a transaction whose next statement does not come for so long. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
/** How much longer than a statement may take we wait for the server to say that it took too long. */
const ANSWER_GRACE_MS = 1_000;
/** How long the server may take for a goodbye. */
const GOODBYE_MS = 2_000;
/** What the pool says to those that waited too long for a connection that others have. */
const ALL_BUSY = "timeout exceeded when trying to connect";

/** What a {@linkcode PostgresPool} needs. */
export interface PostgresPoolOptions {
  /** Which server, and its limits. */
  readonly config: PostgresConfig;
  /** Sets the pauses between attempts to reach it. */
  readonly clock: Clock;
  /** Spreads them: 0 to 1. */
  readonly random: () => number;
  /** Called when the server comes and goes; must not throw. */
  readonly onState: (isUp: boolean, reason?: string) => void;
}

/** A bounded number of connections to one server, made when they are needed. */
export class PostgresPool {
  readonly #config: PostgresConfig;
  readonly #clock: Clock;
  readonly #where: string;
  readonly #clientConfig: ClientConfig;
  readonly #pool: Pool;
  readonly #watch: PostgresWatch;
  readonly #clients = new Set<PoolClient>();
  readonly #connected = new WorkInHand();

  /** Begins to look for the server. @throws Error when a certificate cannot be read */
  constructor(options: PostgresPoolOptions) {
    const { config, clock, random, onState } = options;
    this.#config = config;
    this.#clock = clock;
    this.#where = describePostgres(config);
    this.#clientConfig = toClientConfig(config);
    this.#pool = new Pool({
      ...this.#clientConfig,
      max: config.connectionsMax,
      min: 1,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
    });
    this.#watch = new PostgresWatch({ probe: () => this.#probe(), clock, random, onState });
    this.#pool.on("connect", (client) => this.#keep(client));
    // Each connection tells for itself; without a listener here the process would end.
    this.#pool.on("error", () => {});
  }

  /** Resolves once the server is there. @throws Error saying why it is not, as by PostgresWatch */
  async whenUp(limitMs: number): Promise<void> {
    try {
      await this.#watch.whenUp(limitMs);
    } catch (error) {
      throw new Error(`Cannot use DATABASE_URL, ${this.#where}: ${errorMessage(error)}`, {
        cause: error,
      });
    }
  }

  /** Lends a connection to `work`. @throws Error when there is none in time; what `work` throws */
  async use<T>(work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const client = await this.#acquire();
    const connection = new PostgresConnection(client, this.#where);
    try {
      return await work(connection);
    } finally {
      if (connection.isLost || !connection.isIdle) {
        // Not `end`, which waits for a server that may not answer.
        client.connection.stream.destroy();
        client.release(true);
      } else client.release();
      if (connection.isLost) this.#watch.suspect();
    }
  }

  /** Closes every connection; nobody may have one. */
  async close(): Promise<void> {
    await this.#watch.close();
    await this.#pool.end();
    const cancel = this.#clock.after(GOODBYE_MS, () => {
      for (const client of this.#clients) client.connection.stream.destroy();
    });
    await this.#connected.none();
    cancel();
  }

  async #acquire(): Promise<PoolClient> {
    const { connectTimeoutMs, connectionsMax } = this.#config;
    try {
      return await this.#pool.connect();
    } catch (error) {
      const message = errorMessage(error);
      if (message === ALL_BUSY) {
        const what = `all ${connectionsMax} connections to ${this.#where} were busy`;
        throw new Error(`Cannot query: ${what} for ${connectTimeoutMs} ms`, { cause: error });
      }
      this.#watch.suspect();
      throw new Error(`Cannot query: cannot connect to ${this.#where}: ${message}`, {
        cause: error,
      });
    }
  }

  /** Follows a new connection to its end. */
  #keep(client: PoolClient): void {
    this.#clients.add(client);
    this.#connected.begin();
    client.on("error", () => this.#watch.suspect());
    client.once("end", () => {
      this.#clients.delete(client);
      this.#connected.end();
    });
  }

  async #probe(): Promise<void> {
    const client = new Client(this.#clientConfig);
    const ended = new Promise<void>((resolve) => void client.once("end", resolve));
    client.on("error", () => {
      // `connect` throws it, or else it comes after all that we wanted to know.
    });
    try {
      await client.connect();
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
    const cancel = this.#clock.after(GOODBYE_MS, () => client.connection.stream.destroy());
    client.end();
    await ended;
    cancel();
  }
}

function toClientConfig(config: PostgresConfig): ClientConfig {
  const { host, port, database, username, password, tls } = config;
  return {
    host,
    port,
    database,
    user: username,
    password: () => password,
    ssl: tls === undefined ? false : readTlsOptions(tls, tls.verify),
    application_name: config.applicationName,
    client_encoding: "UTF8",
    options: "-c bytea_output=hex",
    connectionTimeoutMillis: config.connectTimeoutMs,
    statement_timeout: config.statementTimeoutMs,
    query_timeout: config.statementTimeoutMs + ANSWER_GRACE_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    // Values are read by their types in `postgres_values.ts`.
    types: { getTypeParser: () => (text: string) => text },
  };
}
