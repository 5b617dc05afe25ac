/**
 * Makes the children of an element those of a list, and keeps those that stay: what is focused, scrolled or
 * open in them stays so.
 *
 * @template Item
 * @param {HTMLElement} parent
 * @param {readonly Item[]} items
 * @param {{
 *   key: (item: Item) => string,
 *   make: (item: Item) => HTMLElement,
 *   update: (element: HTMLElement, item: Item) => void,
 * }} how
 * @returns {void}
 */
export function syncChildren(parent, items, { key, make, update }) {
  /** @type {Map<string, HTMLElement>} */
  const known = new Map();
  for (const child of parent.children) {
    if (child instanceof HTMLElement) known.set(child.dataset.key ?? "", child);
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const element = known.get(name) ?? make(item);
    element.dataset.key = name;
    known.delete(name);
    update(element, item);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const element of known.values()) element.remove();
}

/**
 * Sets a text, where it is another.
 *
 * @param {Element | null | undefined} element
 * @param {string} text
 * @returns {void}
 */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}
