import type { BinaryConnection } from "./binary_connection.ts";

/** How long a connection that has ended is remembered, to say so to a client that missed it. */
export const ENDED_REMEMBERED_MS = 5_000;

/** The connections of a server: those that go on, and for a while those that have ended. */
export class ConnectionTable {
  /** By id as a signed number, which V8 looks up faster: it is no object of its own. */
  readonly #byId = new Map<number, BinaryConnection>();
  readonly #byResumeToken = new Map<string, BinaryConnection>();
  readonly #tokens = new WeakMap<BinaryConnection, readonly string[]>();
  readonly #onRemoved: (connection: BinaryConnection) => void;
  readonly #onAdded: (connection: BinaryConnection) => void;

  /** Empty; `onRemoved` is told of each that is forgotten, `onAdded` of each that is added. */
  constructor(
    onRemoved: (connection: BinaryConnection) => void,
    onAdded: (connection: BinaryConnection) => void = (): void => {},
  ) {
    this.#onRemoved = onRemoved;
    this.#onAdded = onAdded;
  }

  /** How many there are, those that have ended included. */
  get size(): number {
    return this.#byId.size;
  }

  /** The connection of this id. */
  find(id: number): BinaryConnection | undefined {
    return this.#byId.get(id | 0);
  }

  /**
   * The connection whose player may come back with this token; it goes on, or the player is gone. A token
   * that was used is good until the client has shown that it has heard of the next one: the answer that
   * told it may be lost, and the client at another address by then.
   */
  findByResumeToken(token: Uint8Array): BinaryConnection | undefined {
    const text = token.toHex();
    const connection = this.#byResumeToken.get(text);
    if (connection === undefined) return undefined;
    const isOwn = this.#tokens.get(connection)?.[0] === text;
    return isOwn || !connection.isHeard ? connection : undefined;
  }

  /**
   * Adds a connection; its player may come back with the token for as long as it goes on.
   *
   * @param used the token with which the player has come back
   */
  add(connection: BinaryConnection, resumeToken: Uint8Array, used?: Uint8Array): void {
    const tokens = [resumeToken.toHex(), ...(used === undefined ? [] : [used.toHex()])];
    this.#byId.set(connection.id | 0, connection);
    for (const token of tokens) this.#byResumeToken.set(token, connection);
    this.#tokens.set(connection, tokens);
    this.#onAdded(connection);
  }

  /** Forgets a connection. */
  remove(connection: BinaryConnection): void {
    if (this.#byId.get(connection.id | 0) !== connection) return;
    this.#byId.delete(connection.id | 0);
    for (const token of this.#tokens.get(connection) ?? []) {
      // It may have been used since, for a connection that goes on.
      if (this.#byResumeToken.get(token) === connection) this.#byResumeToken.delete(token);
    }
    this.#onRemoved(connection);
  }

  /** Forgets those that ended a while ago. */
  expire(nowMs: number): void {
    for (const connection of this.#byId.values()) {
      if (connection.endReason === undefined) continue;
      if (nowMs - connection.endedAtMs >= ENDED_REMEMBERED_MS) this.remove(connection);
    }
  }
}
