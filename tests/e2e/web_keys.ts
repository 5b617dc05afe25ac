import { assert } from "@std/assert";
import type { Page } from "./web_browser.ts";

/** No screen has so many things that can have the focus. */
const PRESSES_MAX = 60;
/** WCAG 2.2, 2.4.13: an outline at least that thick. */
const OUTLINE_PX_MIN = 2;

/**
 * Presses Tab until what the selector names has the focus.
 *
 * @throws AssertionError where it is not reached, or something on the way does not show that it has the focus
 */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let press = 0; press < PRESSES_MAX; press++) {
    await page.keyboard.press("Tab");
    const focus = await focusOf(page);
    // Between the last thing and the first one the browser itself has it.
    if (focus === undefined) continue;
    assert(focus.outlinePx >= OUTLINE_PX_MIN, `no outline round ${focus.html}`);
    assert(focus.isSeen, `out of sight: ${focus.html}`);
    if (await page.evaluate((name) => document.activeElement?.matches(name) ?? false, selector)) {
      return;
    }
  }
  throw new Error(`Tab does not get to ${selector}`);
}

/** What has the focus, as it is shown. */
interface Focus {
  readonly html: string;
  readonly outlinePx: number;
  /** Whether its middle is on the screen. */
  readonly isSeen: boolean;
}

async function focusOf(page: Page): Promise<Focus | undefined> {
  return await page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return undefined;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { left, top, width, height } = element.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    return {
      html: element.outerHTML.slice(0, 100),
      outlinePx: outlineStyle === "none" ? 0 : Number.parseFloat(outlineWidth),
      isSeen: x >= 0 && y >= 0 && x < innerWidth && y < innerHeight,
    };
  });
}

/** How many animations run on the page, also those that repeat for ever. */
export function countAnimations(page: Page): Promise<number> {
  return page.evaluate(() => document.getAnimations().length);
}

/** The part of a browser that this file's functions use inside the page. */
declare const document: {
  readonly body: Element;
  readonly activeElement: Element | null;
  getAnimations(): readonly unknown[];
};
interface Element {
  readonly outerHTML: string;
  matches(selector: string): boolean;
  getBoundingClientRect(): {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
}
declare const innerWidth: number;
declare const innerHeight: number;
declare function getComputedStyle(element: Element): {
  readonly outlineStyle: string;
  readonly outlineWidth: string;
};
