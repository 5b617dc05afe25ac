import { assert, assertEquals } from "@std/assert";
import { foldUsername, preparePassword, tryParsePassword, tryParseUsername } from "./accounts.ts";

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
