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
  readonly sessions: Pick<SessionManager, "sessionList" | "release" | "setResumeToken">;
  /** Has them stand still meanwhile, offers them and writes the last checkpoints. */
  readonly keeper: Pick<MatchKeeper, "claimed" | "hold" | "save" | "offer" | "resume">;
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

/** How long it may take. */
export interface HandoverTime {
  /** From now on, in milliseconds. */
  readonly deadlineMs: number;
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
   * Hands every match over that goes on, until `deadlineMs` from now. What nobody takes goes on here. Never
   * rejects.
   */
  async handOverAll({ deadlineMs }: HandoverTime): Promise<void> {
    const endMs = this.#options.clock.monotonicMs() + deadlineMs;
    await this.#forEach(endMs, (session) => this.#handOver(session, endMs));
  }

  /**
   * Lets go of every match that goes on, of which there is a last checkpoint where it can be written in time: as
   * after the death of this server whoever has room goes on with it. Never rejects.
   */
  async leaveAll({ deadlineMs }: HandoverTime): Promise<void> {
    const { sessions, clock, log } = this.#options;
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(deadlineMs, late.resolve);
    const endMs = clock.monotonicMs() + deadlineMs;
    await Promise.race([late.promise, this.#forEach(endMs, (session) => this.#saveLast(session))]);
    cancel();
    for (const session of this.#findPlayed()) {
      log.warn("match_left_behind", { match_id: session.id });
      sessions.release(session, undefined);
    }
  }

  async #forEach(endMs: number, work: (session: GameSession) => Promise<void>): Promise<void> {
    const { clock } = this.#options;
    const waiting = this.#findPlayed();
    const workOff = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        if (clock.monotonicMs() >= endMs) return;
        await work(next);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_MAX }, workOff));
  }

  #findPlayed(): GameSession[] {
    return this.#options.sessions.sessionList.filter(({ match }) => !match.isOver);
  }

  async #handOver(session: GameSession, endMs: number): Promise<void> {
    const { keeper, peers, region, log } = this.#options;
    if (peers.withRoom(region).length === 0) return;
    await keeper.claimed(session);
    // It may have ended while it waited for its turn.
    if (session.match.isOver || !keeper.hold(session)) return;
    this.#giveTokens(session);
    // Now: later it would be written of a match that another server has.
    session.match.recorder.writeWaiting();
    try {
      await keeper.save(session);
      const taker = await this.#findTaker(session, endMs);
      if (taker !== undefined) return this.#give(session, taker);
      log.warn("match_not_handed_over", { match_id: session.id, reason: "refused" });
    } catch (error) {
      log.warn("match_not_handed_over", { match_id: session.id, error: describeError(error) });
    }
    keeper.resume(session);
  }

  async #saveLast(session: GameSession): Promise<void> {
    const { keeper, log } = this.#options;
    if (session.match.isOver || !keeper.hold(session)) return;
    session.match.recorder.writeWaiting();
    try {
      await keeper.save(session);
    } catch (error) {
      // Then it goes on from the one before.
      log.debug("match_not_kept", { match_id: session.id, error: describeError(error) });
    }
  }

  /** Who plays in JSON has no token, and a guest no account either: without one there is no way back. */
  #giveTokens({ players }: GameSession): void {
    const { sessions, randomBytes } = this.#options;
    for (const player of players.values()) {
      if (player.resumeToken !== undefined) continue;
      sessions.setResumeToken(player, encodeResumeToken(randomBytes(RESUME_TOKEN_BYTES)));
    }
  }

  /** The server that has the match now; undefined where none takes it in time. */
  async #findTaker(session: GameSession, endMs: number): Promise<ServerStatus | undefined> {
    const { clock, peers, region } = this.#options;
    const asked = new Set<string>();
    while (asked.size < TARGETS_MAX) {
      // Looked for anew: others may have found out meanwhile that somebody does not answer.
      const target = peers.withRoom(region).find(({ serverId }) => !asked.has(serverId));
      const leftMs = endMs - clock.monotonicMs();
      if (target === undefined || leftMs <= 0) return undefined;
      asked.add(target.serverId);
      // Half of the time is left for another, should this one not answer.
      const deadlineMs = Math.min(ORDER_DEADLINE_MS, Math.ceil(leftMs / 2));
      if (await this.#order(session, target.serverId, deadlineMs)) return target;
    }
    return undefined;
  }

  /** Whether the server has the match now. */
  async #order(session: GameSession, serverId: string, deadlineMs: number): Promise<boolean> {
    const { keeper, pubSub, peers, serverId: fromServerId } = this.#options;
    const { id: matchId, match: { epoch } } = session;
    const offer = await keeper.offer(session, serverId);
    if (offer === undefined) throw new Error(`Cannot offer match ${matchId}: it is in doubt`);
    const order = { command: "restore_match", matchId, fromServerId, epoch, offer } as const;
    const subject = serverCommandSubject(serverId);
    try {
      const reply = await pubSub.request(subject, encodeServerCommand(order), { deadlineMs });
      return tryParseServerCommandReply(reply)?.ok === true || await this.#has(matchId, serverId);
    } catch (error) {
      if (!(error instanceof PubSubRequestError)) throw error;
      // Of an order that could not be sent it has heard nothing.
      if (error.failure !== "unavailable") peers.countSilence(serverId);
      return await this.#has(matchId, serverId);
    }
  }

  async #has(matchId: string, serverId: string): Promise<boolean> {
    const lease = await this.#options.kvStore.get(matchOwnerKey(matchId));
    return tryParseMatchOwner(lease ?? "")?.serverId === serverId;
  }

  #give(session: GameSession, taker: ServerStatus): void {
    const { sessions, peers, handedOver } = this.#options;
    handedOver.inc();
    peers.countMatch(taker.serverId);
    sessions.release(session, { host: taker.publicIp ?? "", port: taker.udpPort });
  }
}
