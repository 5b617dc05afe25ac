import { OPS_TEXTS_EN } from "./ops_texts_en.js";
import { OPS_TEXTS_RU } from "./ops_texts_ru.js";

/** @typedef {typeof OPS_TEXTS_EN} OpsTexts */
/** @typedef {keyof OpsTexts} OpsTextKey */
/** @typedef {"en" | "ru"} LanguageName */
/** @typedef {Readonly<Record<string, string | number>>} TextValues */

/** The players' page's too: whoever has chosen has chosen for both. */
const STORAGE_KEY = "tanks.language";
/** @type {Readonly<Record<LanguageName, Readonly<Record<OpsTextKey, string>>>>} */
const TEXTS = { en: OPS_TEXTS_EN, ru: OPS_TEXTS_RU };

/** What language the page speaks: the browser's, unless the operator has chosen. */
export class OpsLanguage extends EventTarget {
  /** @type {LanguageName} */
  #name = readChoice() ?? (navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en");

  /** Which it is. */
  get name() {
    return this.#name;
  }

  /**
   * @param {string | null} name
   * @returns {void}
   */
  choose(name) {
    if (name !== "en" && name !== "ru") return;
    this.#name = name;
    try {
      localStorage.setItem(STORAGE_KEY, name);
    } catch {
      // A browser that keeps nothing asks again.
    }
    this.apply();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {OpsTextKey} key
   * @param {TextValues} [values]
   * @returns {string}
   */
  text(key, values = {}) {
    return TEXTS[this.#name][key].replaceAll(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  /**
   * The text of a word that the gateway says, or the word itself.
   *
   * @param {string} prefix
   * @param {string} word
   * @returns {string}
   */
  word(prefix, word) {
    const key = `${prefix}_${word}`;
    return Object.hasOwn(OPS_TEXTS_EN, key) ? this.text(/** @type {OpsTextKey} */ (key)) : word;
  }

  /** Puts every text of the page into the language. */
  apply() {
    document.documentElement.lang = this.#name;
    for (const element of document.querySelectorAll("[data-text]")) {
      element.textContent = this.#keyed(element, "text");
    }
    for (const element of document.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", this.#keyed(element, "label"));
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
    const key = element.getAttribute(`data-${attribute}`) ?? "";
    return this.text(/** @type {OpsTextKey} */ (key));
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
