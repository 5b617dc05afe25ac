/**
 * The part of `npm:pg` that is used here. Its types on npm bring Node's, which change the meaning of global
 * names such as `CryptoKey` for the whole program, and lack `queryMode`.
 *
 * @module
 */

/** How a connection is made (https://node-postgres.com/apis/client). */
export interface ClientConfig {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** The database. */
  readonly database: string;
  /** The user. */
  readonly user: string;
  /** The password; a text that is empty would make the client look for one in files. */
  readonly password: () => string;
  /** Options of `node:tls`; false: not encrypted. */
  readonly ssl: false | object;
  /** The name under which the server shows us. */
  readonly application_name: string;
  /** How texts are encoded. */
  readonly client_encoding: string;
  /** Settings of the server, as on its command line. */
  readonly options: string;
  /** How long connecting may take. */
  readonly connectionTimeoutMillis: number;
  /** How long the server lets a statement take, in milliseconds. */
  readonly statement_timeout: number;
  /** How long the client waits for an answer, in milliseconds. */
  readonly query_timeout: number;
  /** How long a transaction may wait for its next statement, in milliseconds. */
  readonly idle_in_transaction_session_timeout: number;
  /** Whether the system looks after silent connections. */
  readonly keepAlive: boolean;
  /** What makes a value of its text. */
  readonly types: { readonly getTypeParser: () => (text: string) => string };
}

/** The same for a pool (https://node-postgres.com/apis/pool). */
export interface PoolConfig extends ClientConfig {
  /** Connections at once. */
  readonly max: number;
  /** Connections that are kept although nobody uses them. */
  readonly min: number;
  /** How long the others are kept. */
  readonly idleTimeoutMillis: number;
}

/** A statement, to be sent alone. */
export interface QueryConfig {
  /** One statement, with parameters written `$1`, `$2`, …. */
  readonly text: string;
  /** The parameters: as text, as bytes, or null. */
  readonly values: readonly (string | Uint8Array | null)[];
  /** Rows come as lists. */
  readonly rowMode: "array";
  /** The protocol that takes one statement and no more. */
  readonly queryMode: "extended";
}

/** What a statement came to. */
export interface QueryResult {
  /** The columns: names, and numbers of types. */
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
  /** The rows, each value as text. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** The first word of the server's answer; null where there was no statement. */
  readonly command: string | null;
  /** The number in the server's answer, if there is one. */
  readonly rowCount: number | null;
}

/** A connection. */
export class Client {
  /** Does not connect yet. */
  constructor(config: ClientConfig);
  /** The protocol's side of it. */
  readonly connection: { readonly stream: { destroy(): void } };
  /** Connects, once. */
  connect(): Promise<unknown>;
  /** Says goodbye; resolves when the server has closed. */
  end(): Promise<void>;
  /** Runs a statement. */
  query(query: QueryConfig): Promise<QueryResult>;
  /** As the server said last: idle, in a transaction, or in one that failed; null before that. */
  getTransactionStatus(): "I" | "T" | "E" | null;
  /** It broke; without a listener the process ends. */
  on(event: "error", listener: (error: Error) => void): this;
  /** Its socket is closed. */
  once(event: "end", listener: () => void): this;
}

/** A connection out of a pool. */
export interface PoolClient extends Client {
  /** Gives it back, to be closed where `destroy` is true. */
  release(destroy?: boolean): void;
}

/** A bounded number of connections. */
export class Pool {
  /** Connects when it has to. */
  constructor(config: PoolConfig);
  /** A connection that nobody else has until it is released. */
  connect(): Promise<PoolClient>;
  /** Says goodbye on all connections, without waiting for the server to close them. */
  end(): Promise<void>;
  /** A connection was made. */
  on(event: "connect", listener: (client: PoolClient) => void): this;
  /** An idle one broke; without a listener the process ends. */
  on(event: "error", listener: (error: Error) => void): this;
}

/** What the server answers in place of a result. */
export class DatabaseError extends Error {
  /** `ERROR`, `FATAL` or `PANIC`. */
  readonly severity: string | undefined;
  /** Five characters (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
  readonly code: string | undefined;
}
