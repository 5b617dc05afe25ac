import { TokenVerifier } from "../core/auth/token_verifier.ts";
import type { JsonObject } from "../core/json.ts";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { Metrics } from "../core/metrics.ts";
import type { EventLog, NewEvent } from "../core/ports/event_log.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { migrate } from "../core/ports/migrations.ts";
import type { SqlDatabase } from "../core/ports/sql_database.ts";
import { openSqliteDatabase } from "../core/ports/sqlite_database.ts";
import { SQLITE_IN_MEMORY } from "../core/ports/sqlite_file.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import { AccountChanges } from "./account_changes.ts";
import { AccountStore } from "./account_store.ts";
import { AuthEvents } from "./auth_events.ts";
import type { AuthParts } from "./auth_parts.ts";
import { HashQueue } from "./hash_queue.ts";
import { KeyRing } from "./key_ring.ts";
import { LoginThrottle } from "./login_throttle.ts";
import { AUTH_MIGRATIONS, AUTH_SCHEMA } from "./migrations.ts";
import type { ScryptParameters } from "./password_hash.ts";
import { PasswordHasher } from "./password_hasher.ts";
import { RevocationPublisher } from "./revocation_publisher.ts";
import { RevokedSessions } from "./revoked_sessions.ts";
import { SessionStore } from "./session_store.ts";
import { SigningKeys } from "./signing_keys.ts";
import { TokenIssuer } from "./tokens.ts";

/** The cheapest scrypt there is, for tests: under a millisecond in place of a sixth of a second. */
export const CHEAP_SCRYPT: ScryptParameters = { costLog2: 4, blockSize: 1, parallelization: 1 };

/** The seconds and milliseconds that tokens live in a fixture. */
export const FIXTURE_TTL = { accessTokenS: 900, refreshTokenMs: 3_600_000 } as const;

/** How a fixture slows guessing down: after three failures, by seconds. */
export const FIXTURE_THROTTLE = {
  account: { failuresFree: 3, forgetMs: 60_000, delayMs: 1_000, delayMsMax: 300_000 },
  address: { failuresFree: 1_000, forgetMs: 10_000, delayMs: 1_000, delayMsMax: 900_000 },
} as const;

/** The parts of auth on a database in memory, for tests. */
export interface AuthFixture extends AsyncDisposable {
  /** The parts themselves. */
  readonly parts: AuthParts;
  /** Their clock. */
  readonly clock: ManualClock;
  /** Their database. */
  readonly database: SqlDatabase;
  /** What they share with other services. */
  readonly kvStore: MemoryKvStore;
  /** Their hash queue. */
  readonly queue: HashQueue;
  /** What they wrote into the event log, without the envelope. */
  readonly events: readonly JsonObject[];
}

/** Opens a database in memory with auth's tables. */
export async function openMigratedDatabase(clock: ManualClock): Promise<SqlDatabase> {
  const database = openSqliteDatabase({ path: SQLITE_IN_MEMORY, fullSync: false });
  await migrate(database, { name: AUTH_SCHEMA, steps: AUTH_MIGRATIONS, clock });
  return database;
}

/** Opens the parts of auth; `overrides` replace some of them. */
export async function openAuthFixture(
  overrides: Partial<AuthParts> = {},
): Promise<AuthFixture> {
  const clock = new ManualClock();
  const database = await openMigratedDatabase(clock);
  const queue = new HashQueue({
    inFlightMax: 2,
    waitingMax: 1_000,
    waitMaxMs: 60_000,
    clock,
  });
  const log = silentLog;
  const kvStore = new MemoryKvStore({ clock });
  const keys = await KeyRing.open({ keys: new SigningKeys({ database, clock }), clock, log });
  const revoked = new RevokedSessions(database);
  const revocations = new RevocationPublisher({ revoked, kvStore, clock, log });
  const fallbacks = new Metrics({ process: false }).counter({ name: "fallbacks", help: "-" });
  const events: JsonObject[] = [];
  const eventLog = recordingEventLog(events);
  let idCount = 0;
  const newId = (): string => `id-${++idCount}`;
  const writer = new EventWriter({ eventLog, clock, serverId: "auth-test", newId: () => "event" });
  const parts: AuthParts = {
    accounts: new AccountStore(database),
    changes: new AccountChanges(database),
    sessions: new SessionStore(database),
    revocations,
    throttle: new LoginThrottle({ kvStore, clock, log, fallbacks, ...FIXTURE_THROTTLE }),
    hasher: new PasswordHasher(queue, CHEAP_SCRYPT),
    issuer: new TokenIssuer({
      signer: () => keys.signer(),
      ttlS: FIXTURE_TTL.accessTokenS,
      clock,
      newId,
    }),
    verifier: new TokenVerifier({
      fetchKeys: () => keys.published(),
      fetchIntervalMs: 1_000,
      keysMaxAgeMs: 1_000,
      clock,
    }),
    keys,
    events: new AuthEvents(writer),
    clock,
    newId,
    uniformFailures: false,
    refreshTokenTtlMs: FIXTURE_TTL.refreshTokenMs,
    ...overrides,
  };
  return {
    parts,
    clock,
    database,
    kvStore,
    queue,
    events,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([keys.close(), revocations.close()]);
      await database.close();
    },
  };
}

/** An event log that keeps `topic`, `key` and the body of each event in `events`. */
export function recordingEventLog(events: JsonObject[]): EventLog {
  return {
    append: ({ topic, key, value }: NewEvent) => {
      const { timestamp: _timestamp, event_id: _id, server_id: _server, ...body } = value;
      events.push({ topic, key, ...body });
    },
    flush: () => Promise.resolve(),
    read: () => {
      throw new Error("Cannot read: a recording log keeps no positions");
    },
    subscribe: () =>
      Promise.reject(new Error("Cannot subscribe: a recording log delivers nothing")),
    close: () => Promise.resolve(),
  };
}
