import type { Clock } from "./clock.ts";
import type { Health } from "./health.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { ConstantsSource } from "./ports/constants_source.ts";
import type { EventLog } from "./ports/event_log.ts";
import type { KvStore } from "./ports/kv_store.ts";
import type { PubSub } from "./ports/pub_sub.ts";
import type { Rpc } from "./ports/rpc.ts";
import type { SqlDatabase } from "./ports/sql_database.ts";
import type { WorkQueue } from "./ports/work_queue.ts";

/** What every service is given, whatever it does. */
export interface ServiceContext {
  /** Names the service in each line. */
  readonly log: Log;
  /** The only source of time: a test moves it. */
  readonly clock: Clock;
  /** Where the service registers what it counts; served at `/metrics`. */
  readonly metrics: Metrics;
  /** What `/readyz` answers; the service marks its own start and draining. */
  readonly health: Health;
}

/** Every port that a service may ask for, by name. */
export interface Ports {
  /** History: ordered per key, replayable, at least once. */
  readonly eventLog: EventLog;
  /** Acknowledged work with redelivery and dead letters, and fanout exchanges. */
  readonly workQueue: WorkQueue;
  /** A request to another service and its reply, with a deadline. */
  readonly rpc: Rpc;
  /** At most once and fast: server status, match input and state. */
  readonly pubSub: PubSub;
  /** What servers share for a while: owners of matches, tickets, caches. */
  readonly kvStore: KvStore;
  /** Transactions: accounts and what belongs to them. */
  readonly database: SqlDatabase;
  /** The table that the status worker reads. */
  readonly constants: ConstantsSource;
}

/** Where a service can be reached: a transport, and the address that was bound. */
export interface ServiceAddress {
  /** `http` is TCP too: it says what is spoken there. */
  readonly transport: "tcp" | "udp" | "http";
  /** As bound: `0.0.0.0` is not an address that a client can connect to. */
  readonly hostname: string;
  /** The port that was bound, also where 0 was asked for. */
  readonly port: number;
}

/** A service that runs. */
export interface RunningService<Name extends string = string> {
  /** What it listens on, by a name such as `tcp` or `ops`. */
  readonly addresses: Readonly<Record<Name, ServiceAddress>>;
  /** Reads again what an operator has exchanged under it, such as a certificate; where there is such. */
  reload?(): Promise<void>;
  /** Takes no more work, finishes what is in hand within its drain time, and ends. */
  close(): Promise<void>;
}
