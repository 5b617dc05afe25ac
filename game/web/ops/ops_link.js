import { tryParseOpsMessage } from "./ops_message.js";

/** @typedef {import("./ops_message.js").OpsMessage} OpsMessage */
/** @typedef {"connecting" | "live" | "lost" | "refused"} OpsLinkState */
/**
 * @typedef {Readonly<{
 *   url: string, token: string,
 *   onMessage: (message: OpsMessage) => void,
 *   onState: (state: OpsLinkState, reason: string) => void,
 * }>} OpsLinkOptions
 */

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 5_000;
/** News come each second: a link that is silent for so long is dead. */
const SILENCE_MS_MAX = 8_000;
const PULSE_MS = 1_000;

/** The way to the gateway: comes back by itself, and asks again for what was looked at. */
export class OpsLink {
  #options;
  /** @type {WebSocket | undefined} */
  #socket;
  #heardMs = 0;
  #retryMs = RETRY_MS_MIN;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #pulse;
  #isClosed = false;
  #isIn = false;
  /** @type {{ server_id?: string, filter?: string }} */
  #look = {};
  /** @type {string | undefined} */
  #spectated;

  /** @param {OpsLinkOptions} options */
  constructor(options) {
    this.#options = options;
    this.#pulse = setInterval(() => this.#beat(), PULSE_MS);
    this.#connect();
  }

  /**
   * What is shown: everything at a glance and, if it is named, one server.
   *
   * @param {{ serverId?: string | undefined, filter?: string | undefined }} [what]
   * @returns {void}
   */
  look({ serverId, filter } = {}) {
    this.#look = {
      ...(serverId !== undefined && { server_id: serverId }),
      ...(filter !== undefined && filter !== "" && { filter }),
    };
    if (this.#isIn) this.#send({ type: "LOOK", ...this.#look });
  }

  /**
   * @param {string | undefined} matchId undefined: nothing is watched any more
   * @returns {void}
   */
  spectate(matchId) {
    if (matchId === this.#spectated) return;
    this.#spectated = matchId;
    if (this.#isIn) this.#sendSpectated();
  }

  /** Ends it for good. */
  close() {
    this.#isClosed = true;
    clearInterval(this.#pulse);
    clearTimeout(this.#retry);
    this.#socket?.close(1000);
  }

  #connect() {
    this.#retry = undefined;
    this.#options.onState("connecting", "");
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    this.#heardMs = performance.now();
    socket.onopen = () => this.#send({ type: "AUTH", token: this.#options.token });
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket && !this.#isClosed) this.#hear(data);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
  }

  /** @param {unknown} data */
  #hear(data) {
    const message = tryParseOpsMessage(data);
    if (message === undefined) return;
    this.#heardMs = performance.now();
    if (message.type === "AUTH_FAILED") {
      this.close();
      this.#options.onState("refused", message.reason);
      return;
    }
    if (message.type === "AUTH_OK") {
      this.#isIn = true;
      this.#retryMs = RETRY_MS_MIN;
      this.#send({ type: "LOOK", ...this.#look });
      if (this.#spectated !== undefined) this.#sendSpectated();
      this.#options.onState("live", "");
    }
    this.#options.onMessage(message);
  }

  #beat() {
    if (this.#retry !== undefined || performance.now() - this.#heardMs < SILENCE_MS_MAX) return;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#lost();
  }

  #lost() {
    if (this.#isClosed || this.#retry !== undefined) return;
    this.#isIn = false;
    this.#options.onState("lost", "");
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(RETRY_MS_MAX, this.#retryMs * 2);
  }

  #sendSpectated() {
    const matchId = this.#spectated;
    if (matchId === undefined) this.#send({ type: "STOP" });
    else this.#send({ type: "SPECTATE", match_id: matchId });
  }

  /** @param {Readonly<Record<string, unknown>>} message */
  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
