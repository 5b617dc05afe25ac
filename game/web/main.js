// Long because it is where all parts of the page meet.
import { findMatch } from "./menu/find_match.js";
import { HomeScreen } from "./menu/home_screen.js";
import { Language } from "./menu/language.js";
import { showOver } from "./menu/over_screen.js";
import { copyText } from "./menu/copy_text.js";
import { modeText } from "./menu/mode_text.js";
import { pagePart } from "./menu/page_part.js";
import { RoomScreen } from "./menu/room_screen.js";
import { Screens } from "./menu/screens.js";
import { Account } from "./net/account.js";
import { Controls } from "./play/controls.js";
import { Game } from "./play/game.js";
import { Hud } from "./play/hud.js";
import { startPlayKeys } from "./play/play_keys.js";
import { ReplayScreen } from "./replay/replay_screen.js";
import { Renderer } from "./view/renderer.js";

/** @typedef {import("./net/match_link.js").Ticket} Ticket */
/** @typedef {import("./play/game.js").Ending} Ending */

const SOCKET_URL = new URL("/ws", location.href.replace(/^http/, "ws")).href;
/** What is said of a match that ended otherwise than by being played to its end. */
const ENDINGS = /** @type {const} */ (["superseded", "unreachable", "kicked"]);
const ROOM_HASH = /^#room=([A-Za-z0-9]{4,12})$/;

const language = new Language();
const account = new Account();
const screens = new Screens();
const hud = new Hud(language);
const arena = pagePart("arena", HTMLCanvasElement);
const renderer = new Renderer(arena);
const controls = new Controls({
  surface: arena,
  drive: pagePart("drive-stick", HTMLElement),
  aim: pagePart("aim-stick", HTMLElement),
});
const room = new RoomScreen(account, { language, onError: fail });
const replay = new ReplayScreen({ renderer, hud, language, onClose: leaveReplay });
/** @type {Game | undefined} */
let game;
/** The match that was played last. */
let lastMatchId = "";
/** What is waited for: a search or a room. */
let waiting = new AbortController();
/** @type {string | undefined} The mode of the match that was found last; undefined: it was a room's. */
let lastMode;

language.apply();
for (const button of document.querySelectorAll("button[data-language]")) {
  button.addEventListener("click", () => {
    language.choose(button.getAttribute("data-language"));
  });
}
new HomeScreen({
  account,
  language,
  onPlay: (mode) => void search(mode),
  onCreateRoom: (mode) => void enterRoom(() => room.create({ game_mode: mode })),
  onJoinRoom: (code) => void enterRoom(() => room.join(code)),
  onError: fail,
  onDone: () => screens.notify(),
});
startPlayKeys({ game: () => game, hud, language });
onClick("search-cancel", () => goHome());
onClick("room-leave", () => {
  void room.leave();
  goHome();
});
onClick("over-again", () => {
  if (lastMode !== undefined) void search(lastMode);
  else void enterRoom(() => room.comeBack(lastMatchId));
});
onClick("over-watch", () => {
  history.pushState(null, "", replayPath(lastMatchId));
  void watch(lastMatchId);
});
onClick("over-copy", () => {
  const url = new URL(replayPath(lastMatchId), location.href).href;
  void copyText(url, { button: pagePart("over-copy", HTMLElement), language });
});
onClick("over-home", () => goHome());
onClick("leave", () => {
  if (screens.current === "replay") leaveReplay();
});
addEventListener("keydown", ({ code }) => {
  if (code !== "Escape") return;
  if (screens.current === "search" || screens.current === "over") goHome();
  if (screens.current === "replay" && !replay.isOpen) leaveReplay();
});
addEventListener("hashchange", followAddress);
addEventListener("popstate", followAddress);
followAddress();
// For the console, and for tests: what is on the screen can be looked at, and nothing else.
Object.defineProperty(globalThis, "tanksBlitz", {
  value: Object.freeze({
    scene: () => game?.battle?.sceneAt(performance.now()),
    linkState: () => game?.linkState,
    replay: () => replay.moment,
    vitals: () => game?.battle?.vitals,
    toScreen: (/** @type {{ x: number, y: number }} */ place) => renderer.camera.toScreen(place),
  }),
});

