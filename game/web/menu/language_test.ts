import { assertEquals } from "@std/assert";
import page from "../index.html" with { type: "text" };
import { TEXTS_EN } from "./texts_en.js";
import { TEXTS_RU } from "./texts_ru.js";

function placeholders(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).toSorted();
}

Deno.test("Texts of both languages say the same: keys, placeholders, nothing empty", () => {
  assertEquals(Object.keys(TEXTS_RU).toSorted(), Object.keys(TEXTS_EN).toSorted());
  const russian = new Map<string, string>(Object.entries(TEXTS_RU));
  for (const [key, english] of Object.entries(TEXTS_EN)) {
    const translated = russian.get(key) ?? "";
    assertEquals(placeholders(translated), placeholders(english), key);
    assertEquals([english.trim() === "", translated.trim() === ""], [false, false], key);
  }
});

Deno.test("Texts has every key that the page names", () => {
  const named = [...page.matchAll(/data-(?:text|label)="(\w+)"/g)].map(([, key]) => key ?? "");
  assertEquals(named.filter((key) => !Object.hasOwn(TEXTS_EN, key)), []);
  assertEquals(named.length > 40, true);
});
