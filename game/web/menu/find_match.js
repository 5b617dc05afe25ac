import { callApi } from "../net/api.js";

/** @typedef {import("../net/account.js").Account} Account */
/** @typedef {import("../net/match_link.js").Ticket} Ticket */
/** @typedef {import("../net/api.js").Fields} Fields */

const POLL_MS = 1_000;

/**
 * Finds a match: at once, or after a search that is asked after each second.
 *
 * @param {Account} account
 * @param {{ mode: string, signal: AbortSignal, onWait: (waitedMs: number) => void }} options
 * @returns {Promise<Ticket>}
 * @throws {import("../net/api.js").ApiError} when there is none; what `signal` was aborted with
 */
export async function findMatch(account, { mode, signal, onWait }) {
  const reply = await account.asking(({ accountId, token }) => {
    const body = { user_id: accountId, game_mode: mode };
    return callApi("/matchmaking/find", { method: "POST", token, body, signal });
  });
  if (reply.status !== 202) return ticketOf(reply.body);
  const path = `/matchmaking/search/${encodeURIComponent(String(reply.body.search_id))}`;
  try {
    for (;;) {
      await pause(POLL_MS, signal);
      const { status, body: found } = await account.asking(({ token }) =>
        callApi(path, { token, signal })
      );
      if (status === 200 && found.match_id !== undefined) return ticketOf(found);
      onWait(Number(found.waited_ms ?? 0));
    }
  } catch (error) {
    if (signal.aborted) await stopSearch(path, account);
    throw error;
  }
}

/**
 * The way into a match that a reply shows.
 *
 * @param {Fields} found
 * @returns {Ticket}
 */
export function ticketOf({ match_id: matchId, token }) {
  return { matchId: String(matchId), token: String(token) };
}

/**
 * Resolves after a while.
 *
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 * @throws what `signal` was aborted with, at once
 */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

/**
 * @param {string} path
 * @param {Account} account
 */
async function stopSearch(path, account) {
  try {
    await account.asking(({ token }) => callApi(path, { method: "DELETE", token }));
  } catch {
    // A search that nobody asks after ends by itself.
  }
}