/** @param {string} mode */
async function search(mode) {
  const { signal } = startWaiting();
  pagePart("search-mode", HTMLElement).textContent = modeText(mode, language);
  const detail = pagePart("search-detail", HTMLElement);
  detail.textContent = "";
  screens.show("search");
  try {
    const onWait = (/** @type {number} */ waitedMs) => {
      const seconds = Math.round(waitedMs / 1_000);
      detail.textContent = language.text("searchWaited", { seconds });
    };
    const onFault = () => {
      detail.textContent = language.text("stillTrying");
    };
    const ticket = await findMatch(account, { mode, signal, onWait, onFault });
    if (signal.aborted) return;
    lastMode = mode;
    play(ticket);
  } catch (error) {
    if (!signal.aborted) goHome(language.errorText(error));
  }
}

/** @param {() => Promise<string>} enter resolves to the room's code */
async function enterRoom(enter) {
  const { signal } = startWaiting();
  try {
    const code = await enter();
    if (signal.aborted) return;
    history.replaceState(null, "", `#room=${code}`);
    screens.show("room");
    const ticket = await room.awaitMatch(signal);
    lastMode = undefined;
    play(ticket);
  } catch (error) {
    if (!signal.aborted) goHome(language.errorText(error));
  }
}

/** @param {Ticket} ticket */
function play(ticket) {
  screens.notify();
  screens.show("play");
  renderer.resize();
  lastMatchId = ticket.matchId;
  game = new Game({
    renderer,
    controls,
    hud,
    language,
    url: SOCKET_URL,
    ticket,
    renewToken: async () => (await account.ensure()).token,
    onEnd: finish,
  });
}

/** @param {Ending} ending */
function finish({ reason, winner, battle }) {
  game = undefined;
  clearRoom();
  if (reason === "match_over" && battle !== undefined) {
    showOver(battle, { winner: winner ?? null, language });
    screens.show("over");
    return;
  }
  if (reason === "left") return goHome();
  goHome(language.text(ENDINGS.find((key) => key === reason) ?? "lost"));
}

/**
 * Shows a match that is over.
 *
 * @param {string} matchId
 */
async function watch(matchId) {
  const { signal } = startWaiting();
  replay.close();
  screens.show("replay");
  renderer.resize();
  try {
    await replay.open(matchId, { signal, playerName: account.session?.username });
  } catch (error) {
    if (!signal.aborted) leaveReplay(language.errorText(error));
  }
}

/** @param {string} [notice] */
function leaveReplay(notice) {
  history.replaceState(null, "", "/");
  goHome(notice);
}

/** @param {string} [notice] */
function goHome(notice) {
  waiting.abort();
  replay.close();
  clearRoom();
  screens.notify(notice);
  screens.show("home");
}

/** @returns {AbortController} */
function startWaiting() {
  waiting.abort();
  waiting = new AbortController();
  screens.notify();
  return waiting;
}

function clearRoom() {
  if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
}

/** Goes where the address says: into a room, or to a replay. */
function followAddress() {
  if (game !== undefined) return;
  const matchId = new URLSearchParams(location.search).get("replay");
  if (matchId !== null) return void watch(matchId);
  if (replay.isOpen) goHome();
  const code = ROOM_HASH.exec(location.hash)?.[1];
  if (code !== undefined) void enterRoom(() => room.join(code));
}

/** @param {string} matchId */
function replayPath(matchId) {
  return `/?replay=${encodeURIComponent(matchId)}`;
}

/**
 * @param {string} id
 * @param {() => void} act
 */
function onClick(id, act) {
  pagePart(id, HTMLElement).addEventListener("click", act);
}

/** @param {unknown} error */
function fail(error) {
  screens.notify(language.errorText(error));
}
