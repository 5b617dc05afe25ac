import type { Clock } from "../core/clock.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import type { Subscription } from "../core/ports/subscription.ts";
import {
  SERVER_STATUS_PERIOD_MS,
  SERVER_STATUS_SUBJECT,
  type ServerStatus,
  tryParseServerStatus,
} from "../core/protocol/server_status.ts";

const MISSED_MAX = 3;
const PEERS_MAX = 10_000;

/** The other game servers, as their own broadcasts say. */
export class PeerServers {
  readonly #clock: Clock;
  readonly #ownId: string;
  readonly #peers = new Map<string, { readonly status: ServerStatus; readonly heardMs: number }>();

  #onNew: () => void = (): void => {};

  /** Knows of nobody yet. */
  constructor(options: { readonly clock: Clock; readonly ownId: string }) {
    this.#clock = options.clock;
    this.#ownId = options.ownId;
  }

  /** Listens from now on. */
  listen(pubSub: PubSub): Subscription {
    return pubSub.subscribe(SERVER_STATUS_SUBJECT, ({ payload }) => {
      const status = tryParseServerStatus(payload);
      if (status !== undefined) this.observe(status);
    });
  }

  /** Calls back for each server that was not known before. */
  whenNew(callback: () => void): void {
    this.#onNew = callback;
  }

  /** Takes a broadcast. */
  observe(status: ServerStatus): void {
    const { serverId } = status;
    if (serverId === this.#ownId) return;
    const isNew = !this.#peers.has(serverId);
    if (isNew && this.#peers.size >= PEERS_MAX) return;
    this.#peers.set(serverId, { status, heardMs: this.#clock.monotonicMs() });
    if (isNew) this.#onNew();
  }

  /** Those that take a match, of the region first and the emptiest of each first. */
  withRoom(region: string): ServerStatus[] {
    const nowMs = this.#clock.monotonicMs();
    const able: ServerStatus[] = [];
    for (const [serverId, { status, heardMs }] of this.#peers) {
      if (nowMs - heardMs >= SERVER_STATUS_PERIOD_MS * MISSED_MAX) this.#peers.delete(serverId);
      else if (!status.draining && status.runningMatches < status.maxMatches) able.push(status);
    }
    const distance = (status: ServerStatus): number => status.region === region ? 0 : 1;
    return able.sort((a, b) =>
      distance(a) - distance(b) || a.runningMatches / a.maxMatches - b.runningMatches / b.maxMatches
    );
  }

  /** A match has been handed over: the server has one more before it says so. */
  countMatch(serverId: string): void {
    const peer = this.#peers.get(serverId);
    if (peer === undefined) return;
    const { status, heardMs } = peer;
    const runningMatches = status.runningMatches + 1;
    this.#peers.set(serverId, { status: { ...status, runningMatches }, heardMs });
  }
}
