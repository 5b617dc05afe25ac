/** @typedef {import("../menu/page_language.js").LanguageName} LanguageName */

/** @type {Readonly<Record<LanguageName, readonly [string, string, string, string]>>} */
const UNITS = { en: ["s", "min", "h", "d"], ru: ["с", "мин", "ч", "д"] };
const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/**
 * A span of time for people: the two largest units.
 *
 * @param {number} ms
 * @param {LanguageName} language
 * @returns {string}
 */
export function durationText(ms, language) {
  const [second, minute, hour, day] = UNITS[language];
  const s = Math.max(0, Math.floor(ms / 1_000));
  if (s < MINUTE_S) return `${s} ${second}`;
  if (s < HOUR_S) return `${Math.floor(s / MINUTE_S)} ${minute} ${s % MINUTE_S} ${second}`;
  if (s < DAY_S) {
    return `${Math.floor(s / HOUR_S)} ${hour} ${Math.floor(s % HOUR_S / MINUTE_S)} ${minute}`;
  }
  return `${Math.floor(s / DAY_S)} ${day} ${Math.floor(s % DAY_S / HOUR_S)} ${hour}`;
}

/**
 * A moment as all logs have it: UTC; with the day where it is not today's.
 *
 * @param {number} ms
 * @param {number} nowMs
 * @returns {string}
 */
export function timeText(ms, nowMs) {
  const [day = "", time = ""] = new Date(ms).toISOString().split("T");
  const [today] = new Date(nowMs).toISOString().split("T");
  const clock = time.slice(0, 8);
  return day === today ? clock : `${day} ${clock}`;
}

/**
 * @param {number} value
 * @returns {string} at most three significant digits below a hundred
 */
export function figureText(value) {
  if (!Number.isFinite(value)) return "–";
  if (value >= 100 || Number.isInteger(value)) {
    return Math.round(value).toLocaleString("en").replaceAll(",", " ");
  }
  return String(Number(value.toPrecision(3)));
}
