import { findMatch } from "./menu/find_match.js";
import { HomeScreen } from "./menu/home_screen.js";
import { Language } from "./menu/language.js";
import { showOver } from "./menu/over_screen.js";
import { pagePart } from "./menu/page_part.js";
import { RoomScreen } from "./menu/room_screen.js";
import { Screens } from "./menu/screens.js";
import { Account } from "./net/account.js";
import { Controls } from "./play/controls.js";
import { Game } from "./play/game.js";
import { Hud } from "./play/hud.js";
import { startPlayKeys } from "./play/play_keys.js";
import { Renderer } from "./view/renderer.js";

/** @typedef {import("./net/match_link.js").Ticket} Ticket */
/** @typedef {import("./play/game.js").Ending} Ending */

const SOCKET_URL = new URL("/ws", location.href.replace(/^http/, "ws")).href;
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
/** @type {Game | undefined} */
let game;
/** What is waited for: a search or a room. */
let waiting = new AbortController();
/** @type {string | undefined} The mode of the match that was found last; undefined: it was a room's. */
let lastMode;

language.apply();
for (const button of document.querySelectorAll("button[data-language]")) {
  button.addEventListener("click", () => {
    language.choose(button.getAttribute("data-language") ?? undefined);
  });
}
new HomeScreen({
  account,
  language,
  onPlay: (mode) => void search(mode),
  onCreateRoom: (mode) => void enterRoom(() => room.create(mode)),
  onJoinRoom: (code) => void enterRoom(() => room.join(code)),
  onError: fail,
  onDone: () => screens.notify(),
});
startPlayKeys({ game: () => game, hud, language });
pagePart("search-cancel", HTMLElement).addEventListener("click", () => goHome());
pagePart("room-leave", HTMLElement).addEventListener("click", () => {
  void room.leave();
  goHome();
});
pagePart("over-again", HTMLElement).addEventListener("click", () => void search(lastMode ?? ""));
pagePart("over-home", HTMLElement).addEventListener("click", () => goHome());
addEventListener("keydown", ({ code }) => {
  if (code === "Escape" && screens.current === "search") goHome();
});
addEventListener("hashchange", followHash);
followHash();
// For the console, and for tests: what is on the screen can be looked at, and nothing else.
Object.defineProperty(globalThis, "tanksBlitz", {
  value: Object.freeze({
    scene: () => game?.battle?.sceneAt(performance.now()),
    linkState: () => game?.linkState,
    vitals: () => game?.battle?.vitals,
    toScreen: (/** @type {{ x: number, y: number }} */ place) => renderer.camera.toScreen(place),
  }),
});

/** @param {string} mode */
async function search(mode) {
  const { signal } = startWaiting();
  pagePart("search-detail", HTMLElement).textContent = "";
  screens.show("search");
  try {
    const onWait = (/** @type {number} */ waitedMs) => {
      const seconds = Math.round(waitedMs / 1_000);
      const text = language.text("searchWaited", { seconds });
      pagePart("search-detail", HTMLElement).textContent = text;
    };
    const ticket = await findMatch(account, { mode, signal, onWait });
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
    showOver(battle, { winner: winner ?? null, language, canRepeat: lastMode !== undefined });
    screens.show("over");
    return;
  }
  if (reason === "left") return goHome();
  const key = reason === "superseded" || reason === "unreachable" ? reason : "lost";
  goHome(language.text(key));
}

/** @param {string} [notice] */
function goHome(notice) {
  waiting.abort();
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
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
}

function followHash() {
  const code = ROOM_HASH.exec(location.hash)?.[1];
  if (code !== undefined && game === undefined) void enterRoom(() => room.join(code));
}

/** @param {unknown} error */
function fail(error) {
  screens.notify(language.errorText(error));
}
