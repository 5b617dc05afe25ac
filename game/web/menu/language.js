import { PageLanguage } from "./page_language.js";
import { TEXTS_EN } from "./texts_en.js";
import { TEXTS_RU } from "./texts_ru.js";

/** @typedef {keyof import("./texts_ru.js").Texts} TextKey */

/**
 * What language the players' page speaks.
 *
 * @extends {PageLanguage<TextKey>}
 */
export class Language extends PageLanguage {
  /** The browser's, or the chosen one. */
  constructor() {
    super({ en: TEXTS_EN, ru: TEXTS_RU });
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

  /**
   * Puts every text of the page into the language; what has a label shows it to the mouse too.
   *
   * @override
   */
  apply() {
    super.apply();
    for (const element of document.querySelectorAll("[data-label]")) {
      element.setAttribute("title", element.getAttribute("aria-label") ?? "");
    }
  }
}
