/** A match that is over, watched again in a browser. */
import { assert, assertEquals } from "@std/assert";
import { eventually } from "../contract/eventually.ts";
import { RECORDED_MATCH_ID } from "../fixtures/recorded_match.ts";
import { type Page, untilInPlay, webTests } from "./web_browser.ts";
import { loadReplayThread, RECORDED_TICKS, storeReplay } from "./web_recording.ts";

/** A match of minutes is not waited for. */
const SHORT_MATCH = { GAME_MATCH_MS_MAX: "6000" };
/** As wide as a finger needs it, CSS pixels. */
const TOUCH_PX = 36;
/** What the browser says of a replay that is not there, or not yet. */
const MISSING = /status of (?:404|409)/;

/** What the page says of its replay. */
interface Moment {
  readonly tick: number;
  readonly lastTick: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  readonly kills: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly followed: string | undefined;
}

async function momentOf(page: Page): Promise<Moment> {
  const moment = await page.evaluate(() => tanksBlitz.replay());
  assert(moment !== undefined, "no replay is shown");
  return moment;
}

async function untilShown(page: Page): Promise<void> {
  await page.waitForFunction(() => tanksBlitz.replay() !== undefined);
}

async function scoreRows(page: Page, id: string): Promise<string[]> {
  const rows = await page.locator(`${id} tbody tr`).allTextContents();
  return rows.toSorted();
}

webTests("Web replay", {
  "is a button away when a match is over, and ends with its final score": async (
    { visit, ...system },
  ) => {
    await loadReplayThread(system);
    const page = await visit();
    await page.getByRole("button", { name: "Play now" }).click();
    await untilInPlay(page);
    const watch = page.getByRole("button", { name: "Watch it again" });
    await watch.waitFor({ timeout: 30_000 });
    const final = await scoreRows(page, "#over-score");
    await watch.click();
    await untilShown(page);
    assert(/^\?replay=./.test(new URL(page.url()).search), page.url());
    assert((await momentOf(page)).followed !== undefined, "nobody is followed");
    await eventually(async () => assert((await momentOf(page)).tick > 5, "it does not play"));
    await page.keyboard.press("End");
    await page.keyboard.press("KeyT");
    const table = page.locator("#score tbody");
    await table.getByText("guest-").waitFor();
    assertEquals(await scoreRows(page, "#score"), final);
    await page.goBack();
    await page.getByRole("heading", { name: "Into battle" }).waitFor();
    assertEquals(new URL(page.url()).search, "");
  },
  "plays, stands still, seeks, steps and goes faster, by keys, bar and buttons": async (
    { visit, ...system },
  ) => {
    const scores = await storeReplay(system);
    const page = await visit({ hash: `?replay=${RECORDED_MATCH_ID}` });
    await untilShown(page);
    const start = await momentOf(page);
    assertEquals([start.lastTick, start.isPlaying, start.speed], [RECORDED_TICKS, true, 1]);
    // Those of nearly the same moment share one.
    const marks = await page.locator("#replay-marks i").count();
    assert(marks > 1 && marks <= start.kills, `${marks} of ${start.kills}`);
    await page.keyboard.press("KeyK");
    const { tick } = await momentOf(page);
    await page.keyboard.press("Period");
    assertEquals((await momentOf(page)).tick, tick + 3);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowRight");
    const later = await momentOf(page);
    assertEquals([later.tick, later.speed, later.isPlaying], [tick + 153, 2, false]);
    await page.locator("#replay-time").fill("900");
    assertEquals((await momentOf(page)).tick, 900);
    await page.locator("#replay-clock").getByText("0:30 / 1:00").waitFor();
    await page.keyboard.press("Home");
    await page.getByRole("button", { name: "To the next tank destroyed" }).click();
    await page.getByRole("button", { name: "Play (Space)" }).click();
    await page.locator("#feed").getByText("✕").waitFor();
    await page.locator("#replay-follow").selectOption({ index: 1 });
    assert((await momentOf(page)).followed !== undefined);
    await page.locator("#replay-time").focus();
    await page.keyboard.press("Digit0");
    await page.keyboard.press("End");
    const end = await momentOf(page);
    assertEquals([end.followed, end.tick], [undefined, RECORDED_TICKS]);
    assertEquals(end.scores, scores);
    await page.locator("#teams").getByText(`${scores[1]} : ${scores[2]}`).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Into battle" }).waitFor();
  },
  "fits 360 px in both schemes, and says so where there is none": async ({ visit, ...system }) => {
    await storeReplay(system);
    for (const colorScheme of ["light", "dark"] as const) {
      const viewport = { width: 360, height: 740 };
      const page = await visit({ viewport, colorScheme, hash: `?replay=${RECORDED_MATCH_ID}` });
      await untilShown(page);
      const widths = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      assertEquals(widths, [360, 360]);
      for (const part of await page.locator("#replay-bar :is(button, select)").all()) {
        const { x = -1, width = 0 } = await part.boundingBox() ?? {};
        assert(x >= 0 && x + width <= 360, `${x} + ${width}`);
        assert(width >= TOUCH_PX, `${width} wide`);
      }
      await page.close();
    }
    const page = await visit({ hash: "?replay=nothing" });
    await page.getByText("There is no replay of this match.").waitFor();
  },
}, { env: SHORT_MATCH, expected: MISSING });

/** The part of the page that this file's functions use inside it. */
declare const tanksBlitz: { replay(): Moment | undefined };
declare const document: {
  readonly documentElement: { readonly scrollWidth: number; readonly clientWidth: number };
};
