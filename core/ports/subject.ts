/** Words without whitespace, wildcards or control characters, joined by dots. */
// deno-lint-ignore no-control-regex -- what it refuses has to be named
const PLAIN = /^[^\s.*>\x00-\x1f\x7f]+(?:\.[^\s.*>\x00-\x1f\x7f]+)*$/;

/** The longest subject, in UTF-16 units. */
export const SUBJECT_LENGTH_MAX = 255;

/**
 * Checks a subject that is sent to: no wildcards.
 *
 * @throws TypeError where the subject is bad
 */
export function checkSubject(subject: string): void {
  if (subject.length <= SUBJECT_LENGTH_MAX && PLAIN.test(subject)) return;
  throw new TypeError(
    `Cannot use subject ${quote(subject)}: must be words joined by dots, without wildcards`,
  );
}

/**
 * Splits a subject that is listened to into its words; `*` may stand for one word, a last `>` for one
 * or more.
 *
 * @throws TypeError where the subject is bad
 */
export function parsePattern(subject: string): SubjectPattern {
  const words = subject.split(".");
  const plain = words.map((word, index) => {
    const isWildcard = word === "*" || (word === ">" && index === words.length - 1);
    return isWildcard ? "x" : word;
  }).join(".");
  if (subject.length > SUBJECT_LENGTH_MAX || !PLAIN.test(plain)) {
    throw new TypeError(
      `Cannot listen to subject ${quote(subject)}: must be words joined by dots, ` +
        "`*` for one word, `>` for the last ones",
    );
  }
  return { words, exact: plain === subject };
}

/** A subject with wildcards, split. */
export interface SubjectPattern {
  /** The words between the dots. */
  readonly words: readonly string[];
  /** It has no wildcards: it matches itself alone. */
  readonly exact: boolean;
}

/** Whether the words of a subject match a pattern's. */
export function matchesPattern(words: readonly string[], pattern: readonly string[]): boolean {
  for (const [index, expected] of pattern.entries()) {
    const word = words[index];
    if (word === undefined) return false;
    if (expected === ">") return true;
    if (expected !== "*" && expected !== word) return false;
  }
  return words.length === pattern.length;
}

function quote(subject: string): string {
  return JSON.stringify(subject.slice(0, SUBJECT_LENGTH_MAX + 1));
}
