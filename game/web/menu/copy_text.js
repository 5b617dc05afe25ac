/** @typedef {import("./texts_ru.js").Texts} Texts */

const COPIED_MS = 2_000;

/**
 * Copies a text, and says so on the button for a moment.
 *
 * @param {string} text
 * @param {{ button: HTMLElement, language: import("./language.js").Language }} options
 * @returns {Promise<void>}
 */
export async function copyText(text, { button, language }) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = language.text("roomCopied");
    setTimeout(() => {
      button.textContent = language.text(
        /** @type {keyof Texts} */ (button.dataset.text ?? "roomCopy"),
      );
    }, COPIED_MS);
  } catch {
    // Not allowed here, as on pages that came over plain HTTP: it is shown, to be copied by hand.
    prompt(language.text("copyByHand"), text);
  }
}
