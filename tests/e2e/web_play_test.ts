import { assert, assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { encodeServerCommand } from "../../core/protocol/server_command.ts";
import { parseGameConfig } from "../../game/config.ts";
import { startGame } from "../../game/service.ts";
import { eventually } from "../contract/eventually.ts";
import { openTestContext } from "../harness.ts";
import { REGION } from "./matchmaking_system.ts";
import { type Page, sceneOf, untilInPlay, webTests } from "./web_browser.ts";

async function playAgainstBots(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Play now" }).click();
  await untilInPlay(page);
}

const OTHER_SERVER: Readonly<Record<string, string>> = {
  LISTEN_HOST: "127.0.0.1",
  GAME_UDP_PORT: "0",
  GAME_TCP_PORT: "0",
  GAME_OPS_PORT: "0",
  DRAIN_MS: "1000",
};

const FOREIGN_SESSION = JSON.stringify({
  username: "guest-stale",
  accountId: "nobody",
  isGuest: true,
  token: "not.a.token",
  refreshToken: "not a token either",
  expiresAtMs: 4_000_000_000_000,
});

webTests("Web client", {
  "registers, finds a match with bots, drives and shoots": async ({ visit }) => {
    const page = await visit();
    await page.getByLabel("Name").fill("Commander");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Register" }).click();
    await page.getByText("You play as Commander.").waitFor();
    await playAgainstBots(page);
    const start = await sceneOf(page);
    await eventually(async () => {
      const { tanks, me } = await sceneOf(page);
      assertEquals(me.name, "Commander");
      assert(tanks.some(({ isAlly, name }) => !isAlly && name.startsWith("bot-")), "no enemies");
    });
    await page.keyboard.down("KeyS");
    await page.keyboard.down("KeyA");
    await page.mouse.move(640, 100);
    await page.mouse.down();
    await eventually(async () => {
      const { me, shells } = await sceneOf(page);
      assert(shells.some(({ isMine }) => isMine), "no shell of one's own");
      assert(Math.hypot(me.x - start.me.x, me.y - start.me.y) > 1, "it does not drive");
      assert(Math.abs(me.heading - start.me.heading) > 0.2, "it does not turn");
    });
    await page.mouse.up();
    // The score table is a key away; leaving takes two, so that one by mistake does nothing.
    await page.keyboard.press("Tab");
    await page.locator("#score").getByText("Commander").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("again to leave").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Into battle" }).waitFor();
  },
  "plays as a new guest where the browser keeps tokens of another server": async ({ visit }) => {
    const page = await visit();
    await page.evaluate(
      (session) => localStorage.setItem("tanks.session", session),
      FOREIGN_SESSION,
    );
    await page.reload();
    await page.getByText("You play as guest-stale.").waitFor();
    await playAgainstBots(page);
    const { me } = await sceneOf(page);
    assert(me.name.startsWith("guest-") && me.name !== "guest-stale", me.name);
  },
  "moves its own tank before the server says so": async ({ visit }) => {
    const page = await visit();
    let isSilent = false;
    await page.routeWebSocket("**/ws", (client) => {
      const server = client.connectToServer();
      client.onMessage((message) => server.send(message));
      server.onMessage((message) => {
        if (!isSilent) client.send(message);
      });
    });
    await playAgainstBots(page);
    isSilent = true;
    const { me: before } = await sceneOf(page);
    // Whichever of the two ways is free.
    await page.keyboard.down("KeyW");
    await page.keyboard.down("KeyD");
    await eventually(async () => {
      const { me } = await sceneOf(page);
      assert(Math.hypot(me.x - before.x, me.y - before.y) > 0.5, "it waits for the server");
    }, 3_500);
  },
  "comes back by itself into the same tank": async ({ visit, relay }) => {
    const page = await visit();
    await playAgainstBots(page);
    const { me: before } = await sceneOf(page);
    await relay.cut();
    await page.getByText("Connection lost").waitFor();
    relay.mend();
    await untilInPlay(page);
    const { me } = await sceneOf(page);
    assertEquals(me.tank_id, before.tank_id);
    // States come again: somebody who is driven elsewhere is shown there.
    await page.keyboard.down("KeyW");
    await page.keyboard.down("KeyD");
    await eventually(async () => {
      const { me: now } = await sceneOf(page);
      assert(Math.hypot(now.x - me.x, now.y - me.y) > 1, "it does not drive");
    });
    assertEquals(await page.getByText("Connection lost").isVisible(), false);
  },
  "follows its match to another server": async ({ visit, ports }) => {
    const page = await visit();
    await playAgainstBots(page);
    const { me } = await sceneOf(page);
    const env = { ...OTHER_SERVER, SERVER_ID: `${REGION}-other` };
    const config = parseGameConfig(new Map(Object.entries(env)));
    const other = await startGame(config, { ...openTestContext(silentLog), ...ports });
    try {
      const drain = encodeServerCommand({ command: "drain" });
      await ports.pubSub.request(`server.command.${REGION}`, drain, { deadlineMs: 5_000 });
      await page.getByText("goes on at another server").waitFor();
      await page.keyboard.down("KeyW");
      await page.keyboard.down("KeyD");
      await eventually(async () => {
        const { me: now } = await sceneOf(page);
        assertEquals(now.name, me.name);
        assert(Math.hypot(now.x - me.x, now.y - me.y) > 1, "it does not drive");
      });
      await page.close();
    } finally {
      await other.close();
    }
  },
});
