import type { Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { type PubSub, PubSubRequestError } from "../core/ports/pub_sub.ts";
import { matchOwnerKey, tryParseMatchOwner } from "../core/protocol/match_owner.ts";
import {
  encodeServerCommand,
  serverCommandSubject,
  tryParseServerCommandReply,
} from "../core/protocol/server_command.ts";
import type { ServerStatus } from "../core/protocol/server_status.ts";
import type { GameSession } from "./game_session.ts";
import type { MatchKeeper } from "./match_keeper.ts";
import type { PeerServers } from "./peer_servers.ts";
import { encodeResumeToken } from "./resume_token.ts";
import type { SessionManager } from "./session_manager.ts";
import { RESUME_TOKEN_BYTES } from "./wire/join_message.ts";

/** What handing over works with. */
export interface MatchHandoverOptions {
  /** Brings the orders. */
  readonly pubSub: PubSub;
  /** Says whose a match is, where an order brings no answer. */
  readonly kvStore: KvStore;
  /** Whose matches are handed over. */
  readonly sessions: Pick<
    SessionManager,
    "sessionList" | "pause" | "goOn" | "release" | "setResumeToken"
  >;
  /** Writes the last checkpoints. */
  readonly keeper: Pick<MatchKeeper, "save" | "claimed">;
  /** Who may take the matches. */
  readonly peers: PeerServers;
  /** This server's id. */
  readonly serverId: string;
  /** Where it is: a match stays near its players if it can. */
  readonly region: string;
  /** So many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Measures the time. */
  readonly clock: Clock;
  /** Told of matches that nobody takes. */
  readonly log: Log;
  /** Counts matches that were handed over. */
  readonly handedOver: Counter;
}

const ORDER_DEADLINE_MS = 2_000;
/** Servers that are asked to take one match, at most. */
const TARGETS_MAX = 3;
/** Matches that are handed over at once. */
const PARALLEL_MAX = 8;

/** Hands the matches of a server that is about to end over to others, which lose nothing by it. */
export class MatchHandover {
  readonly #options: MatchHandoverOptions;

  /** Hands nothing over yet. */
  constructor(options: MatchHandoverOptions) {
    this.#options = options;
  }

  /**
   * Hands every match over that goes on, until `deadlineMs` from now. What nobody takes stays. Never
   * rejects.
   */
  async handOverAll({ deadlineMs }: { readonly deadlineMs: number }): Promise<void> {
    const { clock, sessions } = this.#options;
    const endMs = clock.monotonicMs() + deadlineMs;
    const waiting = sessions.sessionList.filter(({ match }) => !match.isOver);
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        if (clock.monotonicMs() >= endMs) return;
        await this.#handOver(next);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_MAX }, work));
  }

  async #handOver(session: GameSession): Promise<void> {
    const { sessions, keeper, peers, region, log, handedOver } = this.#options;
    const targets = peers.withRoom(region).slice(0, TARGETS_MAX);
    if (targets.length === 0) return;
    await keeper.claimed(session);
    sessions.pause(session);
    this.#giveTokens(session);
    try {
      await keeper.save(session);
      for (const target of targets) {
        if (!await this.#give(session, target)) continue;
        handedOver.inc();
        peers.countMatch(target.serverId);
        session.match.recorder.stop();
        sessions.release(session, { host: target.publicIp ?? "", port: target.udpPort });
        return;
      }
      log.warn("match_not_handed_over", { match_id: session.id, reason: "refused" });
    } catch (error) {
      log.warn("match_not_handed_over", { match_id: session.id, error: describeError(error) });
    }
    sessions.goOn(session);
  }

  /** Who plays in JSON has no token, and a guest no account either: without one there is no way back. */
  #giveTokens({ players }: GameSession): void {
    const { sessions, randomBytes } = this.#options;
    for (const player of players.values()) {
      if (player.resumeToken !== undefined) continue;
      sessions.setResumeToken(player, encodeResumeToken(randomBytes(RESUME_TOKEN_BYTES)));
    }
  }

  /** Whether the server has the match now. */
  async #give(session: GameSession, { serverId }: ServerStatus): Promise<boolean> {
    const { pubSub, serverId: fromServerId } = this.#options;
    const { id: matchId, match: { epoch } } = session;
    const order = { command: "restore_match", matchId, fromServerId, epoch } as const;
    try {
      const reply = await pubSub.request(
        serverCommandSubject(serverId),
        encodeServerCommand(order),
        { deadlineMs: ORDER_DEADLINE_MS },
      );
      return tryParseServerCommandReply(reply)?.ok === true || await this.#has(matchId, serverId);
    } catch (error) {
      if (!(error instanceof PubSubRequestError)) throw error;
      return await this.#has(matchId, serverId);
    }
  }

  async #has(matchId: string, serverId: string): Promise<boolean> {
    const lease = await this.#options.kvStore.get(matchOwnerKey(matchId));
    return tryParseMatchOwner(lease ?? "")?.serverId === serverId;
  }
}
