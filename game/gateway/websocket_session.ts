// Long because a connection is one state: what its client, its match and the time do meet here.
import type { Clock } from "../../core/clock.ts";
import type { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { PubSub } from "../../core/ports/pub_sub.ts";
import type { Subscription } from "../../core/ports/subscription.ts";
import {
  encodeRelayMessage,
  matchInputSubject,
  playerStateSubject,
  RELAY_ALIVE_MS,
  RELAY_KINDS,
  type RelayJoinReply,
  tryParseRelayNotice,
} from "../../core/protocol/match_relay.ts";
import { tryClientFrame } from "./websocket_message.ts";
import type { WebSocketEnd, WebSocketMetrics } from "./websocket_metrics.ts";
import { type ClientSocket, WebSocketOutbox } from "./websocket_outbox.ts";
import type { SeatRequest } from "./websocket_seat.ts";

/** What a session works with. */
export interface WebSocketSessionOptions {
  /** Names the connection; nobody can guess it. */
  readonly id: string;
  /** Carries what client and match say to one another. */
  readonly pubSub: PubSub;
  /** Asks the match's server for a seat; never rejects. */
  readonly askForSeat: (request: SeatRequest) => Promise<RelayJoinReply>;
  /** Measures the time. */
  readonly clock: Clock;
  /** Bounds what the client may send. */
  readonly frames: RateLimiter;
  /** What it counts. */
  readonly metrics: WebSocketMetrics;
}

/** How long a client may take to say who it is, in milliseconds. */
export const AUTH_MS_MAX = 5_000;
/** A match that is not heard for this long is looked for elsewhere, in milliseconds. */
export const SILENCE_MS = 1_500;
/** How long a match is looked for, in milliseconds. */
export const SEARCH_MS_MAX = 15_000;
/** How long a client that comes waits for a match that nobody has just now, in milliseconds. */
const AUTH_PATIENCE_MS = 2_000;

/** The codes by which a client is closed, with what it is told. */
const CLOSES: Readonly<Record<WebSocketEnd, readonly [code: number, reason: string]>> = {
  origin: [4403, "Origin not allowed"],
  connections_max: [4503, "Too many connections"],
  connections_per_address_max: [4503, "Too many connections from this address"],
  auth_late: [4401, "No AUTH in time"],
  auth_failed: [4401, "Authentication failed"],
  bad_frame: [4400, "Not a message of this protocol"],
  too_fast: [4429, "Too many messages"],
  too_slow: [4408, "Too slow"],
  match_over: [1000, "Match over"],
  match_lost: [4404, "Match lost"],
  superseded: [4409, "Connected elsewhere"],
  kicked: [4410, "Taken out of the match"],
  client_closed: [1000, ""],
  closing: [4001, "The gateway is closing"],
};

/** A client's seat in a match. */
interface Seat {
  readonly matchId: string;
  readonly playerId: string;
  readonly inputSubject: string;
  resumeToken: string;
  epoch: number;
  heardMs: number;
  saidAliveMs: number;
}

type State =
  | { readonly kind: "waiting"; readonly sinceMs: number }
  | { readonly kind: "joining" }
  | { readonly kind: "playing"; readonly seat: Seat }
  | { readonly kind: "searching"; readonly seat: Seat }
  | { readonly kind: "closed" };

/** Frames refused in a row before the client is closed. */
const REFUSED_FRAMES_MAX = 200;

/** One client: passes on what it says to its match, and what the match says to it. */
export class WebSocketSession {
  readonly #options: WebSocketSessionOptions;
  readonly #socket: ClientSocket;
  readonly #outbox: WebSocketOutbox;
  readonly #abort = new AbortController();
  #state: State;
  #subscription: Subscription | undefined;
  #isOver = false;
  #refusedFrames = 0;
  #countedSkips = 0;
  #work: Promise<void> = Promise.resolve();

  /** Waits for AUTH. */
  constructor(socket: ClientSocket, options: WebSocketSessionOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#outbox = new WebSocketOutbox(socket, options.clock);
    this.#state = { kind: "waiting", sinceMs: options.clock.monotonicMs() };
  }

  /** Takes a frame of the client's. */
  onFrame(text: string): void {
    if (this.#state.kind === "closed") return;
    if (!this.#options.frames.tryTake(this.#options.id)) {
      this.#options.metrics.framesDropped.inc();
      if (++this.#refusedFrames > REFUSED_FRAMES_MAX) this.end("too_fast");
      return;
    }
    this.#refusedFrames = 0;
    const frame = tryClientFrame(text);
    if (frame === undefined) return this.end("bad_frame");
    if (frame.type === "AUTH") {
      // Asked again, it changes nothing.
      if (this.#state.kind !== "waiting") return;
      this.#state = { kind: "joining" };
      this.#work = this.#join(frame.matchId, frame.token);
      return;
    }
    if (this.#state.kind === "waiting") return this.end("auth_failed");
    if (this.#state.kind !== "playing") return;
    const { seat } = this.#state;
    for (const message of frame.messages) this.#say(seat, message);
  }

  /** The client has gone. */
  onClose(): void {
    this.#finish("client_closed");
  }

  /** Looks at the time; to be called a few times a second. */
  check(): void {
    const state = this.#state;
    const nowMs = this.#options.clock.monotonicMs();
    if (state.kind === "waiting" && nowMs - state.sinceMs >= AUTH_MS_MAX) {
      return this.end("auth_late");
    }
    this.#outbox.flush();
    this.#countSkips();
    if (state.kind === "closed") return;
    if (this.#outbox.isTooSlow) return this.end("too_slow");
    if (state.kind !== "playing") return;
    const { seat } = state;
    if (nowMs - seat.saidAliveMs >= RELAY_ALIVE_MS) {
      seat.saidAliveMs = nowMs;
      this.#say(seat, { action: "alive" });
    }
    if (nowMs - seat.heardMs < SILENCE_MS) return;
    if (this.#isOver) this.end("match_over");
    else this.#search(seat);
  }

  /** Closes the connection, and tells the client why. */
  end(reason: WebSocketEnd): void {
    if (this.#state.kind === "closed") return;
    const [code, text] = CLOSES[reason];
    if (reason === "auth_late" || reason === "auth_failed") this.#send("AUTH_FAILED", text);
    this.#finish(reason);
    this.#socket.close(code, text);
  }

  /** Resolves when nothing is in hand any more. */
  async settled(): Promise<void> {
    await this.#work;
    await this.#subscription?.close();
  }

  #finish(reason: WebSocketEnd): void {
    const state = this.#state;
    if (state.kind === "closed") return;
    this.#state = { kind: "closed" };
    this.#options.metrics.ends[reason].inc();
    this.#countSkips();
    this.#abort.abort();
    const hasSeat = state.kind === "playing" || state.kind === "searching";
    if (hasSeat && reason !== "superseded") {
      this.#say(state.seat, { action: "gone" });
    }
    const subscription = this.#subscription;
    if (subscription !== undefined) this.#work = this.#work.then(() => subscription.close());
  }

  async #join(matchId: string, token: string): Promise<void> {
    const { id: session, askForSeat, clock, metrics, pubSub } = this.#options;
    const { signal } = this.#abort;
    const patienceMs = AUTH_PATIENCE_MS;
    const reply = await askForSeat({ matchId, session, token, patienceMs, signal });
    if (!reply.ok) return this.#refuse(reply.reason);
    const { playerId, tankId, resumeToken, epoch } = reply;
    const inputSubject = matchInputSubject(matchId);
    const nowMs = clock.monotonicMs();
    const seat: Seat = {
      ...{ matchId, playerId, inputSubject, resumeToken, epoch },
      heardMs: nowMs,
      saidAliveMs: nowMs,
    };
    // The client has gone meanwhile, and has been given a tank all the same.
    if (this.#state.kind === "closed") return this.#say(seat, { action: "gone" });
    this.#state = { kind: "playing", seat };
    metrics.joined.inc();
    this.#outbox.frame(JSON.stringify({
      type: "AUTH_OK",
      player_id: playerId,
      tank_id: tankId,
      initial_state: reply.initialState,
      resume_token: resumeToken,
    }));
    const subject = playerStateSubject(matchId, playerId);
    this.#subscription = pubSub.subscribe(subject, ({ payload }) => this.#onRelayed(payload));
  }

  #refuse(reason: string): void {
    if (this.#state.kind === "closed") return;
    this.#send("AUTH_FAILED", reason);
    this.#finish("auth_failed");
    this.#socket.close(...CLOSES.auth_failed);
  }

  #onRelayed(payload: string): void {
    const state = this.#state;
    if (state.kind !== "playing" && state.kind !== "searching") return;
    const kind = payload.charAt(0);
    const text = payload.slice(1);
    if (kind === RELAY_KINDS.notice) return this.#onNotice(state.seat, text);
    state.seat.heardMs = this.#options.clock.monotonicMs();
    if (kind === RELAY_KINDS.state) {
      // What comes before the client is told of another server would be of a match that it does not know.
      if (state.kind === "playing") this.#outbox.state(text);
    } else {
      if (kind === RELAY_KINDS.over) this.#isOver = true;
      this.#outbox.frame(text);
    }
    if (this.#outbox.isTooSlow) this.end("too_slow");
  }

  #onNotice(seat: Seat, text: string): void {
    const notice = tryParseRelayNotice(text);
    if (notice?.kind === "moved") return this.#search(seat);
    if (notice?.kind !== "ended" || notice.session !== this.#options.id) return;
    if (notice.reason === "superseded") return this.end("superseded");
    this.#lose(notice.reason);
  }

  /** Looks for the match, which is no longer where it was. */
  #search(seat: Seat): void {
    if (this.#state.kind !== "playing") return;
    this.#state = { kind: "searching", seat };
    this.#work = this.#find(seat);
  }

  async #find(seat: Seat): Promise<void> {
    const { id: session, askForSeat, clock, metrics } = this.#options;
    const { matchId, resumeToken: token } = seat;
    const { signal } = this.#abort;
    const reply = await askForSeat({
      ...{ matchId, session, token, signal },
      patienceMs: SEARCH_MS_MAX,
    });
    if (this.#state.kind === "closed") {
      // The client has gone meanwhile, and its tank was found all the same.
      if (reply.ok) this.#say(seat, { action: "gone" });
      return;
    }
    if (!reply.ok) return this.#lose(reply.reason);
    seat.heardMs = clock.monotonicMs();
    seat.resumeToken = reply.resumeToken;
    this.#state = { kind: "playing", seat };
    // The same server: it was only silent for a while.
    if (seat.epoch === reply.epoch) return;
    seat.epoch = reply.epoch;
    metrics.moved.inc();
    this.#outbox.frame(JSON.stringify({
      type: "MATCH_MOVED",
      match_id: matchId,
      player_id: reply.playerId,
      tank_id: reply.tankId,
      initial_state: reply.initialState,
      resume_token: reply.resumeToken,
    }));
  }

  #lose(reason: string): void {
    if (this.#isOver) return this.end("match_over");
    this.#send("MATCH_LOST", reason);
    this.end(reason === "kicked" ? "kicked" : "match_lost");
  }

  #say(seat: Seat, message: object): void {
    const json = JSON.stringify({ ...message, player_id: seat.playerId });
    this.#options.pubSub.publish(seat.inputSubject, encodeRelayMessage(this.#options.id, json));
  }

  #send(type: "AUTH_FAILED" | "MATCH_LOST", reason: string): void {
    this.#outbox.frame(JSON.stringify({ type, reason }));
  }

  #countSkips(): void {
    const skipped = this.#outbox.skippedCount - this.#countedSkips;
    if (skipped > 0) this.#options.metrics.statesSkipped.inc(skipped);
    this.#countedSkips = this.#outbox.skippedCount;
  }
}
