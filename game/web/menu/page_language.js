/** @typedef {"en" | "ru"} LanguageName */
/** @typedef {Readonly<Record<string, string | number>>} TextValues */

/** One for all pages: whoever has chosen on one has chosen for the others. */
const STORAGE_KEY = "tanks.language";

/**
 * What language a page speaks: the browser's, unless the visitor has chosen.
 *
 * @template {string} TextKey
 */
export class PageLanguage extends EventTarget {
  #texts;
  /** @type {LanguageName} */
  #name = readChoice() ?? (navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en");

  /** @param {Readonly<Record<LanguageName, Readonly<Record<TextKey, string>>>>} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

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
      // A browser that keeps nothing asks the visitor again.
    }
    this.apply();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {TextKey} key
   * @param {TextValues} [values]
   * @returns {string}
   */
  text(key, values = {}) {
    const text = this.#texts[this.#name][key];
    return text.replaceAll(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
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
