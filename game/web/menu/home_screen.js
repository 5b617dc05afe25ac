import { pagePart } from "./page_part.js";

/** @typedef {import("../net/account.js").Account} Account */
/** @typedef {import("./language.js").Language} Language */
/**
 * @typedef {Readonly<{
 *   account: Account, language: Language, onPlay: (mode: string) => void,
 *   onCreateRoom: (mode: string) => void, onJoinRoom: (code: string) => void,
 *   onError: (error: unknown) => void, onDone: () => void,
 * }>} HomeOptions
 */

/** The first screen: what to play, with whom, and as who. */
export class HomeScreen {
  #options;
  #form = pagePart("account-form", HTMLFormElement);

  /** @param {HomeOptions} options */
  constructor(options) {
    this.#options = options;
    const { account, language, onPlay, onCreateRoom, onJoinRoom } = options;
    for (const button of document.querySelectorAll("button[data-mode]")) {
      button.addEventListener("click", () => onPlay(button.getAttribute("data-mode") ?? ""));
    }
    onSubmit("join-room", (fields) => onJoinRoom(textOf(fields, "code")));
    onSubmit("create-room", (fields) => onCreateRoom(textOf(fields, "mode")));
    onSubmit("account-form", (fields, action) => void this.#enter(fields, action));
    pagePart("logout", HTMLElement).addEventListener("click", () => void account.logout());
    account.addEventListener("change", () => this.show());
    language.addEventListener("change", () => this.show());
    this.show();
  }

  /** Shows who plays. */
  show() {
    const { account: { session }, language } = this.#options;
    const isKnown = session !== undefined && !session.isGuest;
    this.#form.hidden = isKnown;
    pagePart("account-in", HTMLElement).hidden = !isKnown;
    pagePart("who", HTMLElement).textContent = session === undefined
      ? language.text("playingAsGuest")
      : language.text("playingAs", { name: session.username });
  }

  /**
   * @param {FormData} fields
   * @param {string} action
   */
  async #enter(fields, action) {
    const { account, onError, onDone } = this.#options;
    const [username, password] = [textOf(fields, "username"), textOf(fields, "password")];
    const buttons = this.#form.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    try {
      if (action === "register") await account.register(username, password);
      else await account.login(username, password);
      this.#form.reset();
      onDone();
    } catch (error) {
      onError(error);
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }
}

/**
 * @param {string} id
 * @param {(fields: FormData, action: string) => void} take
 */
function onSubmit(id, take) {
  const form = pagePart(id, HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { submitter } = event;
    const action = submitter instanceof HTMLButtonElement ? submitter.value : "";
    take(new FormData(form), action);
  });
}

/**
 * @param {FormData} fields
 * @param {string} name
 */
function textOf(fields, name) {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}
