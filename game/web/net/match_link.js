// Long because a connection that comes back is one state: socket, time and tokens meet here.
import { tryParseMessage } from "./match_message.js";

/** @typedef {import("./match_message.js").ServerMessage} ServerMessage */
/** @typedef {import("../prediction/drive_input.js").Controls} Controls */
/** @typedef {Readonly<{ matchId: string, token: string }>} Ticket By what a match lets somebody in. */
/** @typedef {"connecting" | "playing" | "reconnecting" | "ended"} LinkState */
/**
 * @typedef {Readonly<{
 *   url: string,
 *   ticket: Ticket,
 *   renewToken: () => Promise<string>,
 *   onMessage: (message: ServerMessage) => void,
 *   onState: (state: LinkState, reason: string) => void,
 * }>} MatchLinkOptions
 */

const PING_PERIOD_MS = 1_000;
/** States come many times a second: a link that is silent for so long is dead. */
const SILENCE_MS_MAX = 4_000;
const CONNECT_MS_MAX = 6_000;
const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 4_000;
/** A tank waits for half a minute. */
const RETRIES_MAX = 12;
const RTT_SMOOTHING = 0.2;
/** The gateway's code for a player who has connected once more, elsewhere. */
const CLOSE_SUPERSEDED = 4409;
/** What is not sent by then would be late anyway. */
const BUFFERED_BYTES_MAX = 64 * 1_024;

/** The way to a match: a WebSocket that comes back by itself while the tank waits. */
export class MatchLink {
  #options;
  #ticket;
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {LinkState} */
  #state = "connecting";
  #heardMs = 0;
  #openedMs = 0;
  #retries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #pulse;
  /** @type {string | undefined} */
  #resumeToken;
  #rttMs = 0;
  #bytesIn = 0;
  #bytesOut = 0;

  /** @param {MatchLinkOptions} options */
  constructor(options) {
    this.#options = options;
    this.#ticket = options.ticket;
    this.#pulse = setInterval(() => this.#beat(), PING_PERIOD_MS);
    this.#connect();
    addEventListener("online", this.#hurry);
  }

  /** How it stands. */
  get state() {
    return this.#state;
  }

  /** There and back, smoothed, in milliseconds; 0: not known yet. */
  get rttMs() {
    return this.#rttMs;
  }

  /** Received so far, in UTF-16 units, which are bytes nearly always. */
  get bytesIn() {
    return this.#bytesIn;
  }

  /** Sent so far. */
  get bytesOut() {
    return this.#bytesOut;
  }

  /**
   * Sends controls; drops them where they cannot be sent now.
   *
   * @param {Controls & { seq: number, ack: number | undefined }} input `ack`: the newest state that came
   * @returns {void}
   */
  sendInput({ turret, ...input }) {
    this.#send({ type: "PLAYER_INPUT", ...input, turret: Math.round(turret * 1e4) / 1e4 });
  }

  /**
   * @param {string} text
   * @returns {void}
   */
  sendChat(text) {
    this.#send({ type: "CHAT", text });
  }

  /** Asks who drives which tank. */
  askNames() {
    this.#send({ type: "WHO" });
  }

  /**
   * Leaves: nothing is heard afterwards.
   *
   * @returns {void}
   */
  close() {
    this.#end();
    this.#socket?.close(1000);
  }

  #connect() {
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    this.#openedMs = performance.now();
    socket.onopen = () => {
      const { matchId, token } = this.#ticket;
      this.#send({ type: "AUTH", match_id: matchId, token });
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#hear(data);
    };
    socket.onclose = ({ code, reason }) => {
      if (socket !== this.#socket) return;
      if (code === CLOSE_SUPERSEDED) this.#end("superseded");
      else this.#lost(reason || String(code));
    };
  }

  /** @param {unknown} data */
  #hear(data) {
    const message = tryParseMessage(data);
    if (message === undefined || this.#state === "ended") return;
    this.#heardMs = performance.now();
    this.#bytesIn += String(data).length;
    switch (message.type) {
      case "AUTH_OK":
        this.#retries = 0;
        this.#resumeToken = message.resume_token;
        this.#change("playing", "");
        break;
      case "AUTH_FAILED":
        // Once the resume token is refused the account's own token may do.
        if (this.#resumeToken === undefined && this.#retries > 0) this.#end("match_lost");
        this.#resumeToken = undefined;
        break;
      case "PONG":
        this.#measure(performance.now() - message.t);
        break;
      case "MATCH_MOVED":
        // The gateway has followed it: the same socket goes on.
        this.#resumeToken = message.resume_token;
        break;
      case "MATCH_LOST":
        this.#end(message.reason === "kicked" ? "kicked" : "match_lost");
        break;
      case "MATCH_OVER":
        // The message says it all.
        this.#end();
        break;
    }
    this.#options.onMessage(message);
  }

  /** @param {number} sampleMs */
  #measure(sampleMs) {
    if (!Number.isFinite(sampleMs) || sampleMs < 0) return;
    const isFirst = this.#rttMs === 0;
    this.#rttMs = isFirst ? sampleMs : this.#rttMs + (sampleMs - this.#rttMs) * RTT_SMOOTHING;
  }

  #isEnded() {
    return this.#state === "ended";
  }

  #beat() {
    const nowMs = performance.now();
    if (this.#state === "playing") {
      this.#send({ type: "PING", t: nowMs });
      if (nowMs - this.#heardMs > SILENCE_MS_MAX) this.#abandon("silent");
    } else if (this.#retry === undefined && nowMs - this.#openedMs > CONNECT_MS_MAX) {
      this.#abandon("no_answer");
    }
  }

  /**
   * A socket that the network has swallowed may take minutes to say so.
   *
   * @param {string} reason
   */
  #abandon(reason) {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#lost(reason);
  }

  /** @param {string} reason */
  #lost(reason) {
    if (this.#state === "ended" || this.#retry !== undefined) return;
    if (this.#retries >= RETRIES_MAX) return this.#end("unreachable");
    this.#change("reconnecting", reason);
    const waitMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** this.#retries);
    this.#retries++;
    this.#retry = setTimeout(this.#tryAgain, waitMs);
  }

  #tryAgain = async () => {
    this.#retry = undefined;
    this.#openedMs = performance.now();
    try {
      const { matchId } = this.#ticket;
      const token = this.#resumeToken ?? await this.#options.renewToken();
      if (this.#isEnded()) return;
      this.#ticket = { matchId, token };
      this.#connect();
    } catch {
      // The gateway is not there yet.
      this.#lost("unreachable");
    }
  };

  #hurry = () => {
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    void this.#tryAgain();
  };

  /** @param {Readonly<Record<string, unknown>>} message */
  #send(message) {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > BUFFERED_BYTES_MAX) return;
    const text = JSON.stringify(message);
    this.#bytesOut += text.length;
    socket.send(text);
  }

  /** @param {string} [reason] undefined: it is left, and nobody has to be told */
  #end(reason) {
    if (this.#state === "ended") return;
    clearInterval(this.#pulse);
    clearTimeout(this.#retry);
    removeEventListener("online", this.#hurry);
    this.#state = "ended";
    if (reason !== undefined) this.#options.onState("ended", reason);
  }

  /**
   * @param {LinkState} state
   * @param {string} reason
   */
  #change(state, reason) {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState(state, reason);
  }
}
