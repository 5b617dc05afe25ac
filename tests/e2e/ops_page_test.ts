import { assert, assertEquals } from "@std/assert";
import { eventually } from "../contract/eventually.ts";
import { REGION } from "./matchmaking_system.ts";
import { type Page, sceneOf, type ShownScene, untilInPlay, webTests } from "./web_browser.ts";

type Locator = ReturnType<Page["locator"]>;

const TOKEN = "an-operators-token-of-the-tests-0123456789";
const HASH = `ops#token=${TOKEN}`;
/** What the browser says of an account that is not there. */
const UNKNOWN_ACCOUNT = /status of 404/;

/** What the operators' page lets be looked at. */
declare const tanksOps: { scene(): ShownScene | undefined };

/** Opens a player's page, and has it play against bots. */
async function playAgainstBots(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Play now" }).click();
  await untilInPlay(page);
}

/** Opens the page of the one game server. */
async function openServer(page: Page): Promise<void> {
  await page.getByRole("link", { name: REGION, exact: true }).first().click();
  await page.getByRole("heading", { name: REGION }).waitFor();
}

/** The buttons of a player, who is looked for by name: others may wait for somebody who has just gone. */
async function findPlayer(page: Page, player: Page): Promise<Locator> {
  const { me: { name } } = await sceneOf(player);
  await page.getByLabel("Find a player").fill(name);
  await page.getByText(/^1 of \d+ have/).waitFor();
  return page.locator("tr").filter({ hasText: name });
}

async function confirm(page: Page, name: string): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name }).click();
}

webTests("Operator's page", {
  "lets nobody in without the token, and forgets it on request": async ({ visit }) => {
    const page = await visit({ hash: "ops" });
    await page.getByLabel("Token").fill("wrong".repeat(8));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This is not the operators' token.").waitFor();
    await page.getByLabel("Token").fill(TOKEN);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "All is well" }).waitFor();
    // A reload needs no token, and the address never has it.
    await page.reload();
    await page.getByRole("heading", { name: "All is well" }).waitFor();
    assertEquals(new URL(page.url()).hash, "");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.reload();
    await page.getByRole("heading", { name: "Operators only" }).waitFor();
  },
  "takes the token from the address, which does not keep it": async ({ visit }) => {
    const page = await visit({ hash: HASH });
    await page.getByRole("heading", { name: "All is well" }).waitFor();
    assertEquals(new URL(page.url()).hash, "");
    const row = page.locator("#servers tbody tr");
    await row.getByText("up").waitFor();
    assertEquals(await row.count(), 1);
    for (const service of ["Gateway", "Auth", "Matchmaker"]) {
      await page.getByRole("heading", { name: service }).waitFor();
    }
  },
  "shows a match with its players, and the match itself": async ({ visit }) => {
    const player = await visit();
    await playAgainstBots(player);
    const page = await visit({ hash: HASH });
    await openServer(page);
    await page.getByRole("cell", { name: /guest-/ }).waitFor();
    await page.locator("#tick-bars tr").first().waitFor();
    await page.getByRole("button", { name: "Watch" }).click();
    const before = await spectated(page);
    await player.keyboard.down("KeyW");
    await player.keyboard.down("KeyD");
    await eventually(async () => {
      const now = await spectated(page);
      const moved = now.tanks.some((tank) => {
        const then = before.tanks.find(({ tank_id: id }) => id === tank.tank_id);
        return then !== undefined && Math.hypot(tank.x - then.x, tank.y - then.y) > 1;
      });
      assert(moved, "nobody drives");
    });
    await page.locator("#watch-score").getByText(/guest-/).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: REGION }).waitFor();
    await player.close();
  },
  "kicks a player, who is told and does not come back into the match": async ({ visit }) => {
    const player = await visit();
    await playAgainstBots(player);
    const page = await visit({ hash: HASH });
    await openServer(page);
    const row = await findPlayer(page, player);
    await row.getByRole("button", { name: "Kick" }).click();
    // Nothing is done before it is confirmed.
    await confirm(page, "Cancel");
    await untilInPlay(player);
    await row.getByRole("button", { name: "Kick" }).click();
    await confirm(page, "Kick");
    await page.getByText(/was kicked/).waitFor();
    await player.getByText("An operator has taken you out of the match.").waitFor();
    await eventually(async () => assertEquals(await row.count(), 0));
    await player.close();
  },
  "disables an account, whose sessions end and whose player leaves": async ({ visit }) => {
    const player = await visit();
    await player.getByLabel("Name").fill("Rowdy");
    await player.getByLabel("Password").fill("correct horse battery");
    await player.getByRole("button", { name: "Register" }).click();
    await player.getByText("You play as Rowdy.").waitFor();
    await playAgainstBots(player);
    const page = await visit({ hash: HASH });
    await openServer(page);
    const row = await findPlayer(page, player);
    await row.getByRole("button", { name: "Disable account" }).click();
    await confirm(page, "Disable");
    await page.getByText("The account Rowdy is disabled.").waitFor();
    await player.getByText("An operator has taken you out of the match.").waitFor();
    await page.getByRole("link", { name: "All servers" }).click();
    await page.getByLabel("Name of the account").fill("nobody");
    await page.getByRole("button", { name: "Enable" }).click();
    await confirm(page, "Enable");
    await page.getByText("there is no such account").waitFor();
    await page.getByLabel("Name of the account").fill("rowdy");
    await page.getByRole("button", { name: "Enable" }).click();
    await confirm(page, "Enable");
    await page.getByText("The account rowdy is enabled.").waitFor();
    await player.close();
  },
  "is read at 360 px, in both schemes and languages": async ({ visit }) => {
    const viewport = { width: 360, height: 740 };
    for (const [colorScheme, locale] of [["light", "ru-RU"], ["dark", "en-GB"]] as const) {
      const page = await visit({ viewport, colorScheme, locale, hash: HASH });
      const isRussian = locale === "ru-RU";
      await page.getByRole("heading", { name: isRussian ? "Всё в порядке" : "All is well" })
        .waitFor();
      assertEquals(await widths(page), [360, 360]);
      await openServer(page);
      assertEquals(await widths(page), [360, 360]);
      await page.close();
    }
  },
  // Last: the server takes nobody afterwards.
  "drains a server, and says so": async ({ visit }) => {
    const page = await visit({ hash: HASH });
    await openServer(page);
    await page.getByRole("button", { name: "Drain" }).click();
    await confirm(page, "Drain");
    await page.getByText(`${REGION} drains.`).waitFor();
    await page.getByRole("link", { name: "All servers" }).click();
    await page.locator("#servers").getByText("drains").waitFor();
    await page.getByText(/takes no matches/).waitFor();
  },
}, { env: { GATEWAY_OPS_TOKEN: TOKEN }, expected: UNKNOWN_ACCOUNT });

function widths(page: Page): Promise<number[]> {
  return page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
}

async function spectated(page: Page): Promise<ShownScene> {
  await page.waitForFunction(() => (tanksOps.scene()?.tanks.length ?? 0) > 1);
  const scene = await page.evaluate(() => tanksOps.scene());
  if (scene === undefined) throw new Error("Nothing is watched");
  return scene;
}

/** The part of a browser that this file's functions use inside the page. */
declare const document: {
  readonly documentElement: { readonly scrollWidth: number; readonly clientWidth: number };
};
