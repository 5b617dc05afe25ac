import { PageLanguage } from "../menu/page_language.js";
import { OPS_TEXTS_EN } from "./ops_texts_en.js";
import { OPS_TEXTS_RU } from "./ops_texts_ru.js";

/** @typedef {keyof typeof OPS_TEXTS_EN} OpsTextKey */

/**
 * What language the operators' page speaks.
 *
 * @extends {PageLanguage<OpsTextKey>}
 */
export class OpsLanguage extends PageLanguage {
  /** The browser's, or the chosen one. */
  constructor() {
    super({ en: OPS_TEXTS_EN, ru: OPS_TEXTS_RU });
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
}
