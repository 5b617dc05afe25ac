import type { Clock } from "../core/clock.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import {
  encodeServerStatus,
  SERVER_STATUS_SUBJECT,
  type ServerStatus,
} from "../core/protocol/server_status.ts";

/** What a beacon works with. */
export interface ServerBeaconOptions {
  /** Carries the broadcasts. */
  readonly pubSub: PubSub;
  /** Says when to send. */
  readonly clock: Clock;
  /** How the server is now. */
  readonly describe: () => ServerStatus;
  /** Milliseconds between two broadcasts. */
  readonly periodMs: number;
}

/** Broadcasts that run. */
export interface ServerBeacon {
  /** Sends how the server is now, without waiting for its turn: when it begins to drain. */
  announce(): void;
  /** Sends no more. */
  close(): void;
}

/** Says on `server.status` how this server is: at once, then every `periodMs`. */
export function startServerBeacon(options: ServerBeaconOptions): ServerBeacon {
  const { pubSub, clock, describe, periodMs } = options;
  const announce = (): void => {
    pubSub.publish(SERVER_STATUS_SUBJECT, encodeServerStatus(describe()));
  };
  announce();
  const close = clock.every(periodMs, announce);
  return { announce, close };
}
