import { ApiError, callApi } from "../net/api.js";
import { poll } from "../net/poll.js";
import { copyText } from "./copy_text.js";
import { ticketOf } from "./find_match.js";
import { modeText } from "./mode_text.js";
import { makeElement, pagePart } from "./page_part.js";

/** @typedef {import("../net/account.js").Account} Account */
/** @typedef {import("../net/match_link.js").Ticket} Ticket */
/** @typedef {import("./language.js").Language} Language */
/**
 * @typedef {Readonly<{
 *   code: string, name: string, game_mode: string, map: string, team_size: number, host: string, members_max: number, state: "open" | "starting" | "filled",
 *   members: readonly { readonly account_id: string, readonly player_id: string }[],
 *   problem?: string, match?: { readonly match_id: string, readonly token: string },
 * }>} Room
 */
/** @typedef {"create" | "join"} Entry */

/** A room waits a quarter of an hour for its members; whatever passes by itself has passed by then. */
const PATIENCE_MS = 120_000;

/** A private room on the screen: who is in it, and the way into its match. */
export class RoomScreen {
  #account;
  #language;
  #members = pagePart("room-members", HTMLElement);
  #state = pagePart("room-state", HTMLElement);
  #start = pagePart("room-start", HTMLButtonElement);
  #copy = pagePart("room-copy", HTMLButtonElement);
  /** @type {Room | undefined} */
  #room;
  /** @type {(error: unknown) => void} */
  #onError;

  /**
   * @param {Account} account
   * @param {{ language: Language, onError: (error: unknown) => void }} options
   */
  constructor(account, { language, onError }) {
    this.#account = account;
    this.#language = language;
    this.#onError = onError;
    this.#start.addEventListener("click", () => void this.#ask("/start"));
    const button = this.#copy;
    button.addEventListener("click", () => void copyText(location.href, { button, language }));
    language.addEventListener("change", () => this.#show());
  }

  /**
   * Opens a room of one's own.
   *
   * @param {Partial<Pick<Room, "name" | "game_mode" | "map" | "team_size">>} settings
   * @returns {Promise<string>} its code
   * @throws {ApiError}
   */
  async create({ name, game_mode, map, team_size }) {
    const body = { name, game_mode, map, team_size };
    return this.#take(
      await this.#account.asking(({ token }) => callApi("/rooms", { method: "POST", token, body })),
    );
  }

  /**
   * Enters somebody's room.
   *
   * @param {string} code
   * @returns {Promise<string>} its code
   * @throws {ApiError}
   */
  async join(code) {
    const path = `${pathOf(code.trim().toUpperCase())}/join`;
    return this.#take(
      await this.#account.asking(({ token }) => callApi(path, { method: "POST", token, body: {} })),
    );
  }

  /**
   * Goes back into the room from its match, with whoever comes back too; into a new one with the same settings
   * where the room is no more.
   *
   * @param {string} matchId
   * @returns {Promise<string>} the room's code
   * @throws {ApiError}
   */
  async comeBack(matchId) {
    const room = this.#room;
    if (room === undefined) return await this.create({});
    try {
      const body = { after: matchId };
      const path = `${pathOf(room.code)}/join`;
      return this.#take(
        await this.#account.asking(({ token }) => callApi(path, { method: "POST", token, body })),
      );
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "unknown_room") throw error;
      return await this.create(room);
    }
  }

  /**
   * Waits in the room for its match.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<Ticket>}
   * @throws {ApiError} when the room is no more, or nothing is heard of it for long; what `signal` was aborted with
   */
  async awaitMatch(signal) {
    const ask = async () => {
      const path = pathOf(this.#room?.code ?? "");
      this.#take(await this.#account.asking(({ token }) => callApi(path, { token, signal })));
      return this.#ticket();
    };
    const onFault = () => {
      this.#state.textContent = this.#language.text("stillTrying");
    };
    return this.#ticket() ?? await poll(ask, { patienceMs: PATIENCE_MS, signal, onFault });
  }

  /** Leaves the room, as far as the server can be reached. */
  async leave() {
    await this.#ask("/leave");
    this.#room = undefined;
  }

  /** @returns {Ticket | undefined} */
  #ticket() {
    const room = this.#room;
    return room?.state === "filled" && room.match !== undefined ? ticketOf(room.match) : undefined;
  }

  /** @param {"/start" | "/leave"} what */
  async #ask(what) {
    const code = this.#room?.code;
    if (code === undefined) return;
    try {
      const path = pathOf(code) + what;
      await this.#account.asking(({ token }) => callApi(path, { method: "POST", token }));
    } catch (error) {
      this.#onError(error);
    }
  }

  /**
   * @param {{ body: import("../net/api.js").Fields }} reply
   * @returns {string}
   */
  #take({ body }) {
    const room = /** @type {Room} */ (/** @type {unknown} */ (body));
    this.#room = room;
    this.#show();
    return room.code;
  }

  #show() {
    const room = this.#room;
    if (room === undefined) return;
    const language = this.#language;
    const myId = this.#account.session?.accountId;
    pagePart("room-code-shown", HTMLElement).textContent = room.code;
    pagePart("room-mode-shown", HTMLElement).textContent = modeText(room.game_mode, language);
    const items = room.members.map(({ account_id, player_id }) => {
      const tags = [
        ...(account_id === room.host ? [language.text("roomHost")] : []),
        ...(account_id === myId ? [language.text("roomYou")] : []),
      ];
      const parts = [document.createTextNode(player_id)];
      const tag = makeElement("span", { text: tags.join(", "), classes: "tag" });
      return makeElement("li", { parts: [...parts, tag] });
    });
    this.#members.replaceChildren(...items);
    const values = { count: room.members.length, max: room.members_max };
    const text = room.problem !== undefined
      ? language.errorText({ code: room.problem })
      : room.state === "open"
      ? language.text("roomWaiting", values)
      : language.text("roomStarting");
    if (this.#state.textContent !== text) this.#state.textContent = text;
    // Who is alone calls somebody first.
    const isAlone = room.members.length === 1 && room.members_max > 1;
    this.#copy.classList.toggle("primary", isAlone);
    this.#start.classList.toggle("primary", !isAlone);
    this.#start.hidden = room.host !== myId;
    this.#start.disabled = room.state !== "open";
  }
}

/** @param {string} code */
function pathOf(code) {
  return `/rooms/${encodeURIComponent(code)}`;
}
