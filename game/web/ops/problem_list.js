import { makeElement } from "../menu/page_part.js";
import { durationText, timeText } from "./figure_format.js";
import { setText, syncChildren } from "./keyed_children.js";

/** @typedef {import("./problems.js").Problem} Problem */
/** @typedef {import("./trends.js").Sightings} Sightings */
/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */

/**
 * Shows what is wrong, and since when.
 *
 * @param {HTMLElement} list
 * @param {readonly Problem[]} problems
 * @param {{ language: OpsLanguage, sightings: Sightings, nowMs: number, isLinked: boolean }} options
 * @returns {void}
 */
export function showProblems(list, problems, { language, sightings, nowMs, isLinked }) {
  syncChildren(list, problems, {
    key: ({ id, serverId }) => `${id}${isLinked && serverId}`,
    make: ({ serverId }) => {
      const text = makeElement(isLinked && serverId !== undefined ? "a" : "span", {
        classes: "text",
      });
      if (text instanceof HTMLAnchorElement && serverId !== undefined) {
        text.href = serverHash(serverId);
      }
      const mark = makeElement("span", { classes: "mark" });
      mark.setAttribute("aria-hidden", "true");
      const time = makeElement("span", { classes: "quiet since" });
      return makeElement("li", { parts: [mark, text, time] });
    },
    update: (item, { id, severity, key, values, owner, sinceMs }) => {
      item.dataset.severity = severity;
      const named = owner === undefined ? {} : ownerValues(owner, language);
      setText(item.querySelector(".text"), language.text(key, { ...named, ...values }));
      const fromMs = sinceMs ?? sightings.firstMs(id) ?? nowMs;
      const since = language.text(sinceMs === undefined ? "sinceSeen" : "since", {
        duration: durationText(nowMs - fromMs, language.name),
        time: timeText(fromMs, nowMs),
      });
      setText(item.querySelector(".since"), since);
    },
  });
  list.hidden = problems.length === 0;
}

/**
 * Where a server is shown.
 *
 * @param {string} serverId
 * @returns {string}
 */
export function serverHash(serverId) {
  return `#server=${encodeURIComponent(serverId)}`;
}

/**
 * @param {string} owner
 * @param {OpsLanguage} language
 */
function ownerValues(owner, language) {
  const name = language.word("service", owner);
  return { owner: name, service: name };
}
