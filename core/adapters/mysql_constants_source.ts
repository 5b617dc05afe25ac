import { connect as openSocket, type Socket } from "node:net";
import { type Connection, type ConnectionOptions, createConnection } from "mysql2";
import type { Clock } from "../clock.ts";
import type { ConstantRow, ConstantsSource } from "../ports/constants_source.ts";
import { WorkInHand } from "../ports/work_in_hand.ts";
import { readTlsOptions } from "./tls_options.ts";
import { errorMessage } from "./error_message.ts";
import { describeMysql, type MysqlConfig } from "./mysql_config.ts";

/** Reads at once, each on a connection of its own; beyond it they reject. */
const READS_MAX = 64;
/** A table that has more is not the one that was meant. */
const ROWS_MAX = 10_000;
/** How long the server may take for a goodbye. */
const GOODBYE_MS = 1_000;

/** What a {@linkcode MysqlConstantsSource} needs. */
export interface MysqlConstantsSourceOptions {
  /** Which server. */
  readonly config: MysqlConfig;
  /** Ends a read at its deadline. */
  readonly clock: Clock;
}

/**
 * A {@linkcode ConstantsSource} on MySQL or MariaDB. Each read connects anew, because they are minutes
 * apart: nothing has to be kept alive, and a server that was down is there again by itself. Nothing is ever
 * written.
 */
export class MysqlConstantsSource implements ConstantsSource {
  readonly #options: MysqlConstantsSourceOptions;
  readonly #connectionOptions: ConnectionOptions;
  readonly #inHand = new WorkInHand();
  #isClosed = false;

  /** Does not connect yet. @throws Error when a certificate cannot be read */
  constructor(options: MysqlConstantsSourceOptions) {
    this.#options = options;
    this.#connectionOptions = toConnectionOptions(options.config);
  }

  /** Every row, by name. At the deadline the server gives up the query and the connection is dropped. */
  async read({ deadlineMs }: { readonly deadlineMs: number }): Promise<ConstantRow[]> {
    if (this.#isClosed) throw new Error("Cannot read constants: the source is closed");
    if (this.#inHand.count >= READS_MAX) {
      throw new Error(`Cannot read constants: ${READS_MAX} reads are in hand`);
    }
    this.#inHand.begin();
    try {
      return await this.#read(deadlineMs);
    } catch (error) {
      const where = describeMysql(this.#options.config);
      throw new Error(`Cannot read constants from ${where}: ${errorMessage(error)}`, {
        cause: error,
      });
    } finally {
      this.#inHand.end();
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#inHand.none();
  }

  async #read(deadlineMs: number): Promise<ConstantRow[]> {
    const { clock } = this.#options;
    const endsAtMs = clock.monotonicMs() + deadlineMs;
    const late = Promise.withResolvers<never>();
    // Our own, because the client's `destroy` waits for the server to close too.
    const socket = this.#openSocket();
    const connection = createConnection({ ...this.#connectionOptions, stream: () => socket });
    connection.on("error", (error) => late.reject(error));
    const cancel = clock.after(deadlineMs, () => {
      late.reject(new Error(`no answer within ${deadlineMs} ms`));
    });
    const read = async (): Promise<ConstantRow[]> => {
      await connected(connection);
      await query(connection, "SET SESSION TRANSACTION READ ONLY");
      const leftMs = Math.max(1, Math.ceil(endsAtMs - clock.monotonicMs()));
      return toRows(await query(connection, selectWithin(leftMs)));
    };
    try {
      const rows = await Promise.race([late.promise, read()]);
      await sayGoodbye(connection, socket, clock);
      return rows;
    } finally {
      cancel();
      // Without this the server would go on, and so would we, where it never answers.
      socket.destroy();
    }
  }

  #openSocket(): Socket {
    const { host, port } = this.#options.config;
    const socket = host.startsWith("/") ? openSocket(host) : openSocket(port, host);
    return socket.setNoDelay(true);
  }
}

/**
 * The query, with its limit for either server: MariaDB runs what stands in the first comment, MySQL obeys
 * the hint in the second, and each takes the other's for a comment. Values become text where their types
 * are known: in the server.
 */
function selectWithin(limitMs: number): string {
  const text = (column: string): string => `CONVERT(${column} USING utf8mb4)`;
  return `/*M! SET STATEMENT max_statement_time = ${limitMs / 1_000} FOR */
    SELECT /*+ MAX_EXECUTION_TIME(${limitMs}) */
      ${text("Name")}, ${text("Value")}, ${text("Description")}
    FROM constants ORDER BY Name LIMIT ${ROWS_MAX + 1}`;
}

function connected(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) =>
    connection.connect((error) => error === null ? resolve() : reject(error))
  );
}

function query(connection: Connection, sql: string): Promise<unknown> {
  return new Promise((resolve, reject) =>
    connection.query(
      { sql, rowsAsArray: true },
      (error, result) => error === null ? resolve(result) : reject(error),
    )
  );
}

/** Lets the server close the connection, so that it counts no client that broke off. */
async function sayGoodbye(connection: Connection, socket: Socket, clock: Clock): Promise<void> {
  const closed = Promise.withResolvers<void>();
  socket.once("close", () => closed.resolve());
  const cancel = clock.after(GOODBYE_MS, () => closed.resolve());
  connection.end(() => {
    // What is wrong with a goodbye is of no use to anybody.
  });
  await closed.promise;
  cancel();
}

function toRows(result: unknown): ConstantRow[] {
  if (!Array.isArray(result)) throw new Error("the answer has no rows");
  if (result.length > ROWS_MAX) throw new Error(`the table has more than ${ROWS_MAX} rows`);
  return result.map((row: unknown) => {
    if (!Array.isArray(row)) throw new Error("the answer has a row without columns");
    const [name, value, description] = row.map((cell: unknown) => String(cell ?? ""));
    return { name: name ?? "", value: value ?? "", description: description ?? "" };
  });
}

function toConnectionOptions(config: MysqlConfig): ConnectionOptions {
  const { host, port, database, username, password, tls } = config;
  return {
    ...(host.startsWith("/") ? { socketPath: host } : { host, port }),
    database,
    user: username,
    password,
    charset: "utf8mb4_general_ci",
    // The deadline of each read counts.
    connectTimeout: 0,
    // A server may not ask for our files, and the client makes no code out of column names.
    flags: ["-LOCAL_FILES"],
    disableEval: true,
    ...(tls === undefined
      ? {}
      : { ssl: { ...readTlsOptions(tls, tls.verify), verifyIdentity: tls.verify === "host" } }),
  };
}
