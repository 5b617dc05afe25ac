import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import type { PubSub } from "../../core/ports/pub_sub.ts";
import type { Subscription } from "../../core/ports/subscription.ts";
import { matchOwnerKey, tryParseMatchOwner } from "../../core/protocol/match_owner.ts";
import {
  matchSpectateSubject,
  RELAY_KINDS,
  tryParseRelayNotice,
} from "../../core/protocol/match_relay.ts";
import { orderServer } from "./ops_order.ts";

/** How often the match's server is told that somebody still watches, in milliseconds. */
export const WATCH_RENEWED_MS = 2_000;
/** How long a match is looked for that no server has just now, in milliseconds: it may be moving. */
export const WATCH_PATIENCE_MS = 10_000;

/** What watching works with. */
export interface OpsSpectatingOptions {
  /** Says which server has the match. */
  readonly kvStore: KvStore;
  /** Brings the states. */
  readonly pubSub: PubSub;
  /** Says when to renew. */
  readonly clock: Clock;
  /** Told of what goes wrong. */
  readonly log: Log;
  /** Names who watches; unique. */
  readonly watcher: string;
  /** Takes what the match is: at first, and each time it is renewed. */
  readonly onMatch: (about: JsonObject) => void;
  /** Takes a state, of which only the newest matters. */
  readonly onState: (text: string) => void;
  /** Takes the message that ends the match. */
  readonly onOver: (text: string) => void;
  /** There is nothing to watch any more. */
  readonly onEnd: (reason: string) => void;
}

/** Somebody who watches a match, on whichever server it is. */
export class OpsSpectating {
  readonly #options: OpsSpectatingOptions;
  readonly #matchId: string;
  readonly #subscription: Subscription;
  #foundAtMs: number;
  #renewedAtMs = -Infinity;
  #renewing: Promise<void> | undefined;
  #isOver = false;
  #isClosed = false;

  /** Begins at once. @throws TypeError where the match's id can be part of no subject */
  constructor(matchId: string, options: OpsSpectatingOptions) {
    const { pubSub, clock } = options;
    this.#options = options;
    this.#matchId = matchId;
    this.#foundAtMs = clock.monotonicMs();
    const subject = matchSpectateSubject(matchId);
    this.#subscription = pubSub.subscribe(subject, ({ payload }) => this.#onRelayed(payload));
    this.check();
  }

  /** Looks at the time; to be called a few times a second. */
  check(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const isDue = nowMs - this.#renewedAtMs >= WATCH_RENEWED_MS;
    if (!isDue || this.#isClosed || this.#isOver || this.#renewing !== undefined) return;
    this.#renewedAtMs = nowMs;
    this.#renewing = this.#renew().finally(() => this.#renewing = undefined);
  }

  /** Watches no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#subscription.close();
    await this.#renewing;
  }

  async #renew(): Promise<void> {
    const { kvStore, log, watcher, onMatch, clock } = this.#options;
    try {
      const owner = tryParseMatchOwner(await kvStore.get(matchOwnerKey(this.#matchId)) ?? "");
      if (owner === undefined) return this.#missed("unknown_match");
      const command = { command: "watch_match", matchId: this.#matchId, watcher } as const;
      const reply = await orderServer(owner.serverId, command, this.#options);
      if (!reply.ok) return this.#missed(reply.reason);
      this.#foundAtMs = clock.monotonicMs();
      if (!this.#isClosed) onMatch({ ...reply.about, server_id: owner.serverId });
    } catch (error) {
      log.warn("match_not_watched", { match_id: this.#matchId, error: describeError(error) });
      this.#missed("unavailable");
    }
  }

  #missed(reason: string): void {
    const isHopeless = reason === "full" ||
      this.#options.clock.monotonicMs() - this.#foundAtMs >= WATCH_PATIENCE_MS;
    if (isHopeless) this.#end(reason);
  }

  #onRelayed(payload: string): void {
    if (this.#isClosed || this.#isOver) return;
    const text = payload.slice(1);
    switch (payload.charAt(0)) {
      case RELAY_KINDS.state:
        return this.#options.onState(text);
      case RELAY_KINDS.over:
        this.#isOver = true;
        return this.#options.onOver(text);
      case RELAY_KINDS.notice: {
        const notice = tryParseRelayNotice(text);
        if (notice?.kind === "ended") this.#end(notice.reason);
        return;
      }
      default:
        // Of a kind that is for players, or newer than this gateway.
        return;
    }
  }

  #end(reason: string): void {
    if (this.#isOver || this.#isClosed) return;
    this.#isOver = true;
    this.#options.onEnd(reason);
  }
}
