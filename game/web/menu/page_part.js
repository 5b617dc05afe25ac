/**
 * The element of the page with that id.
 *
 * @template {HTMLElement} Part
 * @param {string} id
 * @param {new () => Part} kind
 * @returns {Part}
 * @throws {TypeError} where the page has none of that kind
 */
export function pagePart(id, kind) {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`Cannot find #${id}: the page has no such ${kind.name}`);
}

/**
 * An element with text in it, which is never taken as markup.
 *
 * @param {string} tag
 * @param {{ text?: string, classes?: string, parts?: readonly Node[] }} [options]
 * @returns {HTMLElement}
 */
export function makeElement(tag, { text, classes, parts = [] } = {}) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (classes !== undefined && classes !== "") element.className = classes;
  element.append(...parts);
  return element;
}
