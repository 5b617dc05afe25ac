// Long because it is one table of what gateways say for their clients.
import type { Clock } from "../core/clock.ts";
import { tryJsonObject, tryParseJson } from "../core/json.ts";
import { describeError, type Log } from "../core/log.ts";
import type { RateLimiter } from "../core/net/rate_limiter.ts";
import type { PubSub, PubSubMessage } from "../core/ports/pub_sub.ts";
import type { Subscription } from "../core/ports/subscription.ts";
import {
  encodeRelayRefusal,
  encodeRelaySeat,
  matchInputSubject,
  RELAY_HERE,
  RELAY_PROBE,
  type RelayJoin,
  tryParseRelayJoin,
  trySplitRelayMessage,
} from "../core/protocol/match_relay.ts";
import type { GameMetrics } from "./game_metrics.ts";
import type { GameSession } from "./game_session.ts";
import type { MessageHandler, TokenCheck } from "./message_handler.ts";
import type { Player } from "./player.ts";
import type { PlayerLink } from "./player_link.ts";
import { RemoteLink } from "./remote_link.ts";
import { encodeResumeToken } from "./resume_token.ts";
import type { SessionManager } from "./session_manager.ts";
import type { SessionWatch } from "./session_watch.ts";
import { RESUME_TOKEN_BYTES } from "./wire/join_message.ts";
import { parseMessage } from "./wire/json_message.ts";
import { joinRefusalText } from "./wire/json_reply.ts";
import { encodeInitialState } from "./wire/world_view.ts";

/** What a relay works with. */
export interface MatchRelayOptions {
  /** Carries what gateways and this server say to one another. */
  readonly pubSub: PubSub;
  /** Where players are seated and found. */
  readonly sessions: SessionManager;
  /** Does what messages ask. */
  readonly handler: MessageHandler;
  /** Says what a token entitles to. */
  readonly checkToken: TokenCheck;
  /** Tells the others what a player says. */
  readonly chat: { say(player: Player, said: string): void };
  /** Bounds what one client may send. */
  readonly messages: RateLimiter;
  /** Counts messages that came to nothing. */
  readonly metrics: Pick<GameMetrics, "drops">;
  /** Gives so many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Ticks a second, as told to those who join. */
  readonly tickRate: number;
  /** How long a tank waits for a client that was lost, in milliseconds. */
  readonly resumeMs: number;
  /** Whether the match of a session is surely this server's. */
  readonly owns: (session: GameSession) => boolean;
  /** Says when a player was last heard. */
  readonly clock: Clock;
  /** Told of faults of ours. */
  readonly log: Log;
}

/** Joins that are looked into at once, at most. */
const JOINS_IN_FLIGHT_MAX = 1_024;

/** Serves the players whose clients are behind gateways, in every match of this server. */
export class MatchRelay implements SessionWatch {
  readonly #options: MatchRelayOptions;
  readonly #subscriptions = new Map<GameSession, Subscription>();
  readonly #closing = new Set<Promise<void>>();
  readonly #joining = new Map<string, Promise<string>>();
  /** The token that has brought a connection its seat, where it may count once only. */
  readonly #seatedBy = new WeakMap<PlayerLink, string>();
  #joinsInFlight = 0;

  /** Listens to nothing yet. */
  constructor(options: MatchRelayOptions) {
    this.#options = options;
  }

