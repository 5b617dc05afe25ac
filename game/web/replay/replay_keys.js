import { isTyping } from "../play/desk_controls.js";

/**
 * What a replay can be told.
 *
 * @typedef {Readonly<{
 *   togglePlay: () => void, seekBy: (seconds: number) => void, step: (direction: 1 | -1) => void,
 *   changeSpeed: (direction: 1 | -1) => void, toKill: (direction: 1 | -1) => void,
 *   toStart: () => void, toEnd: () => void, followNext: (direction: 1 | -1) => void,
 *   followNobody: () => void, toggleScore: () => void, close: () => void,
 * }>} ReplayActions
 */

/** What an arrow key goes over, in seconds; with Shift so many times as much. */
const SEEK_S = 5;
const SEEK_FAR = 6;

/** @type {Readonly<Record<string, (actions: ReplayActions, isFar: boolean) => void>>} */
const KEYS = {
  Space: ({ togglePlay }) => togglePlay(),
  KeyK: ({ togglePlay }) => togglePlay(),
  ArrowLeft: ({ seekBy }, isFar) => seekBy(isFar ? -SEEK_S * SEEK_FAR : -SEEK_S),
  ArrowRight: ({ seekBy }, isFar) => seekBy(isFar ? SEEK_S * SEEK_FAR : SEEK_S),
  Comma: ({ step }) => step(-1),
  Period: ({ step }) => step(1),
  ArrowUp: ({ changeSpeed }) => changeSpeed(1),
  ArrowDown: ({ changeSpeed }) => changeSpeed(-1),
  BracketLeft: ({ toKill }) => toKill(-1),
  BracketRight: ({ toKill }) => toKill(1),
  Home: ({ toStart }) => toStart(),
  End: ({ toEnd }) => toEnd(),
  KeyF: ({ followNext }, isFar) => followNext(isFar ? -1 : 1),
  Digit0: ({ followNobody }) => followNobody(),
  KeyT: ({ toggleScore }) => toggleScore(),
  Escape: ({ close }) => close(),
};

/**
 * Does what a key means, unless it means something to what has the focus.
 *
 * @param {KeyboardEvent} event
 * @param {ReplayActions} actions
 * @returns {void}
 */
export function onReplayKey(event, actions) {
  const { code, target, shiftKey } = event;
  const act = KEYS[code];
  if (act === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  const isBar = target instanceof HTMLInputElement && target.type === "range";
  if (isTyping(target) && !isBar && code !== "Escape") return;
  if (code === "Space" && target instanceof HTMLButtonElement) return;
  event.preventDefault();
  act(actions, shiftKey);
}
