import { TEXTS_EN } from "./texts_en.js";
import { TEXTS_RU } from "./texts_ru.js";

/** @typedef {import("./texts_ru.js").Texts} Texts */
/** @typedef {keyof Texts} TextKey */
/** @typedef {"en" | "ru"} LanguageName */

const STORAGE_KEY = "tanks.language";
/** @type {Readonly<Record<LanguageName, Texts>>} */
const TEXTS = { en: TEXTS_EN, ru: TEXTS_RU };

/** What language the page speaks: the browser's, unless the visitor has chosen. */
export class Language extends EventTarget {
  /** @type {LanguageName} */
  #name = readChoice() ?? (navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en");

  /** Which it is. */
  get name() {
    return this.#name;
  }

  /**
   * @param {string | undefined} name
   * @returns {void}
   */
  choose(name) {
    if (name !== "en" && name !== "ru") return;
    this.#name = name;
    try {
      localStorage.setItem(STORAGE_KEY, name);
    } catch {
      // A browser that keeps nothing asks the visitor again.
    }
    this.apply();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {TextKey} key
   * @param {Readonly<Record<string, string | number>>} [values]
   * @returns {string}
   */
  text(key, values = {}) {
    return TEXTS[this.#name][key].replaceAll(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  /**
   * What went wrong, for people.
   *
   * @param {unknown} error
   * @returns {string}
   */
  errorText(error) {
    const { code, message } = /** @type {{ code?: string, message?: string }} */ (error ?? {});
    const key = `error_${code}`;
    if (Object.hasOwn(TEXTS_EN, key)) return this.text(/** @type {TextKey} */ (key));
    return this.text("error_other", { message: message ?? String(error) });
  }

  /** Puts every text of the page into the language. */
  apply() {
    document.documentElement.lang = this.#name;
    for (const element of document.querySelectorAll("[data-text]")) {
      element.textContent = this.#keyed(element, "text");
    }
    for (const element of document.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", this.#keyed(element, "label"));
      element.setAttribute("title", this.#keyed(element, "label"));
    }
    for (const button of document.querySelectorAll("button[data-language]")) {
      const isChosen = button.getAttribute("data-language") === this.#name;
      button.setAttribute("aria-pressed", String(isChosen));
    }
  }

  /**
   * @param {Element} element
   * @param {"text" | "label"} attribute
   */
  #keyed(element, attribute) {
    return this.text(/** @type {TextKey} */ (element.getAttribute(`data-${attribute}`) ?? ""));
  }
}

/** @returns {LanguageName | undefined} */
function readChoice() {
  try {
    const name = localStorage.getItem(STORAGE_KEY);
    return name === "en" || name === "ru" ? name : undefined;
  } catch {
    // Storage that may not be read has no choice in it.
    return undefined;
  }
}
