import { pagePart } from "../menu/page_part.js";
import { ChatBox } from "./chat_box.js";
import { isTyping } from "./desk_controls.js";

/** @typedef {import("./game.js").Game} Game */

const LEAVE_AGAIN_MS = 2_500;

/**
 * The keys and buttons of a match besides those that drive.
 *
 * @param {{
 *   game: () => Game | undefined, hud: import("./hud.js").Hud,
 *   language: import("../menu/language.js").Language,
 * }} options
 * @returns {void}
 */
export function startPlayKeys({ game, hud, language }) {
  const chat = new ChatBox((text) => game()?.say(text));
  let leaveMs = -Infinity;
  const leave = () => {
    const nowMs = performance.now();
    if (nowMs - leaveMs < LEAVE_AGAIN_MS) return game()?.leave();
    leaveMs = nowMs;
    game()?.flash(language.text("leaveAgain"));
  };
  const toggleScore = () => hud.openScore(!hud.isScoreOpen);
  addEventListener("keydown", (event) => {
    if (game() === undefined || isTyping(event.target)) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.code === "Escape") leave();
    else if (event.code === "KeyN") game()?.toggleGraph();
    else if (event.code === "Enter" && !(event.target instanceof HTMLButtonElement)) chat.open();
    else if (event.code === "Tab") toggleScore();
    else return;
    event.preventDefault();
  });
  pagePart("leave", HTMLElement).addEventListener("click", leave);
  pagePart("open-score", HTMLElement).addEventListener("click", toggleScore);
  pagePart("open-chat", HTMLElement).addEventListener("click", () => chat.open());
}
