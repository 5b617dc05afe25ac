// Long because tokens, and who they stand for, are kept, renewed and let go in one place.
import { ApiError, callApi } from "./api.js";

/**
 * Who plays, as the browser keeps it.
 *
 * @typedef {Readonly<{
 *   username: string, accountId: string, isGuest: boolean,
 *   token: string, refreshToken: string, expiresAtMs: number,
 * }>} Session
 */

const STORAGE_KEY = "tanks.session";
const LOCK_NAME = "tanks.session";
/** A token that ends sooner is renewed first. */
const RENEW_BEFORE_MS = 60_000;
const GUEST_NAME_LENGTH = 6;
/** Letters and digits that are not mistaken for one another. */
const GUEST_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz";
const PASSWORD_BYTES = 24;
/** One of 887 million is seldom taken, two in turn hardly ever. */
const GUEST_NAMES_MAX = 4;

/** The account that plays here: its tokens are kept in the browser, its password never. */
export class Account extends EventTarget {
  /** @type {Session | undefined} */
  #session = readSession();

  /** Whoever the browser keeps. */
  constructor() {
    super();
    // Another tab has logged in, or has renewed what all of them use.
    addEventListener("storage", () => this.#adopt());
  }

  /** Who is logged in; undefined: nobody. */
  get session() {
    return this.#session;
  }

  /**
   * @param {string} username
   * @param {string} password
   * @returns {Promise<void>}
   * @throws {ApiError}
   */
  async login(username, password) {
    await this.#login(username, password, false);
  }

  /**
   * @param {string} username
   * @param {string} password
   * @returns {Promise<void>}
   * @throws {ApiError}
   */
  async register(username, password) {
    await callApi("/auth/register", { method: "POST", body: { username, password } });
    await this.#login(username, password, false);
  }

  /** Forgets who plays; the server is told, as far as it can be reached. */
  async logout() {
    const token = this.#session?.token;
    this.#keep(undefined);
    if (token === undefined) return;
    try {
      await callApi("/auth/logout", { method: "POST", token, body: { token } });
    } catch {
      // The token ends by itself within a quarter of an hour.
    }
  }

  /**
   * A token that counts: renewed where it is about to end. Whoever has no account plays as a guest, which
   * is an account with a random name and a password that nobody knows.
   *
   * @returns {Promise<Session>}
   * @throws {ApiError}
   */
  async ensure() {
    return await withLock(async () => {
      // Another tab may have renewed it: a refresh token counts once.
      this.#adopt();
      const session = this.#session;
      if (session !== undefined && session.expiresAtMs - Date.now() > RENEW_BEFORE_MS) {
        return session;
      }
      return session === undefined ? await this.#enlistGuest() : await this.#renew(session);
    });
  }

  /**
   * Asks something of the gateway as this account; once more with a new token where the gateway does not
   * take the old one, as when it is another server's than it was.
   *
   * @template Reply
   * @param {(session: Session) => Promise<Reply>} ask
   * @returns {Promise<Reply>}
   * @throws {ApiError}
   */
  async asking(ask) {
    const session = await this.ensure();
    try {
      return await ask(session);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (this.#session?.token === session.token) this.#keep({ ...session, expiresAtMs: 0 });
      return await ask(await this.ensure());
    }
  }

  /**
   * @param {Session} session
   * @returns {Promise<Session>}
   */
  async #renew(session) {
    try {
      const body = { refresh_token: session.refreshToken };
      const reply = await callApi("/auth/refresh", { method: "POST", body });
      return this.#keep(sessionOf(reply.body, session));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      this.#keep(undefined);
      if (!session.isGuest) throw error;
      return await this.#enlistGuest();
    }
  }

  /** @returns {Promise<Session>} */
  async #enlistGuest() {
    const password = crypto.getRandomValues(new Uint8Array(PASSWORD_BYTES)).join("");
    const username = await registerGuest(password);
    return await this.#login(username, password, true);
  }

  /**
   * @param {string} username
   * @param {string} password
   * @param {boolean} isGuest
   * @returns {Promise<Session>}
   */
  async #login(username, password, isGuest) {
    const { body } = await callApi("/auth/login", { method: "POST", body: { username, password } });
    return this.#keep(sessionOf(body, { username, isGuest }));
  }

  /** Takes what the browser keeps, which another tab may have put there, and tells of another account. */
  #adopt() {
    const stored = readSession();
    if (stored === undefined) return;
    const isOther = stored.accountId !== this.#session?.accountId;
    this.#session = stored;
    if (isOther) this.dispatchEvent(new Event("change"));
  }

  /**
   * @template {Session | undefined} Kept
   * @param {Kept} session
   * @returns {Kept}
   */
  #keep(session) {
    this.#session = session;
    try {
      if (session === undefined) localStorage.removeItem(STORAGE_KEY);
      else localStorage.setItem(STORAGE_KEY, JSON.stringify(session));
    } catch {
      // A browser that keeps nothing plays all the same, until the page is left.
    }
    this.dispatchEvent(new Event("change"));
    return session;
  }
}

/**
 * Registers a guest under a name that nobody has.
 *
 * @param {string} password
 * @returns {Promise<string>} the name
 * @throws {ApiError}
 */
async function registerGuest(password) {
  for (let drawn = 1;; drawn++) {
    const username = `guest-${randomText(GUEST_NAME_LENGTH)}`;
    try {
      await callApi("/auth/register", { method: "POST", body: { username, password } });
      return username;
    } catch (error) {
      const isTaken = error instanceof ApiError && error.code === "username_taken";
      if (!isTaken || drawn >= GUEST_NAMES_MAX) throw error;
    }
  }
}

/**
 * @param {import("./api.js").Fields} fields
 * @param {{ username: string, isGuest: boolean }} who
 * @returns {Session}
 */
function sessionOf(fields, { username, isGuest }) {
  const { token, refresh_token: refreshToken, expires_in: expiresInS } = fields;
  if (typeof token !== "string" || typeof refreshToken !== "string") {
    throw new ApiError({ status: 502, code: "bad_reply", message: "No tokens in the reply" });
  }
  const claims = readClaims(token);
  return {
    username: claims.name ?? username,
    accountId: claims.sub ?? "",
    isGuest,
    token,
    refreshToken,
    expiresAtMs: Date.now() + Number(expiresInS ?? 0) * 1_000,
  };
}

/**
 * What a token says; the server has signed it, and only the server has to check that.
 *
 * @param {string} token
 * @returns {{ sub?: string, name?: string }}
 */
function readClaims(token) {
  const [, payload = ""] = token.split(".");
  const binary = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** @returns {Session | undefined} */
function readSession() {
  try {
    const session = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "null");
    return typeof session?.refreshToken === "string" ? session : undefined;
  } catch {
    // Storage that may not be read, or holds something else, is none.
    return undefined;
  }
}

/**
 * Runs `work` in one tab at a time, where the browser can do that.
 *
 * @template Result
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
async function withLock(work) {
  // Not there on pages that came over plain HTTP from another machine.
  const locks = /** @type {LockManager | undefined} */ (navigator.locks);
  if (locks === undefined) return await work();
  return await locks.request(LOCK_NAME, work);
}

/**
 * @param {number} length
 * @returns {string}
 */
function randomText(length) {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => GUEST_LETTERS[byte % GUEST_LETTERS.length]).join("");
}
