import { assert, assertEquals } from "@std/assert";
import { type Page, webTests } from "./web_browser.ts";

/** WCAG 2.2, 1.4.3 and 1.4.11: text, and what is no text but has to be seen. */
const TEXT_CONTRAST_MIN = 4.5;
const SHAPE_CONTRAST_MIN = 3;
const TOUCH_PX_MIN = 24;

/** `[front, back, least]`, by the style sheet's names. */
const CONTRASTS: readonly (readonly [string, string, number])[] = [
  ["text", "ground", TEXT_CONTRAST_MIN],
  ["text", "panel", TEXT_CONTRAST_MIN],
  ["quiet", "panel", TEXT_CONTRAST_MIN],
  ["quiet", "raised", TEXT_CONTRAST_MIN],
  ["accent", "panel", TEXT_CONTRAST_MIN],
  ["on-accent", "accent", TEXT_CONTRAST_MIN],
  ["bad", "ground", TEXT_CONTRAST_MIN],
  ["arena-text", "arena-halo", TEXT_CONTRAST_MIN],
  ["arena-ally", "arena-halo", TEXT_CONTRAST_MIN],
  ["arena-enemy", "arena-halo", TEXT_CONTRAST_MIN],
  ["edge", "panel", SHAPE_CONTRAST_MIN],
  ["arena-me", "arena-ground", SHAPE_CONTRAST_MIN],
  ["arena-ally", "arena-ground", SHAPE_CONTRAST_MIN],
  ["arena-enemy", "arena-ground", SHAPE_CONTRAST_MIN],
  ["arena-shell", "arena-ground", SHAPE_CONTRAST_MIN],
];

webTests("Web page", {
  "is read and played at 360 px, in both schemes and languages": async ({ visit }) => {
    const viewport = { width: 360, height: 740 };
    for (const [colorScheme, locale] of [["light", "ru-RU"], ["dark", "en-GB"]] as const) {
      const page = await visit({ viewport, colorScheme, locale });
      await assertContrasts(page);
      const widths = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      assertEquals(widths, [360, 360]);
      const russian = page.getByRole("heading", { name: "В бой" });
      const english = page.getByRole("heading", { name: "Into battle" });
      assertEquals(await russian.isVisible(), locale === "ru-RU");
      await page.getByRole("button", { name: locale === "ru-RU" ? "EN" : "RU", exact: true })
        .click();
      await (locale === "ru-RU" ? english : russian).waitFor();
      const chat = page.locator("#open-chat");
      const hints = [await chat.getAttribute("title"), await chat.getAttribute("aria-label")];
      assertEquals(new Set(hints), new Set([locale === "ru-RU" ? "Chat" : "Чат"]));
      await page.close();
    }
  },
  "has buttons that a finger hits": async ({ visit }) => {
    const page = await visit();
    for (const box of await page.locator("#home button").all()) {
      const { width = 0, height = 0 } = await box.boundingBox() ?? {};
      // What is hidden has no box.
      if (width > 0) {
        assert(
          width >= TOUCH_PX_MIN && height >= TOUCH_PX_MIN,
          `${width} x ${height}`,
        );
      }
    }
  },
});

async function assertContrasts(page: Page): Promise<void> {
  const names = [...new Set(CONTRASTS.flatMap(([front, back]) => [front, back]))];
  const colours = new Map(
    await page.evaluate((names) => {
      const style = getComputedStyle(document.documentElement);
      return names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()] as const);
    }, names),
  );
  for (const [front, back, least] of CONTRASTS) {
    const ratio = contrastOf(colours.get(front) ?? "", colours.get(back) ?? "");
    assert(ratio >= least, `${front} on ${back}: ${ratio.toFixed(2)}, at least ${least}`);
  }
}

/** The contrast ratio as WCAG 2.2 defines it. */
function contrastOf(front: string, back: string): number {
  const [one, other] = [luminanceOf(front), luminanceOf(back)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminanceOf(colour: string): number {
  const digits = colour.replace("#", "");
  const long = digits.length === 3 ? digits.replaceAll(/./g, "$&$&") : digits;
  const [red = NaN, green = NaN, blue = NaN] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(long.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The part of a browser that this file's functions use inside the page. */
declare const document: {
  readonly documentElement: Element & {
    readonly scrollWidth: number;
    readonly clientWidth: number;
  };
};
type Element = object;
declare function getComputedStyle(element: Element): {
  getPropertyValue(name: string): string;
};