  opened(session: GameSession): void {
    try {
      const subject = matchInputSubject(session.id);
      const listener = (message: PubSubMessage): void => this.#onMessage(session, message);
      this.#subscriptions.set(session, this.#options.pubSub.subscribe(subject, listener));
    } catch (error) {
      // It can be played all the same, but not through a gateway.
      this.#options.log.warn("match_not_relayed", {
        match_id: session.id,
        error: describeError(error),
      });
    }
  }

  closed(session: GameSession): void {
    const subscription = this.#subscriptions.get(session);
    if (subscription === undefined) return;
    this.#subscriptions.delete(session);
    const closing = subscription.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Listens to nothing any more. */
  async close(): Promise<void> {
    for (const session of [...this.#subscriptions.keys()]) this.closed(session);
    await Promise.all(this.#closing);
  }

  #onMessage(session: GameSession, message: PubSubMessage): void {
    const { payload } = message;
    if (payload === RELAY_PROBE) {
      return this.#options.owns(session) ? message.respond(RELAY_HERE) : undefined;
    }
    if (payload.startsWith("{")) return this.#onJoin(session, message);
    const split = trySplitRelayMessage(payload);
    const { sessions, messages, metrics } = this.#options;
    const player = split && sessions.findByAddress(`websocket:${split.session}`);
    if (split === undefined || player === undefined || player.match !== session.match) {
      return metrics.drops.unknown_player.inc();
    }
    const { link } = player;
    if (!(link instanceof RemoteLink)) return;
    if (!messages.tryTake(link.address)) return metrics.drops.player_rate.inc();
    this.#act(player, link, split.json);
  }

  #act(player: Player, link: RemoteLink, json: string): void {
    const { handler, metrics, chat, clock } = this.#options;
    const fields = tryJsonObject(tryParseJson(json));
    switch (fields?.action) {
      case "alive":
        player.lastHeardMs = clock.monotonicMs();
        return;
      case "gone":
        // The tank stops, and waits.
        player.lastHeardMs = clock.monotonicMs();
        return player.match.queue(player.tank, STILL);
      case "chat":
        if (typeof fields.text !== "string") return;
        return chat.say(player, fields.text);
      case "who":
        return link.send(encodePlayers(player));
      default:
        // It is of the protocol that all clients speak.
        break;
    }
    const parsed = parseMessage(json);
    if (!parsed.ok) return metrics.drops[parsed.reason].inc();
    const { message } = parsed;
    if (message.action === "join_game" || message.action === "login") return;
    const handled = handler.handle(message, link);
    if (handled.kind === "ignored") metrics.drops[handled.reason].inc();
    else if (handled.reply !== undefined) link.send(handled.reply);
  }

  #onJoin(session: GameSession, message: PubSubMessage): void {
    const join = tryParseRelayJoin(message.payload);
    if (join === undefined) return message.respond(encodeRelayRefusal("Invalid request"));
    if (this.#joinsInFlight >= JOINS_IN_FLIGHT_MAX) {
      return message.respond(encodeRelayRefusal("Server is overloaded"));
    }
    this.#joinsInFlight++;
    this.#joinOnce(session, join)
      .catch((error: unknown) => {
        this.#options.log.error("relayed_join_failed", { error: describeError(error) });
        return encodeRelayRefusal("Internal server error");
      })
      .then((reply) => message.respond(reply))
      .finally(() => this.#joinsInFlight--);
  }

  /** Of a connection that asks again before it is answered, both are one join. */
  #joinOnce(session: GameSession, join: RelayJoin): Promise<string> {
    const key = JSON.stringify([session.id, join.session, join.token]);
    const joining = this.#joining.get(key) ??
      this.#join(session, join).finally(() => this.#joining.delete(key));
    this.#joining.set(key, joining);
    return joining;
  }

  async #join(session: GameSession, join: RelayJoin): Promise<string> {
    const { sessions, checkToken, pubSub, resumeMs: silenceMs } = this.#options;
    const seated = this.#tryFindSeated(session, join);
    if (seated !== undefined) return this.#seatOf(seated, seated.resumeToken ?? "");
    const claim = await checkToken(join.token);
    const isForHere = claim !== undefined && (claim.matchId ?? session.id) === session.id;
    if (!isForHere) return encodeRelayRefusal("Invalid token");
    const { playerId, accountId, authSessionId } = claim;
    const present = sessions.find(playerId);
    // Asked again through the same connection, which missed an answer or a while of states: it stays.
    if (present?.link.address === `websocket:${join.session}` && present.match === session.match) {
      return this.#seatOf(present, claim.resumes ? join.token : present.resumeToken ?? "");
    }
    const matchId = session.id;
    const link = new RemoteLink({ pubSub, matchId, playerId, session: join.session, silenceMs });
    const result = sessions.join({
      ...{ playerId, accountId, authSessionId, matchId, mode: undefined, link },
      // What is sent here would never reach a seat in another match.
      matchOnly: true,
      ...(claim.resumes && { resumes: true }),
    });
    if (result.kind === "refused") return encodeRelayRefusal(joinRefusalText(result.refusal));
    const { player } = result;
    // Who came with one keeps it: were it another and this answer lost, there would be no way back.
    const resumeToken = claim.resumes
      ? join.token
      : encodeResumeToken(this.#options.randomBytes(RESUME_TOKEN_BYTES));
    sessions.setResumeToken(player, resumeToken);
    if (!claim.resumes) this.#seatedBy.set(link, join.token);
    return this.#seatOf(player, resumeToken);
  }

  /**
   * Whom this very token has seated here through this very connection, which missed the answer: the
   * token may count no longer. A resume token counts again, and is checked each time.
   */
  #tryFindSeated(session: GameSession, join: RelayJoin): Player | undefined {
    const player = this.#options.sessions.findByAddress(`websocket:${join.session}`);
    if (player === undefined || player.match !== session.match) return undefined;
    return this.#seatedBy.get(player.link) === join.token ? player : undefined;
  }

  #seatOf(player: Player, resumeToken: string): string {
    const { playerId, match, tank } = player;
    player.lastHeardMs = this.#options.clock.monotonicMs();
    const { tickRate } = this.#options;
    const { tankId } = tank;
    const initialState = encodeInitialState(match.world, tank, tickRate);
    return encodeRelaySeat({ playerId, tankId, resumeToken, epoch: match.epoch }, initialState);
  }
}

/** Who drives which tank in a player's match: states name tanks only. */
function encodePlayers({ match }: Player): string {
  const names = match.world.tanks.map(({ tankId, playerId }) => [tankId, playerId]);
  return JSON.stringify({ type: "PLAYERS", players: Object.fromEntries(names) });
}

const STILL = {
  action: "input",
  seq: 0,
  throttle: 0,
  turn: 0,
  turretRad: undefined,
  fire: false,
} as const;
