/** Text that is HTML already: made by {@linkcode html} alone. */
export class Html {
  /** The markup. */
  readonly markup: string;

  /** Takes markup as it is: use {@linkcode html}, which escapes. */
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template: text is escaped, HTML is not, and undefined is nothing. */
export type HtmlValue = Html | string | number | undefined | readonly Html[];

/** Templates without their indentation; there are as many as the source has. */
const trimmed = new WeakMap<TemplateStringsArray, readonly string[]>();

/**
 * Makes HTML of a template, and text of whatever is put into it, in elements and in quoted attributes.
 * Line breaks between tags are left out, with their indentation; others are a space.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let texts = trimmed.get(parts);
  if (texts === undefined) trimmed.set(parts, texts = parts.map(withoutIndentation));
  let markup = texts[0] ?? "";
  for (const [index, value] of values.entries()) {
    markup += markupOf(value) + (texts[index + 1] ?? "");
  }
  return new Html(markup);
}

function withoutIndentation(text: string): string {
  return text.replaceAll(/(^|.)[ ]*\n\s*(?=(<|$)?)/g, (_, before: string, after?: string) => {
    const isBetweenTags = before === "" || before === ">" || after !== undefined;
    return isBetweenTags ? before : `${before} `;
  });
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "string" || typeof value === "number") return escapeText(String(value));
  return value.map(({ markup }) => markup).join("");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
