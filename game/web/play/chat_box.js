import { pagePart } from "../menu/page_part.js";

/** The line in which one writes to the match. */
export class ChatBox {
  #form = pagePart("chat-form", HTMLFormElement);
  #text = pagePart("chat-text", HTMLInputElement);

  /** @param {(text: string) => void} onSay */
  constructor(onSay) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#text.value.trim();
      if (text !== "") onSay(text);
      this.close();
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    this.#text.addEventListener("blur", () => this.close());
  }

  /** Lets one write. */
  open() {
    this.#form.hidden = false;
    this.#text.focus();
  }

  /** Puts it away, with what was written. */
  close() {
    if (this.#form.hidden) return;
    this.#form.hidden = true;
    this.#text.value = "";
    pagePart("arena", HTMLElement).focus();
  }
}
