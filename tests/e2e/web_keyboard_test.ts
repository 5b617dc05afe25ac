/** All of it by keys alone, with what has the focus always seen, and nothing that moves where that is asked for. */
import { assert, assertEquals } from "@std/assert";
import { eventually } from "../contract/eventually.ts";
import { RECORDED_MATCH_ID } from "../fixtures/recorded_match.ts";
import { REGION } from "./matchmaking_system.ts";
import { type Page, sceneOf, untilInPlay, webTests } from "./web_browser.ts";
import { countAnimations, tabTo } from "./web_keys.ts";
import { storeReplay } from "./web_recording.ts";

const TOKEN = "an-operators-token-of-the-tests-0123456789";

async function untilHome(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Into battle" }).waitFor();
}

webTests("By keyboard alone", {
  "one gets from the first page into a match, drives, writes, and gets back": async ({ visit }) => {
    const page = await visit();
    await tabTo(page, "[data-mode=pve_heist]");
    await page.keyboard.press("Enter");
    await untilInPlay(page);
    const { me: start } = await sceneOf(page);
    await page.keyboard.down("ArrowUp");
    await page.keyboard.down("ArrowRight");
    await eventually(async () => {
      const { me } = await sceneOf(page);
      assert(Math.hypot(me.x - start.x, me.y - start.y) > 1, "it does not drive");
    });
    await page.keyboard.up("ArrowUp");
    await page.keyboard.up("ArrowRight");
    await page.keyboard.press("Enter");
    await page.keyboard.type("hello");
    await page.keyboard.press("Enter");
    await page.locator("#chat-lines").getByText("hello").waitFor();
    await page.keyboard.press("Tab");
    await page.locator("#score-panel").waitFor();
    await page.keyboard.press("Tab");
    await page.locator("#score-panel").waitFor({ state: "hidden" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await untilHome(page);
    // A search is left likewise.
    await tabTo(page, "[data-mode=ranked_duel]");
    await page.keyboard.press("Enter");
    await tabTo(page, "#search-cancel");
    await page.keyboard.press("Escape");
    await untilHome(page);
  },
  "one opens a room, and another comes into it": async ({ visit }) => {
    const host = await visit();
    await tabTo(host, "#room-mode");
    await host.keyboard.press("ArrowDown");
    assertEquals(await host.locator("#room-mode").inputValue(), "team");
    await host.keyboard.press("ArrowUp");
    await tabTo(host, "#create-room button");
    await host.keyboard.press("Enter");
    await host.getByText("1 of 2.").waitFor();
    await tabTo(host, "#room-leave");
    const code = await host.locator("#room-code-shown").textContent() ?? "";
    const guest = await visit();
    await tabTo(guest, "#room-code");
    await guest.keyboard.type(code.toLowerCase());
    await guest.keyboard.press("Enter");
    await Promise.all([host, guest].map(untilInPlay));
  },
  "one moves about in a replay": async ({ visit, ...system }) => {
    await storeReplay(system);
    const page = await visit({ hash: `?replay=${RECORDED_MATCH_ID}` });
    await page.waitForFunction(() => tanksBlitz.replay() !== undefined);
    await tabTo(page, "#replay-play");
    await page.keyboard.press("Space");
    const { tick, isPlaying } = await momentOf(page);
    assertEquals(isPlaying, false);
    await tabTo(page, "#replay-speed");
    await page.keyboard.press("ArrowDown");
    assertEquals((await momentOf(page)).speed, 2);
    await tabTo(page, "#replay-follow");
    await page.keyboard.press("ArrowDown");
    assert((await momentOf(page)).followed !== undefined, "nobody is followed");
    await tabTo(page, "#replay-time");
    await page.keyboard.press("ArrowRight");
    assertEquals((await momentOf(page)).tick, tick + 150);
    await tabTo(page, "#open-score");
    await page.keyboard.press("Enter");
    await page.locator("#score-panel").waitFor();
    await page.keyboard.press("Escape");
    await untilHome(page);
  },
  "one signs in as an operator, is asked before a server drains, and thinks better of it": async (
    { visit },
  ) => {
    const page = await visit({ hash: "ops" });
    await page.getByLabel("Token").waitFor();
    await page.keyboard.type(TOKEN);
    await page.keyboard.press("Enter");
    await page.locator("#servers").getByText("up").waitFor();
    await tabTo(page, "#servers a");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: REGION }).waitFor();
    await page.locator("#drain:enabled").waitFor();
    const dialog = page.getByRole("dialog");
    for (const answer of ["Escape", "Enter"]) {
      await tabTo(page, "#drain");
      await page.keyboard.press("Enter");
      await dialog.waitFor();
      // The one that does no harm has the focus.
      await page.locator("#confirm-no:focus").waitFor();
      await page.keyboard.press(answer);
      await dialog.waitFor({ state: "hidden" });
      await page.locator("#drain:focus").waitFor();
    }
    await tabTo(page, ".path a");
    await page.keyboard.press("Enter");
    await page.locator("#servers").getByText("up").waitFor();
  },
}, { env: { GATEWAY_OPS_TOKEN: TOKEN } });

webTests("With little motion asked for", {
  "nothing on any screen is animated": async ({ visit, ...system }) => {
    const lively = await visit();
    await lively.getByRole("button", { name: "Ranked duel" }).click();
    await lively.getByRole("heading", { name: "Looking for a match" }).waitFor();
    assertEquals(await countAnimations(lively), 1);
    await lively.close();
    const page = await visit({ reducedMotion: "reduce" });
    const assertStill = async (screen: string): Promise<void> => {
      assertEquals(await countAnimations(page), 0, screen);
    };
    await assertStill("home");
    await page.getByRole("button", { name: "Ranked duel" }).click();
    await page.getByRole("heading", { name: "Looking for a match" }).waitFor();
    await assertStill("search");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Open a room" }).click();
    await page.getByText("1 of 2.").waitFor();
    await assertStill("room");
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByRole("button", { name: "Play now" }).click();
    await untilInPlay(page);
    await assertStill("match");
    await storeReplay(system);
    const replay = await visit({ reducedMotion: "reduce", hash: `?replay=${RECORDED_MATCH_ID}` });
    await replay.waitForFunction(() => tanksBlitz.replay() !== undefined);
    assertEquals(await countAnimations(replay), 0, "replay");
    const ops = await visit({ reducedMotion: "reduce", hash: `ops#token=${TOKEN}` });
    await ops.locator("#servers").getByText("up").waitFor();
    assertEquals(await countAnimations(ops), 0, "operators");
  },
}, { env: { GATEWAY_OPS_TOKEN: TOKEN } });

/** What the page says of its replay. */
interface Moment {
  readonly tick: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  readonly followed: string | undefined;
}

async function momentOf(page: Page): Promise<Moment> {
  const moment = await page.evaluate(() => tanksBlitz.replay());
  assert(moment !== undefined, "no replay is shown");
  return moment;
}

/** The part of the page that this file's functions use inside it. */
declare const tanksBlitz: { replay(): Moment | undefined };
