import { assertEquals } from "@std/assert";
import axeCore from "axe-core";
import type { Page } from "./web_browser.ts";

/** WCAG 2.2 at level AA, and what axe's authors hold to be good practice. */
const RULE_SETS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** The impacts that no screen may have. */
const BARRED = ["serious", "critical"];
const SCHEMES = ["dark", "light"] as const;

/** What axe is in the page. */
declare const axe: {
  run(options: unknown): Promise<{ readonly violations: readonly Violation[] }>;
};
interface Violation {
  readonly id: string;
  readonly impact?: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/**
 * Has axe look at what the page shows, in both schemes.
 *
 * @throws AssertionError where something keeps people out, with the rule and the elements
 */
export async function assertAccessible(page: Page, screen: string): Promise<void> {
  // The page's policy lets no foreign script in; what a tester has the browser evaluate is not held by it.
  await page.evaluate(axeCore.source);
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(
      (values) => axe.run({ runOnly: { type: "tag", values }, resultTypes: ["violations"] }),
      RULE_SETS,
    );
    const found = violations
      .filter(({ impact }) => BARRED.includes(impact ?? ""))
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    assertEquals(found, [], `${screen}, ${colorScheme}`);
  }
}
