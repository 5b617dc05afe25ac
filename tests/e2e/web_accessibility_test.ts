/** What every screen is for people who cannot see it, or not well: axe finds nothing serious. */
import { RECORDED_MATCH_ID } from "../fixtures/recorded_match.ts";
import { REGION } from "./matchmaking_system.ts";
import { assertAccessible } from "./web_axe.ts";
import { untilInPlay, webTests } from "./web_browser.ts";
import { storeReplay } from "./web_recording.ts";

const TOKEN = "an-operators-token-of-the-tests-0123456789";
/** A match of minutes is not waited for. */
const SHORT_MATCH = { GAME_MATCH_MS_MAX: "6000" };
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
/** What the browser says of a password that is refused. */
const REFUSED = /status of 400/;

webTests("Every screen of the web client keeps nobody out:", {
  "home, as a guest, with a refusal, and with an account": async ({ visit }) => {
    const page = await visit({ locale: "ru-RU" });
    await assertAccessible(page, "home");
    await page.getByRole("button", { name: "EN", exact: true }).click();
    await page.getByLabel("Name").fill("Reader");
    await page.getByLabel("Password").fill("password123");
    await page.getByRole("button", { name: "Register" }).click();
    await page.getByText("This password is too common.").waitFor();
    await assertAccessible(page, "refusal");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Register" }).click();
    await page.getByText("You play as Reader.").waitFor();
    await assertAccessible(page, "account");
  },
  "a search, and a room": async ({ visit }) => {
    const page = await visit(PHONE);
    await page.getByRole("button", { name: "Ranked duel" }).tap();
    await page.getByRole("heading", { name: "Looking for a match" }).waitFor();
    await assertAccessible(page, "search");
    await page.getByRole("button", { name: "Cancel" }).tap();
    await page.getByRole("button", { name: "Open a room" }).tap();
    await page.getByText("1 of 2").waitFor();
    await assertAccessible(page, "room");
  },
  "a match, with score table, chat and graph, and by touch": async ({ visit }) => {
    const page = await visit();
    await page.getByRole("button", { name: "Play now" }).click();
    await untilInPlay(page);
    await page.keyboard.press("KeyN");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("#chat-text").waitFor();
    await assertAccessible(page, "match");
    const phone = await visit(PHONE);
    await phone.getByRole("button", { name: "Play now" }).tap();
    await untilInPlay(phone);
    await phone.locator("#drive-stick").waitFor();
    await assertAccessible(phone, "match by touch");
  },
}, { expected: REFUSED });

webTests("What comes after a match keeps nobody out:", {
  "its end, and its replay": async ({ visit, ...system }) => {
    const page = await visit();
    await page.getByRole("button", { name: "Play now" }).click();
    await page.getByRole("button", { name: "Play again" }).waitFor({ timeout: 30_000 });
    await assertAccessible(page, "over");
    await storeReplay(system);
    const replay = await visit({ hash: `?replay=${RECORDED_MATCH_ID}` });
    await replay.locator("#replay-bar").waitFor();
    await replay.keyboard.press("KeyT");
    await assertAccessible(replay, "replay");
  },
}, { env: SHORT_MATCH });

webTests("Every screen of the operators' page keeps nobody out:", {
  "sign-in, overview, server, match, and what is asked before it is done": async ({ visit }) => {
    const player = await visit();
    await player.getByRole("button", { name: "Play now" }).click();
    await untilInPlay(player);
    const page = await visit({ hash: "ops" });
    await page.getByLabel("Token").waitFor();
    await assertAccessible(page, "sign-in");
    await page.getByLabel("Token").fill(TOKEN);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "All is well" }).waitFor();
    await assertAccessible(page, "overview");
    await page.getByRole("link", { name: REGION, exact: true }).first().click();
    await page.getByRole("cell", { name: /guest-/ }).waitFor();
    await assertAccessible(page, "server");
    await page.getByRole("button", { name: "Drain" }).click();
    await page.getByRole("dialog").waitFor();
    await assertAccessible(page, "question");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Watch" }).click();
    await page.locator("#watch-score").getByText(/guest-/).waitFor();
    await assertAccessible(page, "watched match");
  },
}, { env: { GATEWAY_OPS_TOKEN: TOKEN } });
