// Long because it is the whole of one port, operation by operation.
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { KvStore, ScoredMember, TtlOptions } from "../ports/kv_store.ts";
import { BrokerLink } from "./broker_link.ts";
import type { RedisClient } from "./redis_client.ts";
import type { RedisConfig } from "./redis_config.ts";
import { COMPARE_AND_SET, INCREMENT, runScript } from "./redis_scripts.ts";
import { openRedisSession } from "./redis_session.ts";

/** Keys that one step of a scan looks at. */
const SCAN_KEYS = 1_000;

/** What a {@linkcode RedisKvStore} needs. */
export interface RedisKvStoreOptions {
  /** Which server. */
  readonly config: RedisConfig;
  /** Sets pauses and heartbeats. */
  readonly clock: Clock;
  /** Spreads pauses: 0 to 1. */
  readonly random: () => number;
  /** Told when the server comes and goes. */
  readonly log: Log;
  /** Called when the server can be used and when it cannot; must not throw. */
  readonly onState?: (isUp: boolean, reason?: string) => void;
  /** What `CLIENT LIST` calls the connection: no spaces. Default `tanks`. */
  readonly name?: string;
  /** Commands that wait for an answer; one more rejects. Default 10 000. */
  readonly commandsMax?: number;
}

/**
 * Opens a {@linkcode KvStore} on Redis and waits for its first attempt to connect, however that ends:
 * where the server is not there, it goes on trying.
 */
export async function openRedisKvStore(options: RedisKvStoreOptions): Promise<RedisKvStore> {
  const store = new RedisKvStore(options);
  await store.attempted;
  return store;
}

/**
 * A {@linkcode KvStore} on Redis, from 6.2 on. While the server is away everything rejects at once; a
 * command without an answer rejects at its deadline or when the connection is lost, and may have been
 * done all the same. Members of equal score are ordered by their UTF-8 bytes.
 */
export class RedisKvStore implements KvStore {
  readonly #prefix: string;
  readonly #commandTimeoutMs: number;
  readonly #commandsMax: number;
  readonly #link: BrokerLink<RedisClient>;
  #commandCount = 0;

