/**
 * Why a connection ended. `client_closed`: the client shut its side and everything it sent was
 * answered. `idle`: no complete line in time. `slow_reader`: the client did not take what we wrote.
 * `server_closed`: the server ends. `protocol_closed`: the protocol closed it, or failed. `reset`: the
 * network or the client broke it off.
 */
export type CloseReason =
  | "client_closed"
  | "idle"
  | "line_too_long"
  | "slow_reader"
  | "server_closed"
  | "protocol_closed"
  | "reset";

/**
 * What is spoken on one connection, without sockets or timers. Whatever throws or rejects in here is
 * logged and closes the connection.
 */
export interface LineProtocol {
  /** Called once, first; a greeting can be written here. */
  open?(): void;
  /**
   * Takes one line without its newline; the bytes are the protocol's to keep. The next line comes only
   * after the promise has resolved, so that replies stay in order.
   */
  onLine(line: Uint8Array): void | Promise<void>;
  /** A line was too long: what is written now is the last, then the server closes. */
  onLineTooLong(): void;
  /** No complete line in time: what is written now is the last, then the server closes. */
  onIdle(): void;
  /**
   * Called exactly once, last, whatever happened. A promise of `onLine` may still be pending: what it
   * writes afterwards goes nowhere.
   */
  onClose(reason: CloseReason): void;
}

/** A connection as its protocol sees it. */
export interface LineConnection {
  /** The client's address. */
  readonly remote: { readonly hostname: string; readonly port: number };
  /** Unlike that of any other connection of the server. */
  readonly id: number;
  /**
   * Queues a line; the newline is added. Never blocks or throws: a client for whom more than the
   * bound is queued is dropped as a slow reader. Does nothing once the connection is closing.
   */
  write(text: string): void;
  /** Sends what is queued and closes; lines that wait are not handled. Calling it again does nothing. */
  close(): void;
}
