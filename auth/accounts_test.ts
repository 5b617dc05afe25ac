import { assert, assertEquals } from "@std/assert";
import {
  foldUsername,
  preparePassword,
  tryParseDisplayName,
  tryParsePassword,
  tryParseUsername,
} from "./accounts.ts";

Deno.test("Username is taken in NFKC", async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ["player1", "player1"],
    ["abc", "abc"],
    ["a".repeat(32), "a".repeat(32)],
    ["a_.-9", "a_.-9"],
    ["...", "..."],
    ["Иван", "Иван"],
    ["玩家一", "玩家一"],
    ["プレイヤー", "プレイヤー"],
    ["हिन्दी", "हिन्दी"],
    ["ผู้เล่น", "ผู้เล่น".normalize("NFKC")],
    ["שָׁלוֹם", "שָׁלוֹם".normalize("NFKC")],
    ["José", "José"],
    ["Jose\u0301", "José"],
    ["ｐｌａｙｅｒ", "player"],
    ["ﬁsh", "fish"],
    ["𝓹𝓵𝓪𝔂", "play"],
    ["𐐨".repeat(32), "𐐨".repeat(32)],
    ["٠١٢", "٠١٢"],
  ];
  for (const [raw, username] of cases) {
    await t.step(raw, () => assertEquals(tryParseUsername(raw), username));
  }
});

Deno.test("Username refuses what is none", async (t) => {
  const cases: readonly unknown[] = [
    undefined,
    null,
    42,
    {},
    ["player1"],
    "",
    "ab",
    "a".repeat(33),
    "𐐨".repeat(33),
    "ﬁ",
    "a".repeat(100_000),
    "two words",
    " player",
    "player\n",
    "play\u0000er",
    "play\u0007er",
    "a@b.c",
    "<script>",
    "a/b/c",
    "a'b\"c",
    "a+b",
    "½½½",
    "😀😀😀",
    "play\u200ber",
    "play\u200der",
    "play\u202eer",
    "play\ufeffer",
    "play\u00ader",
    "\u3164\u3164\u3164",
    "\u115f\u1160\uffa0",
    "abc\ufe0f",
    "abc\u034f",
    "\u0301abc",
    "1\u0301\u0301bc",
    "abz\u0335\u0335\u0335\u0335\u0335",
    "abc\u20e3",
    "abc\ud800",
    "\udc00abc",
    "abc\ue000",
    "abc\uffff",
    "abc\u0378",
  ];
  for (const raw of cases) {
    const name = (JSON.stringify(raw) ?? "undefined").slice(0, 60);
    await t.step(name, () => assertEquals(tryParseUsername(raw), undefined));
  }
});

Deno.test("Usernames that read alike fold to one form", async (t) => {
  const groups: readonly (readonly string[])[] = [
    ["player1", "Player1", "PLAYER1", "ｐｌａｙｅｒ１"],
    ["иван", "ИВАН", "Иван"],
    ["straße", "STRASSE", "STRAẞE", "strasse"],
    ["οδος", "ΟΔΟΣ", "οδοσ"],
    ["ıvan", "Ivan", "ivan"],
    ["josé", "JOSE\u0301"],
    ["ǆep", "ǅep", "Ǆep", "DŽEP"],
    ["ſam", "Sam"],
    ["Kelvin", "kelvin"],
    ["ᏣᎳᎩ", "ꮳꮃꭹ"],
  ];
  for (const [first = "", ...others] of groups) {
    for (const other of others) {
      await t.step(`${first} ${other}`, () => {
        assertEquals(foldUsername(other), foldUsername(first));
      });
    }
  }
});

Deno.test("Usernames that differ fold apart", () => {
  const names = ["player1", "player2", "player_1", "player-1", "İvan", "ivan", "jose", "josé"];
  assertEquals(new Set(names.map(foldUsername)).size, names.length);
});

