import { pagePart } from "../menu/page_part.js";
import { timeText } from "./figure_format.js";
import { OpsActions } from "./ops_actions.js";
import { OpsLanguage } from "./ops_language.js";
import { OpsLink } from "./ops_link.js";
import { OverviewScreen } from "./overview_screen.js";
import { ServerScreen } from "./server_screen.js";
import { SpectateScreen } from "./spectate_screen.js";
import { forgetToken, keepToken, takeToken } from "./token.js";
import { Sightings, Trends } from "./trends.js";

/** @typedef {import("./ops_message.js").OpsMessage} OpsMessage */
/** @typedef {import("./ops_link.js").OpsLinkState} OpsLinkState */

const SOCKET_URL = new URL("/ops/ws", location.href.replace(/^http/, "ws")).href;
const NOTICE_MS = 8_000;

const language = new OpsLanguage();
const trends = new Trends();
const sightings = new Sightings();
/** @type {string | undefined} */
let token = takeToken();
/** @type {OpsLink | undefined} */
let link;
/** @type {OpsLinkState | "off"} */
let liveState = "off";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let noticeTimer;
/** @type {import("./ops_message.js").Overview | undefined} */
let lastOverview;

language.apply();
const actions = new OpsActions({
  token: () => token,
  language,
  onDone: (text) => notify(text, "good"),
  onFailed: (text) => notify(text, "bad"),
});
const overviewScreen = new OverviewScreen({ language, trends, sightings });
const serverScreen = new ServerScreen({
  language,
  trends,
  sightings,
  actions,
  onFilter: () => followHash(),
  onWatch: (matchId) => goTo({ server: readHash().server, match: matchId }),
});
const spectateScreen = new SpectateScreen({
  language,
  onClose: () => goTo({ server: readHash().server }),
});

for (const button of document.querySelectorAll("button[data-language]")) {
  button.addEventListener("click", () => language.choose(button.getAttribute("data-language")));
}
language.addEventListener("change", () => {
  showLive();
  if (lastOverview !== undefined) showOverview(lastOverview);
});
pagePart("sign-in", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const field = pagePart("token", HTMLInputElement);
  token = field.value.trim();
  field.value = "";
  keepToken(token);
  signIn();
});
pagePart("sign-out", HTMLElement).addEventListener("click", () => signOut());
pagePart("account", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const { submitter } = event;
  const what = submitter instanceof HTMLButtonElement && submitter.value === "enable"
    ? "enable"
    : "disable";
  const username = pagePart("account-name", HTMLInputElement).value.trim();
  if (username !== "") void actions.shut(what, { username }, username);
});
addEventListener("hashchange", followHash);
// For the console, and for tests: what is watched can be looked at, and nothing else.
Object.defineProperty(globalThis, "tanksOps", {
  value: Object.freeze({ scene: () => spectateScreen.match?.sceneAt(performance.now()) }),
});
if (token === undefined) signOut();
else signIn();

function signIn() {
  notify("");
  link?.close();
  link = new OpsLink({ url: SOCKET_URL, token: token ?? "", onMessage: hear, onState });
  pagePart("sign-out", HTMLElement).hidden = false;
  followHash();
}

/** @param {string} [notice] */
function signOut(notice = "") {
  link?.close();
  link = undefined;
  token = undefined;
  liveState = "off";
  forgetToken();
  showLive();
  pagePart("sign-out", HTMLElement).hidden = true;
  spectateScreen.open(undefined);
  showScreen("sign_in");
  notify(notice, "bad");
  pagePart("token", HTMLElement).focus();
}

/** @param {OpsMessage} message */
function hear(message) {
  switch (message.type) {
    case "OVERVIEW":
      lastOverview = message;
      showOverview(message);
      break;
    case "SERVER":
      serverScreen.onServer(message);
      break;
    default:
      spectateScreen.onMessage(message);
  }
}

/** @param {import("./ops_message.js").Overview} message */
function showOverview(message) {
  const time = timeText(message.now_ms, message.now_ms);
  pagePart("clock", HTMLElement).textContent = language.text("utc", { time });
  overviewScreen.show(message);
  serverScreen.onOverview(message);
}

/**
 * @param {OpsLinkState} state
 * @param {string} reason
 */
function onState(state, reason) {
  if (state === "refused") return signOut(language.word("refused", reason));
  // A try to come back is no news until it succeeds.
  if (!(liveState === "lost" && state === "connecting")) liveState = state;
  showLive();
}

function showLive() {
  const live = pagePart("live", HTMLElement);
  live.dataset.state = liveState;
  live.textContent = language.word("live", liveState);
}

/** @returns {{ server: string | undefined, match: string | undefined }} */
function readHash() {
  const fields = new URLSearchParams(location.hash.slice(1));
  return { server: fields.get("server") ?? undefined, match: fields.get("match") ?? undefined };
}

/** @param {{ server: string | undefined, match?: string }} place */
function goTo({ server, match }) {
  const fields = new URLSearchParams({
    ...(server !== undefined && { server }),
    ...(match !== undefined && { match }),
  });
  location.hash = fields.toString();
}

/** Shows what the address says: all servers, one of them, or a match. */
function followHash() {
  if (link === undefined) return;
  const { server, match } = readHash();
  serverScreen.open(server);
  spectateScreen.open(match);
  link.look({ serverId: server, filter: server === undefined ? "" : serverScreen.filter });
  link.spectate(match);
  showScreen(server === undefined ? "overview" : "server");
}

/** @param {"sign_in" | "overview" | "server"} name */
function showScreen(name) {
  if (document.body.dataset.screen === name && !pagePart(name, HTMLElement).hidden) return;
  document.body.dataset.screen = name;
  for (const screen of document.querySelectorAll("main")) screen.hidden = screen.id !== name;
  scrollTo(0, 0);
  pagePart(name, HTMLElement).focus({ preventScroll: true });
}

/**
 * Says something above the screen for a while.
 *
 * @param {string} text
 * @param {"good" | "bad"} [severity]
 */
function notify(text, severity = "good") {
  const notice = pagePart("notice", HTMLElement);
  notice.textContent = text;
  notice.dataset.severity = severity;
  notice.hidden = text === "";
  clearTimeout(noticeTimer);
  if (text !== "" && severity === "good") noticeTimer = setTimeout(() => notify(""), NOTICE_MS);
}
