import type { Clock } from "../core/clock.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import type { Subscription } from "../core/ports/subscription.ts";
import {
  SERVER_LOST_MS,
  SERVER_STATUS_SUBJECT,
  type ServerStatus,
  tryParseServerStatus,
} from "../core/protocol/server_status.ts";

const PEERS_MAX = 10_000;

interface Peer {
  readonly status: ServerStatus;
  readonly heardMs: number;
  /** It has not answered since it was heard. */
  readonly isSilent: boolean;
}

/** The other game servers, as their own broadcasts say. */
export class PeerServers {
  readonly #clock: Clock;
  readonly #ownId: string;
  readonly #peers = new Map<string, Peer>();
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
    this.#peers.set(serverId, {
      status,
      heardMs: this.#clock.monotonicMs(),
      isSilent: false,
    });
    if (isNew) this.#onNew();
  }

  /** Those that take a match, of the region first and the emptiest of each first. */
  withRoom(region: string): ServerStatus[] {
    const nowMs = this.#clock.monotonicMs();
    const able: ServerStatus[] = [];
    for (const [serverId, { status, heardMs, isSilent }] of this.#peers) {
      if (nowMs - heardMs >= SERVER_LOST_MS) this.#peers.delete(serverId);
      else if (!isSilent && takesMatches(status)) able.push(status);
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
    const { status } = peer;
    const runningMatches = status.runningMatches + 1;
    this.#peers.set(serverId, { ...peer, status: { ...status, runningMatches } });
  }

  /** A server has not answered in time: it takes no match until it is heard again. */
  countSilence(serverId: string): void {
    const peer = this.#peers.get(serverId);
    if (peer !== undefined) this.#peers.set(serverId, { ...peer, isSilent: true });
  }
}

function takesMatches({ draining, runningMatches, maxMatches }: ServerStatus): boolean {
  return !draining && runningMatches < maxMatches;
}