  /** Begins to connect. */
  constructor(options: RedisKvStoreOptions) {
    const { config, clock, random, log, onState, name = "tanks", commandsMax = 10_000 } = options;
    this.#prefix = config.keyPrefix;
    this.#commandTimeoutMs = config.commandTimeoutMs;
    this.#commandsMax = commandsMax;
    this.#link = new BrokerLink({
      broker: "redis",
      dial: () => openRedisSession({ config, name, clock }),
      clock,
      random,
      log,
      ...(onState === undefined ? {} : { onState }),
    });
  }

  /** Resolves once the first attempt to connect has come to something or to nothing. */
  get attempted(): Promise<void> {
    return this.#link.attempted;
  }

  get(key: string): Promise<string | undefined> {
    return this.#run("get", key, async (redis, name) => await redis.get(name) ?? undefined);
  }

  set(key: string, value: string, options?: TtlOptions): Promise<void> {
    return this.#run("set", key, async (redis, name) => {
      const ttlMs = wholeTtlMs(options);
      if (ttlMs === undefined) await redis.set(name, value);
      else await redis.set(name, value, "PX", ttlMs);
    });
  }

  compareAndSet(
    key: string,
    expected: string | undefined,
    next: string | undefined,
    options?: TtlOptions,
  ): Promise<boolean> {
    return this.#run("compare and set", key, async (redis, name) => {
      const args = [mark(expected), mark(next), String(wholeTtlMs(options) ?? "")];
      return await runScript(redis, COMPARE_AND_SET, { key: name, args }) === 1;
    });
  }

  take(key: string): Promise<string | undefined> {
    return this.#run("take", key, async (redis, name) => await redis.getdel(name) ?? undefined);
  }

  delete(key: string): Promise<boolean> {
    return this.#run("delete", key, async (redis, name) => await redis.del(name) > 0);
  }

  increment(key: string, by: number, options?: TtlOptions): Promise<number> {
    return this.#run("increment", key, async (redis, name) => {
      const args = [String(by), String(wholeTtlMs(options) ?? "")];
      const sum = await runScript(redis, INCREMENT, { key: name, args });
      if (typeof sum !== "string") throw new Error("the value or the sum is no exact integer");
      return Number(sum);
    });
  }

  ttlMs(key: string): Promise<number | undefined> {
    return this.#run("read the time to live of", key, async (redis, name) => {
      const leftMs = await redis.pttl(name);
      // Below 0: absent, or it lives for ever.
      return leftMs < 0 ? undefined : leftMs;
    });
  }

  keys(prefix: string, limit: number): Promise<string[]> {
    return this.#run("list", prefix, async (redis, name) => {
      const pattern = `${name.replaceAll(/[\\*?[\]]/g, "\\$&")}*`;
      // A scan may come by a key twice.
      const found = new Set<string>();
      let cursor = "0";
      do {
        if (found.size >= limit) break;
        const [next, names] = await redis.scan(cursor, "MATCH", pattern, "COUNT", SCAN_KEYS);
        for (const name of names) found.add(name.slice(this.#prefix.length));
        cursor = next;
      } while (cursor !== "0");
      return [...found].slice(0, Math.max(0, limit));
    });
  }

  sortedSetAdd(key: string, member: string, score: number): Promise<void> {
    return this.#run("add to", key, async (redis, name) => {
      await redis.zadd(name, toScore(score), member);
    });
  }

  sortedSetRemove(key: string, member: string): Promise<boolean> {
    return this.#run("remove from", key, async (redis, name) => await redis.zrem(name, member) > 0);
  }

  sortedSetRange(
    key: string,
    range: { readonly min: number; readonly max: number; readonly limit: number },
  ): Promise<ScoredMember[]> {
    return this.#run("read", key, async (redis, name) => {
      const [min, max] = [toScore(range.min), toScore(range.max)];
      // Redis takes a negative count for all.
      const count = range.limit === Infinity ? -1 : Math.max(0, Math.ceil(range.limit));
      const flat = await redis.zrangebyscore(name, min, max, "WITHSCORES", "LIMIT", 0, count);
      return toScoredMembers(flat);
    });
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #run<T>(
    action: string,
    key: string,
    step: (redis: RedisClient, name: string) => Promise<T>,
  ): Promise<T> {
    const redis = this.#link.current;
    const refuse = (why: string, options?: ErrorOptions): Error =>
      new Error(`Cannot ${action} ${key}: ${why}`, options);
    if (redis === undefined) throw refuse(`Redis is not there: ${this.#link.reason}`);
    if (this.#commandCount >= this.#commandsMax) {
      throw refuse(`${this.#commandsMax} commands wait for Redis`);
    }
    this.#commandCount++;
    try {
      return await step(redis, this.#prefix + key);
    } catch (error) {
      if (error instanceof RangeError) throw new RangeError(refuse(error.message).message);
      throw refuse(this.#describe(error), { cause: error });
    } finally {
      this.#commandCount--;
    }
  }

  #describe(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    if (message === "Command timed out") return `no answer within ${this.#commandTimeoutMs} ms`;
    return message.startsWith("WRONGTYPE") ? "it holds another kind of value" : message;
  }
}

/** Redis counts in whole milliseconds. @throws RangeError where there is no time to live */
function wholeTtlMs(options: TtlOptions | undefined): number | undefined {
  const ttlMs = options?.ttlMs;
  if (ttlMs === undefined) return undefined;
  if (ttlMs > 0 && ttlMs <= Number.MAX_SAFE_INTEGER) return Math.ceil(ttlMs);
  throw new RangeError(`the time to live must be above 0, is ${ttlMs}`);
}

/** An absent value is told from an empty one by what stands before it. */
function mark(value: string | undefined): string {
  return value === undefined ? "" : `=${value}`;
}

/** @throws RangeError where it is no number */
function toScore(score: number): string {
  if (Number.isNaN(score)) throw new RangeError("the score is no number");
  return score === Infinity ? "+inf" : score === -Infinity ? "-inf" : String(score);
}

function toScoredMembers(flat: readonly string[]): ScoredMember[] {
  const members: ScoredMember[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    members.push({ member: flat[index] ?? "", score: parseScore(flat[index + 1] ?? "") });
  }
  return members;
}

function parseScore(text: string): number {
  return text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
}
