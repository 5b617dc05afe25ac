import { callApi } from "../net/api.js";
import { poll } from "../net/poll.js";

/** @typedef {import("../net/account.js").Account} Account */
/** @typedef {import("../net/match_link.js").Ticket} Ticket */
/** @typedef {import("../net/api.js").Fields} Fields */
/**
 * @typedef {Readonly<{
 *   mode: string, signal: AbortSignal, onWait: (waitedMs: number) => void, onFault: () => void,
 * }>} FindOptions `onFault`: it cannot be asked just now how the search stands
 */

/**
 * The server forgets a search after which nobody has asked for 30 s. Here it is given up sooner, the deadline of
 * what is asked last included: until then it may find a match, and is stopped.
 */
const PATIENCE_MS = 15_000;

/**
 * Finds a match: at once, or after a search that is asked after each second.
 *
 * @param {Account} account
 * @param {FindOptions} options
 * @returns {Promise<Ticket>}
 * @throws {import("../net/api.js").ApiError} when there is none; what `signal` was aborted with
 */
export async function findMatch(account, { mode, signal, onWait, onFault }) {
  let searcherId = "";
  const reply = await account.asking(({ accountId, token }) => {
    searcherId = accountId;
    const body = { user_id: accountId, game_mode: mode };
    return callApi("/matchmaking/find", { method: "POST", token, body, signal });
  });
  if (reply.status !== 202) return ticketOf(reply.body);
  const path = `/matchmaking/search/${encodeURIComponent(String(reply.body.search_id))}`;
  const ask = async () => {
    const { status, body: found } = await account.asking(({ token }) =>
      callApi(path, { token, signal })
    );
    if (status === 200 && found.match_id !== undefined) return ticketOf(found);
    onWait(Number(found.waited_ms ?? 0));
    return undefined;
  };
  try {
    return await poll(ask, { patienceMs: PATIENCE_MS, signal, onFault });
  } catch (error) {
    // Whoever plays here now may be somebody else, whose search it is not.
    if (account.session?.accountId === searcherId) await stopSearch(path, account);
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
