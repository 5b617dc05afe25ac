/** What comes after a match, in a browser. */
import { assert, assertEquals } from "@std/assert";
import { eventually } from "../contract/eventually.ts";
import { type Page, sceneOf, untilInPlay, webTests } from "./web_browser.ts";

/** A match of minutes is not waited for. */
const SHORT_MATCH = { GAME_MATCH_MS_MAX: "6000" };
const MATCH_MS_MAX = 30_000;

async function playAgain(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Play again" }).click({ timeout: MATCH_MS_MAX });
}

webTests("Web client after a match", {
  "goes back into the private room with the same people": async ({ visit }) => {
    const host = await visit();
    await host.getByRole("button", { name: "Open a room" }).click();
    await host.waitForURL(/#room=/);
    const { hash } = new URL(host.url());
    const guest = await visit({ hash });
    const both = [host, guest];
    await Promise.all(both.map(untilInPlay));
    const { me } = await sceneOf(host);
    // Whoever is first waits for the other, as the new host.
    await playAgain(guest);
    await guest.getByText("1 of 2.").waitFor();
    assertEquals(new URL(guest.url()).hash, hash);
    await playAgain(host);
    await Promise.all(both.map(untilInPlay));
    const other = (await sceneOf(guest)).me.name;
    await eventually(async () => {
      const again = await sceneOf(host);
      assertEquals(again.me.name, me.name);
      const names = again.tanks.map(({ name }) => name);
      assert(names.includes(other), names.join());
    });
  },
  "finds another match of the same kind": async ({ visit }) => {
    const page = await visit();
    await page.getByRole("button", { name: "Play now" }).click();
    await untilInPlay(page);
    const { tanks } = await sceneOf(page);
    await playAgain(page);
    await untilInPlay(page);
    const again = await sceneOf(page);
    assertEquals(again.tanks.length, tanks.length);
    assert(again.tanks.some(({ isAlly }) => !isAlly), "no bots");
  },
}, SHORT_MATCH);
