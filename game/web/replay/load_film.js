import { ApiError, callApi } from "../net/api.js";
import { pause } from "../net/poll.js";
import { Film } from "./film.js";

/** @typedef {import("./film.js").TimelineFile} TimelineFile */

/** What a match wrote last may be on its way into the log: so often it is asked for again. */
const TRIES_MAX = 8;
const RETRY_MS_MIN = 700;

/**
 * Fetches a match that is over.
 *
 * @param {string} matchId
 * @param {AbortSignal} signal
 * @returns {Promise<Film>}
 * @throws {ApiError} when there is none; what `signal` was aborted with
 */
export async function loadFilm(matchId, signal) {
  for (let tried = 1;; tried++) {
    try {
      const { body } = await callApi(`/replays/${encodeURIComponent(matchId)}`, {
        signal,
        isKept: true,
      });
      return new Film(/** @type {TimelineFile} */ (/** @type {unknown} */ (body)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const isPassing = ["match_not_over", "replay_busy"].includes(error.code);
      if (!isPassing || tried >= TRIES_MAX) throw error;
      await pause(Math.max(RETRY_MS_MIN, error.retryAfterMs), signal);
    }
  }
}
