import { makeElement } from "../menu/page_part.js";
import { durationText, figureText } from "./figure_format.js";

/** @typedef {import("./ops_message.js").ServiceRow} ServiceRow */
/** @typedef {import("./ops_message.js").ServiceDescription} ServiceDescription */
/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */

/**
 * Shows a service: whether it answers, its brokers, and what it counts.
 *
 * @param {HTMLElement} card
 * @param {ServiceRow} row
 * @param {OpsLanguage} language
 * @param {number} nowMs
 * @returns {void}
 */
export function fillService(card, row, language, nowMs) {
  const name = makeElement("h3", { text: language.word("service", row.service) });
  const state = makeElement("p", {
    classes: row.reachable ? "good" : "bad",
    text: language.text(row.reachable ? "reachable" : "unreachable"),
  });
  if (!row.reachable) {
    const since = durationText(nowMs - row.since_ms, language.name);
    card.replaceChildren(name, state, makeElement("p", { classes: "quiet", text: since }));
    return;
  }
  const { about } = row;
  const id = makeElement("p", { classes: "quiet", text: about.server_id });
  card.replaceChildren(name, state, id, brokerList(about, language), figureList(about));
}

/**
 * The brokers of a service, and what waits for them.
 *
 * @param {ServiceDescription} about
 * @param {OpsLanguage} language
 * @returns {HTMLElement}
 */
export function brokerList({ brokers, figures, down }, language) {
  const names = Object.keys(brokers);
  const list = makeElement("ul", { classes: "brokers" });
  if (names.length === 0) list.append(makeElement("li", { text: language.text("embedded") }));
  for (const name of names) {
    const isUp = brokers[name] === true;
    const reason = down.find(({ part }) => part === name)?.reason ?? "";
    const state = `${language.text(isUp ? "broker_up" : "broker_down")} ${reason}`.trim();
    list.append(makeElement("li", {
      classes: isUp ? "good" : "bad",
      parts: [makeElement("b", { text: name }), document.createTextNode(` ${state}`)],
    }));
  }
  const { outbox_events_count: count, outbox_oldest_age_seconds: ageS = 0 } = figures;
  if (count === undefined) return list;
  const text = count === 0 ? language.text("outboxEmpty") : language.text("outboxState", {
    count: figureText(count),
    duration: durationText(ageS * 1_000, language.name),
  });
  list.append(makeElement("li", {
    classes: count === 0 ? "good" : "warn",
    parts: [
      makeElement("b", { text: language.text("outbox") }),
      document.createTextNode(` ${text}`),
    ],
  }));
  return list;
}

/** @param {ServiceDescription} about */
function figureList({ figures }) {
  const entries = Object.entries(figures).filter(([name]) => !name.startsWith("outbox_"));
  const parts = entries.flatMap(([name, value]) => [
    makeElement("dt", { text: name.replace(/_(?:total|count)$/, "").replaceAll("_", " ") }),
    makeElement("dd", { text: figureText(value) }),
  ]);
  return makeElement("dl", { classes: "figures", parts });
}
