import { type Clock, sleep } from "../../core/clock.ts";
import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { describeError, type Log } from "../../core/log.ts";
import { type PubSub, PubSubRequestError } from "../../core/ports/pub_sub.ts";
import type { Subscription } from "../../core/ports/subscription.ts";
import {
  type FindRefused,
  type FindReply,
  tryParseFindReply,
} from "../../core/protocol/matchmaking_messages.ts";
import type { Leadership } from "./leadership.ts";
import type { MatchmakerMetrics } from "./matchmaker_metrics.ts";

/** Answers a request, whose method and fields are those of the matchmaker's `Rpc`. Never rejects. */
export type AnswerRequest = (request: JsonObject) => Promise<FindReply>;

/** What relaying works with. */
export interface LeaderRelayOptions {
  /** Carries requests between matchmakers: it says at once where nobody listens. */
  readonly pubSub: PubSub;
  /** Says who leads. */
  readonly leadership: Pick<Leadership, "isLeader" | "attempt" | "ready" | "leaderId">;
  /** Names this process, as `leadership` does. */
  readonly id: string;
  /** Answers where this matchmaker leads. */
  readonly answer: AnswerRequest;
  /** Bounds the time. */
  readonly clock: Clock;
  /** Told of leaders that do not answer. */
  readonly log: Log;
  /** Counts requests. */
  readonly metrics: Pick<MatchmakerMetrics, "forwards">;
}

/** Less than the gateway waits, in milliseconds. */
const DEADLINE_MS = 4_500;
/** Between two looks for a leader, in milliseconds. */
const PAUSE_MS = 250;

const NO_LEADER: FindRefused = {
  ok: false,
  code: "unavailable",
  message: "No matchmaker leads now",
};

/** Answers requests where this matchmaker leads, and hands them to the one that does otherwise. */
export class LeaderRelay {
  readonly #options: LeaderRelayOptions;
  readonly #inHand = new Set<Promise<void>>();

  /** Hears nothing before `listen`. */
  constructor(options: LeaderRelayOptions) {
    this.#options = options;
  }

  /** Answers what other matchmakers hand on. */
  listen(): Subscription {
    const { pubSub, id } = this.#options;
    const subscription = pubSub.subscribe(subjectOf(id), (message) => {
      const answering = this.#answerRelayed(message.payload)
        .then((reply) => message.respond(JSON.stringify(reply)))
        .finally(() => this.#inHand.delete(answering));
      this.#inHand.add(answering);
    });
    return {
      close: async () => {
        await subscription.close();
        await Promise.all(this.#inHand);
      },
    };
  }

  /** The leader's answer, or a refusal where there is none in time. Never rejects. */
  async answer(request: JsonObject): Promise<FindReply> {
    const { clock, leadership } = this.#options;
    const endMs = clock.monotonicMs() + DEADLINE_MS;
    for (let leftMs = DEADLINE_MS; leftMs > 0; leftMs = endMs - clock.monotonicMs()) {
      if (leadership.isLeader) return await this.#answerHere(request);
      const reply = await this.#forward(request, leftMs);
      if (reply !== undefined) return reply;
      await sleep(clock, PAUSE_MS);
    }
    return NO_LEADER;
  }

  async #answerHere(request: JsonObject): Promise<FindReply> {
    const { leadership, answer } = this.#options;
    // A new leader first reads who has been waiting.
    await leadership.ready();
    return await answer(request);
  }

  async #answerRelayed(payload: string): Promise<FindReply> {
    const request = tryJsonObject(tryParseJson(payload));
    // The lead may have gone on since: whoever asked asks again.
    if (request === undefined || !this.#options.leadership.isLeader) return NO_LEADER;
    return await this.#answerHere(request);
  }

  /** Undefined where it is worth to look again for who leads. */
  async #forward(request: JsonObject, deadlineMs: number): Promise<FindReply | undefined> {
    const { leadership, pubSub, id, log, metrics } = this.#options;
    try {
      const leaderId = await leadership.leaderId();
      if (leaderId === undefined || leaderId === id) {
        await leadership.attempt();
        return leadership.isLeader ? await this.#answerHere(request) : undefined;
      }
      const text = await pubSub.request(subjectOf(leaderId), JSON.stringify(request), {
        deadlineMs,
      });
      const reply = tryParseFindReply(tryParseJson(text) ?? null);
      if (reply === undefined || isWithoutLeader(reply)) return undefined;
      metrics.forwards.answered.inc();
      return reply;
    } catch (error) {
      metrics.forwards.failed.inc();
      log.debug("leader_not_reached", { error: describeError(error) });
      const isGone = error instanceof PubSubRequestError && error.failure === "no_responders";
      return isGone ? undefined : NO_LEADER;
    }
  }
}

function isWithoutLeader(reply: FindReply): boolean {
  return !reply.ok && reply.code === NO_LEADER.code && reply.message === NO_LEADER.message;
}

function subjectOf(id: string): string {
  return `matchmaking.leader.${id}`;
}
