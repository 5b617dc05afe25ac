import type { Clock } from "../../core/clock.ts";
import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import type { Transport, TransportEvents } from "../../game/client/transport.ts";

/** A gateway that does not read has this much waiting for it at most; what is more is lost. */
const BYTES_WAITING_MAX = 1_048_576;
const STATE_START = '{"type":"WORLD_STATE",';
const CLOSED_BY_US = 1_000;
/** A gateway that does not answer a close is not waited for longer than this. */
const CLOSE_MS_MAX = 3_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a connection is made for. */
export interface WebSocketMatch {
  /** The match to play. */
  readonly matchId: string;
  /** Bounds how long a close takes. */
  readonly clock: Clock;
  /** Ends the wait for the connection. */
  readonly signal: AbortSignal;
}

/**
 * Carries the JSON of the game server's datagrams over a gateway's WebSocket, in the gateway's words: a
 * join is AUTH, an acknowledgement goes with the next input, to leave is to close.
 */
export class WebSocketTransport implements Transport {
  readonly #socket: WebSocket;
  readonly #match: WebSocketMatch;
  readonly #closed = Promise.withResolvers<void>();
  #events: TransportEvents | undefined;
  #ackTick: number | undefined;
  #hasAsked = false;
  #isLeaving = false;
  #closeCode: number | undefined;

  private constructor(socket: WebSocket, match: WebSocketMatch) {
    this.#socket = socket;
    this.#match = match;
    socket.onmessage = ({ data }): void => {
      if (typeof data === "string") this.#onFrame(data);
    };
    socket.onclose = ({ code }): void => this.#onClose(code);
  }

  /** Connects, to play that match. @throws Error where it is refused, or the signal's reason */
  static async connect(url: string, match: WebSocketMatch): Promise<WebSocketTransport> {
    const { signal } = match;
    const socket = new WebSocket(url);
    const opened = Promise.withResolvers<void>();
    const fail = (error: unknown): void => opened.reject(error);
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.onopen = (): void => opened.resolve();
    socket.onerror = (event): void => {
      event.preventDefault();
      fail(new Error(`Cannot connect to ${url}`));
    };
    try {
      await opened.promise;
    } catch (error) {
      if (socket.readyState !== WebSocket.CLOSED) {
        const closed = Promise.withResolvers<void>();
        socket.onclose = (): void => closed.resolve();
        socket.close();
        await closed.promise;
      }
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    return new WebSocketTransport(socket, match);
  }

  /** The code with which the gateway closed; undefined while it has not. */
  get closeCode(): number | undefined {
    return this.#closeCode;
  }

  /** Tells from now on what comes. */
  start(events: TransportEvents): this {
    this.#events = events;
    return this;
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > BYTES_WAITING_MAX) return;
    const message = tryJsonObject(tryParseJson(decoder.decode(bytes)));
    switch (message?.action) {
      case "join_game":
        return this.#auth(message);
      case "input":
        return this.#input(message);
      case "ack":
        if (typeof message.tick === "number") this.#ackTick = message.tick;
        return;
      case "ping":
        return this.#say({ type: "PING", t: message.t });
      case "leave_game":
        this.#isLeaving = true;
        return this.#socket.close(CLOSED_BY_US);
    }
  }

  async close(): Promise<void> {
    this.#events = undefined;
    if (this.#closeCode === undefined) this.#socket.close();
    const cancel = this.#match.clock.after(CLOSE_MS_MAX, () => this.#closed.resolve());
    await this.#closed.promise;
    cancel();
  }

  /** Asked once: the gateway looks for a match that has fallen silent by itself. */
  #auth({ token }: JsonObject): void {
    if (this.#hasAsked) return;
    this.#hasAsked = true;
    this.#say({ type: "AUTH", match_id: this.#match.matchId, token });
  }

  #input({ seq, throttle, turn, turret, fire }: JsonObject): void {
    const ack = this.#ackTick;
    this.#ackTick = undefined;
    this.#say({ type: "PLAYER_INPUT", seq, throttle, turn, turret, fire, ack });
  }

  #say(frame: JsonObject): void {
    this.#socket.send(JSON.stringify(frame));
  }

  #onFrame(text: string): void {
    // A state is the most of what comes, and is not read twice.
    if (text.startsWith(STATE_START)) {
      return this.#tell(`{"type":"state",${text.slice(STATE_START.length)}`);
    }
    const frame = tryJsonObject(tryParseJson(text)) ?? {};
    switch (frame.type) {
      case "AUTH_OK":
        return this.#tellJson({ ...frame, status: "joined", session_id: this.#match.matchId });
      case "AUTH_FAILED":
        return this.#tellJson({ status: "join_failed", reason: frame.reason });
      case "PONG":
        return this.#tellJson({ ...frame, status: "pong" });
      case "MATCH_OVER":
        return this.#tellJson({ ...frame, type: "match_over" });
      default:
        return;
    }
  }

  #onClose(code: number): void {
    this.#closeCode = code;
    this.#closed.resolve();
    if (this.#isLeaving) this.#tellJson({ status: "left_game" });
    else this.#events?.onFault(new Error(`The gateway closed the connection: ${code}`));
  }

  #tellJson(message: JsonObject): void {
    this.#tell(JSON.stringify(message));
  }

  #tell(text: string): void {
    this.#events?.onBytes(encoder.encode(text));
  }
}
