/** What comes after a match, in a browser. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { parseJsonObject, textAt } from "../clients/json_fields.ts";
import { eventually } from "../contract/eventually.ts";
import { type Page, sceneOf, untilInPlay, webTests } from "./web_browser.ts";

/** A match of minutes is not waited for. */
const SHORT_MATCH = { GAME_MATCH_MS_MAX: "6000" };
const MATCH_MS_MAX = 30_000;
/** What the browser says of a room that is no more. */
const CLOSED_ROOM = /status of 404/;

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
  "opens a room with the same settings where the old one is closed": async ({ visit }) => {
    const host = await visit();
    await host.getByRole("button", { name: "Open a room" }).click();
    await host.waitForURL(/#room=/);
    const { hash } = new URL(host.url());
    const settings = { name: "Friday", map: "steppe", team_size: 1 };
    await askRoom(host, "PATCH", settings);
    const guest = await visit({ hash });
    await Promise.all([host, guest].map(untilInPlay));
    await host.getByRole("button", { name: "Play again" }).waitFor({ timeout: MATCH_MS_MAX });
    await askRoom(host, "DELETE");
    await playAgain(host);
    await host.getByText("1 of 2.").waitFor();
    const room = await askRoom(host, "GET");
    assertNotEquals(`#room=${room.code}`, hash);
    const { name, map, team_size } = room;
    assertEquals({ name, map, team_size }, settings);
    await guest.close();
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
}, { env: SHORT_MATCH, expected: CLOSED_ROOM });

/** What the gateway says of the room that the page shows, or has shown last, to the page's player. */
async function askRoom(page: Page, method: string, body?: JsonObject): Promise<JsonObject> {
  const code = await page.locator("#room-code-shown").textContent() ?? "";
  const session = await page.evaluate(() => localStorage.getItem("tanks.session"));
  const response = await fetch(new URL(`/rooms/${code}`, page.url()), {
    method,
    headers: {
      authorization: `Bearer ${textAt(parseJsonObject(session ?? "{}"), "token")}`,
      "content-type": "application/json",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  assert(response.ok, `${method}: ${response.status}`);
  return parseJsonObject(await response.text());
}
