import { type Clock, sleep } from "../../core/clock.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { type PubSub, PubSubRequestError } from "../../core/ports/pub_sub.ts";
import { matchOwnerKey, tryParseMatchOwner } from "../../core/protocol/match_owner.ts";
import {
  encodeRelayJoin,
  matchInputSubject,
  type RelayJoin,
  type RelayJoinReply,
  tryParseRelayReply,
} from "../../core/protocol/match_relay.ts";

/** What asking for a seat works with. */
export interface SeatOptions {
  /** Says which server has the match. */
  readonly kvStore: KvStore;
  /** Brings the question there. */
  readonly pubSub: PubSub;
  /** Measures the time. */
  readonly clock: Clock;
  /** Told of what goes wrong. */
  readonly log: Log;
}

/** For whom, and how patiently. */
export interface SeatRequest extends RelayJoin {
  /** The match. */
  readonly matchId: string;
  /** How long a match that nobody has just now is waited for, in milliseconds. */
  readonly patienceMs: number;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

const ANSWER_DEADLINE_MS = 1_500;
const RETRY_MS = 200;

/**
 * Asks the server that has the match for a seat; while nobody has it, or nobody answers, again. Never
 * rejects.
 */
export async function askForSeat(
  request: SeatRequest,
  options: SeatOptions,
): Promise<RelayJoinReply> {
  const { clock, log } = options;
  const endMs = clock.monotonicMs() + request.patienceMs;
  for (;;) {
    try {
      const reply = await askOnce(request, options);
      if (reply !== undefined) return reply;
      if (clock.monotonicMs() + RETRY_MS > endMs) return { ok: false, reason: "Match not found" };
      await sleep(clock, RETRY_MS, request.signal);
    } catch (error) {
      if (request.signal.aborted) return { ok: false, reason: "Connection closed" };
      if (error instanceof TypeError) return { ok: false, reason: "Match not found" };
      log.warn("seat_not_asked_for", { match_id: request.matchId, error: describeError(error) });
      if (clock.monotonicMs() + RETRY_MS > endMs) return { ok: false, reason: "Unavailable" };
      await sleep(clock, RETRY_MS);
    }
  }
}

/** The server's answer; undefined where no server has the match or answers. */
async function askOnce(
  { matchId, session, token }: SeatRequest,
  { kvStore, pubSub }: SeatOptions,
): Promise<RelayJoinReply | undefined> {
  const subject = matchInputSubject(matchId);
  const owner = tryParseMatchOwner(await kvStore.get(matchOwnerKey(matchId)) ?? "");
  if (owner === undefined) return undefined;
  try {
    const payload = encodeRelayJoin({ session, token });
    return tryParseRelayReply(
      await pubSub.request(subject, payload, { deadlineMs: ANSWER_DEADLINE_MS }),
    );
  } catch (error) {
    if (error instanceof PubSubRequestError) return undefined;
    throw error;
  }
}