Deno.test("Fold of every letter is the same for its cases, and final", () => {
  const wrong: string[] = [];
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
    const letter = String.fromCodePoint(codePoint);
    if (!/[\p{L}\p{M}\p{Nd}]/u.test(letter)) continue;
    const folded = foldUsername(letter);
    const forms = [folded, letter.toUpperCase(), letter.toLowerCase()];
    if (forms.some((form) => foldUsername(form) !== folded)) wrong.push(letter);
  }
  assertEquals(wrong, []);
});

Deno.test("Password has 8 to 256 characters", async (t) => {
  const cases: readonly (readonly [unknown, boolean])[] = [
    ["testpass", true],
    ["password123", true],
    ["a".repeat(7), false],
    ["a".repeat(8), true],
    ["a".repeat(256), true],
    ["a".repeat(257), false],
    ["😀".repeat(7), false],
    ["😀".repeat(8), true],
    ["😀".repeat(256), true],
    ["😀".repeat(257), false],
    ["e\u0301".repeat(7), false],
    ["e\u0301".repeat(256), true],
    ["        ", true],
    ["pass\u0000word", false],
    ["password\n", false],
    ["password\ud800", false],
    ["x".repeat(1_000_000), false],
    ["", false],
    [undefined, false],
    [12345678, false],
    [null, false],
    [["p", "a"], false],
  ];
  for (const [raw, good] of cases) {
    const name = (JSON.stringify(raw) ?? "undefined").slice(0, 40);
    await t.step(`${name} ${good}`, () => assertEquals(tryParsePassword(raw) !== undefined, good));
  }
});

Deno.test("Password is prepared as RFC 8265 says", () => {
  assertEquals(preparePassword("Jose\u0301 \u00a0\u3000x"), "José   x");
  assertEquals(preparePassword("ﬁsh"), "ﬁsh");
  assertEquals(preparePassword("PassWord"), "PassWord");
  assert(preparePassword("ａ") !== "a");
});

Deno.test("Display name is taken in NFC, with whatever can be seen", async (t) => {
  const cases: readonly (readonly [unknown, string | undefined])[] = [
    ["Player One", "Player One"],
    ["  Jose\u0301 ", "José"],
    ["Дмитрий «Танк» №1", "Дмитрий «Танк» №1"],
    ["😀", "😀"],
    ["a\u00a0b", "a b"],
    ["a", "a"],
    ["a".repeat(32), "a".repeat(32)],
    ["a".repeat(33), undefined],
    ["", undefined],
    ["   ", undefined],
    ["a  b", undefined],
    ["a\nb", undefined],
    ["a\u0000b", undefined],
    ["a\u001b[2J", undefined],
    ["a\u202eb", undefined],
    ["a\u2066b", undefined],
    ["a\u200bb", undefined],
    ["a\ufeffb", undefined],
    ["a\u2028b", undefined],
    ["a\ue000b", undefined],
    ["a\ud800", undefined],
    ["z\u0335\u0335\u0335\u0335\u0335", undefined],
    ["x".repeat(1_000_000), undefined],
    [7, undefined],
    [null, undefined],
    [undefined, undefined],
  ];
  for (const [raw, name] of cases) {
    const title = (JSON.stringify(raw) ?? "undefined").slice(0, 40);
    await t.step(title, () => assertEquals(tryParseDisplayName(raw), name));
  }
});

Deno.test("Username takes no character of these kinds at any place", () => {
  const kinds: readonly (readonly [string, string])[] = [
    ["control", "\u0000\u0007\u000a\u001b\u007f\u0085\u009f"],
    ["bidirectional", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"],
    [
      "zero width",
      "\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\u2061\ufeff\ufe0f\u{e0001}\u{e0100}",
    ],
    ["space", " \u00a0\u1680\u2000\u2028\u2029\u3000"],
  ];
  for (const [kind, characters] of kinds) {
    for (const character of characters) {
      for (const name of [`${character}player`, `play${character}er`, `player${character}`]) {
        const code = character.codePointAt(0)?.toString(16);
        assertEquals(tryParseUsername(name), undefined, `${kind} U+${code}`);
      }
    }
  }
});
