/** The shortest and longest username, in characters (code points) after normalisation. */
export const USERNAME_LENGTH = { min: 3, max: 32 } as const;
/** The shortest and longest password, in characters (code points) after normalisation. */
export const PASSWORD_LENGTH = { min: 8, max: 256 } as const;

/** The shortest and longest display name, in characters (code points) after normalisation. */
export const DISPLAY_NAME_LENGTH = { min: 1, max: 32 } as const;

// No text that fits after NFKC is longer before: four units decompose a letter at the most, and a
// longer text need not be normalised to be refused.
const UNITS_PER_CHARACTER_MAX = 8;
const USERNAME_UNITS_MAX = USERNAME_LENGTH.max * UNITS_PER_CHARACTER_MAX;
const PASSWORD_UNITS_MAX = PASSWORD_LENGTH.max * UNITS_PER_CHARACTER_MAX;

/**
 * Letters of any script, each with the marks that it is written with (vowel signs and the like, at
 * most four: no script needs more, and piles of them deface a screen), digits, `_`, `.` and `-`.
 * What is invisible is none of these, though Unicode calls some of it letters: the Hangul fillers.
 */
const USERNAME_PATTERN =
  /^(?:(?!\p{Default_Ignorable_Code_Point})(?:\p{L}(?:(?!\p{Default_Ignorable_Code_Point})[\p{Mn}\p{Mc}]){0,4}|\p{Nd}|[_.\-]))+$/u;

/**
 * What a display name may hold besides: punctuation, symbols and single spaces between. Nothing that
 * cannot be seen, and nothing that turns the direction of what follows.
 */
const DISPLAY_NAME_PATTERN =
  /^(?:(?!\p{Default_Ignorable_Code_Point})(?: (?! |$)|[\p{L}\p{N}\p{P}\p{S}](?:(?!\p{Default_Ignorable_Code_Point})[\p{Mn}\p{Mc}]){0,4}))+$/u;

/** Spaces other than ASCII's, which RFC 8265 takes for ASCII's in a password. */
const OTHER_SPACES = /\p{Zs}/gu;
const CONTROLS = /\p{Cc}/u;

/** The username in the form that is stored and shown (NFKC), or undefined where it is no username. */
export function tryParseUsername(raw: unknown): string | undefined {
  if (typeof raw !== "string" || raw.length > USERNAME_UNITS_MAX) return undefined;
  const username = raw.normalize("NFKC");
  if (!hasLength(username, USERNAME_LENGTH) || !USERNAME_PATTERN.test(username)) return undefined;
  return username;
}

/**
 * The form in which usernames are compared: two that differ only in case, or in how Unicode spells
 * them, have one form. Full case folding by way of upper case, so that `ß`, `ẞ` and `SS` meet, and so
 * do the three sigmas; a dotless `ı` meets `i`, which is what a reader would take it for. No locale
 * has a say: `İ` keeps its dot and stays apart from `i`.
 */
export function foldUsername(username: string): string {
  const upper = username.normalize("NFKC").toLowerCase().toUpperCase();
  return upper.toLowerCase().normalize("NFKC");
}

/** The display name in the form that is stored (NFC), or undefined where it is none. */
export function tryParseDisplayName(raw: unknown): string | undefined {
  if (typeof raw !== "string" || raw.length > USERNAME_UNITS_MAX) return undefined;
  const name = raw.replace(OTHER_SPACES, " ").trim().normalize("NFC");
  if (!hasLength(name, DISPLAY_NAME_LENGTH) || !DISPLAY_NAME_PATTERN.test(name)) return undefined;
  return name;
}

/** A new password in the form that is hashed, or undefined where it is none we take. */
export function tryParsePassword(raw: unknown): string | undefined {
  if (typeof raw !== "string" || raw.length > PASSWORD_UNITS_MAX) return undefined;
  // A lone surrogate has no UTF-8 and would be hashed as U+FFFD, like any other; RFC 8265 refuses
  // control characters, and HMAC, in scrypt, takes no notice of NULs at the end.
  if (!raw.isWellFormed() || CONTROLS.test(raw)) return undefined;
  const password = preparePassword(raw);
  return hasLength(password, PASSWORD_LENGTH) ? password : undefined;
}

/**
 * The form in which passwords are hashed: OpaqueString of RFC 8265, which is NFC with all spaces
 * ASCII's, so that one password typed on two keyboards is one. NFC and not NFKC: that would make
 * `ﬁ` and `fi` the same and the password weaker.
 */
export function preparePassword(raw: string): string {
  return raw.replace(OTHER_SPACES, " ").normalize("NFC");
}

function hasLength(text: string, length: { readonly min: number; readonly max: number }): boolean {
  const characterCount = [...text].length;
  return characterCount >= length.min && characterCount <= length.max;
}
