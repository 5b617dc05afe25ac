/**
 * The part of the library's client that is used here: Redis' own commands
 * (https://redis.io/docs/latest/commands/).
 *
 * @module
 */

/** A connection to a server; every command rejects with what the server says against it. */
export interface RedisClient {
  /** The value; null where it is absent. */
  get(key: string): Promise<string | null>;
  /** Sets a value that lives for ever. */
  set(key: string, value: string): Promise<unknown>;
  /** Sets a value that lives for so many milliseconds. */
  set(key: string, value: string, unit: "PX", ttlMs: number): Promise<unknown>;
  /** The value, removed; null where it is absent. */
  getdel(key: string): Promise<string | null>;
  /** How many of the keys there were. */
  del(key: string): Promise<number>;
  /** Milliseconds left; below 0 where it is absent or lives for ever. */
  pttl(key: string): Promise<number>;
  /** Where to go on, `0` at the end, and some keys. */
  scan(
    cursor: string,
    match: "MATCH",
    pattern: string,
    count: "COUNT",
    keys: number,
  ): Promise<[cursor: string, keys: string[]]>;
  /** How many members are new. */
  zadd(key: string, score: string, member: string): Promise<unknown>;
  /** How many there were. */
  zrem(key: string, member: string): Promise<number>;
  /** Members and scores by turns. */
  zrangebyscore(
    key: string,
    min: string,
    max: string,
    scores: "WITHSCORES",
    limit: "LIMIT",
    offset: number,
    count: number,
  ): Promise<string[]>;
  /** Runs a script by its text. */
  eval(lua: string, keyCount: number, ...keysAndArgs: string[]): Promise<unknown>;
  /** Runs a script that the server has. */
  evalsha(sha: string, keyCount: number, ...keysAndArgs: string[]): Promise<unknown>;
}
