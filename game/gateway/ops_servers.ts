import type { Clock } from "../../core/clock.ts";
import type { PubSub } from "../../core/ports/pub_sub.ts";
import type { Subscription } from "../../core/ports/subscription.ts";
import {
  SERVER_LOST_MS,
  SERVER_STATUS_SUBJECT,
  type ServerStatus,
  tryParseServerStatus,
} from "../../core/protocol/server_status.ts";

/** How long a server that is lost is still shown, in milliseconds. */
export const LOST_SHOWN_MS = 600_000;
/** Servers that are known at once; of too many the one not heard for longest is forgotten. */
export const SERVERS_MAX = 1_000;

/** A game server as its broadcasts say. */
export interface HeardServer {
  /** What it said last. */
  readonly status: ServerStatus;
  /** When it was first heard here, in milliseconds since the epoch. */
  readonly firstHeardMs: number;
  /** When it was last heard, in milliseconds since the epoch. */
  readonly lastHeardMs: number;
  /** Since when what it said of itself is that it drains; undefined: it does not. */
  readonly drainingSinceMs: number | undefined;
  /** How long it has been silent, in milliseconds. */
  readonly silentMs: number;
}

type Entry = Omit<HeardServer, "silentMs"> & { readonly heardAtMs: number };

/** The game servers that are there, or were a moment ago, as their own broadcasts say. */
export class OpsServers {
  readonly #clock: Clock;
  readonly #subscription: Subscription;
  readonly #sinceMs: number;
  /** Those not heard for longest first. */
  readonly #entries = new Map<string, Entry>();

  /** Listens until it is closed. */
  constructor({ pubSub, clock }: { readonly pubSub: PubSub; readonly clock: Clock }) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
    this.#subscription = pubSub.subscribe(SERVER_STATUS_SUBJECT, ({ payload }) => {
      const status = tryParseServerStatus(payload);
      if (status !== undefined) this.#observe(status);
    });
  }

  /** For how long it has listened, in milliseconds: less than a period, and nobody may have spoken yet. */
  get listeningMs(): number {
    return this.#clock.monotonicMs() - this.#sinceMs;
  }

  /** All of them, also those that are lost. */
  list(): HeardServer[] {
    const nowMs = this.#clock.monotonicMs();
    for (const [serverId, { heardAtMs }] of this.#entries) {
      if (nowMs - heardAtMs < LOST_SHOWN_MS) break;
      this.#entries.delete(serverId);
    }
    return [...this.#entries.values()].map(({ heardAtMs, ...server }) => ({
      ...server,
      silentMs: nowMs - heardAtMs,
    }));
  }

  /** The ids of those that are not lost. */
  aliveIds(): string[] {
    const alive = this.list().filter(({ silentMs }) => silentMs < SERVER_LOST_MS);
    return alive.map(({ status }) => status.serverId);
  }

  /** Listens no more. */
  close(): Promise<void> {
    return this.#subscription.close();
  }

  #observe(status: ServerStatus): void {
    const { serverId, draining } = status;
    const nowMs = this.#clock.nowMs();
    const known = this.#entries.get(serverId);
    this.#entries.delete(serverId);
    this.#entries.set(serverId, {
      status,
      firstHeardMs: known?.firstHeardMs ?? nowMs,
      lastHeardMs: nowMs,
      drainingSinceMs: draining ? known?.drainingSinceMs ?? nowMs : undefined,
      heardAtMs: this.#clock.monotonicMs(),
    });
    if (this.#entries.size <= SERVERS_MAX) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
