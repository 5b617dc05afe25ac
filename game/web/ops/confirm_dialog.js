import { pagePart } from "../menu/page_part.js";

/**
 * Asks before something is done; resolves to whether it is to be.
 *
 * @param {{ title: string, text: string, yes: string, isDangerous?: boolean }} question
 * @returns {Promise<boolean>}
 */
export function confirmAction({ title, text, yes, isDangerous = true }) {
  const dialog = pagePart("confirm", HTMLDialogElement);
  pagePart("confirm-title", HTMLElement).textContent = title;
  pagePart("confirm-text", HTMLElement).textContent = text;
  const button = pagePart("confirm-yes", HTMLElement);
  button.textContent = yes;
  button.classList.toggle("danger", isDangerous);
  dialog.returnValue = "no";
  dialog.showModal();
  // Enter must not do it by itself.
  pagePart("confirm-no", HTMLElement).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
