import { assert, assertEquals } from "@std/assert";
import { sleep, systemClock } from "../../core/clock.ts";
import { slowDown } from "./slow_web_socket.ts";
import { type Page, sceneOf, type ShownTank, untilInPlay, webTests } from "./web_browser.ts";

/** How often the player looks at the screen, in milliseconds. */
const LOOK_MS = 60;
/** How long a duel with somebody who stands still may take, in milliseconds. */
const HUNT_MS_MAX = 45_000;
/** How far from the middle of the screen the mouse points, CSS pixels. */
const AIM_PX = 200;
/** One way: there and back it is twice as long, milliseconds. */
const FAR_MS = 50;
/** A street is that much to either side, metres. */
const STREET_M = 1;

webTests("Web client in a private room", {
  "plays a private room with a friend: link, chat, hits, score": async ({ visit }) => {
    const host = await visit();
    await host.getByRole("button", { name: "Open a room" }).click();
    await host.waitForURL(/#room=/);
    const code = await host.locator("#room-code-shown").textContent() ?? "";
    assert(/^[A-Z0-9]{4,12}$/.test(code), code);
    assertEquals(new URL(host.url()).hash, `#room=${code}`);
    const guest = await visit();
    // Far from the server states repeat what may have been lost; it is shown once all the same.
    await slowDown(guest, FAR_MS);
    await guest.goto(host.url());
    await Promise.all([untilInPlay(host), untilInPlay(guest)]);

    await guest.keyboard.press("Enter");
    await guest.keyboard.type("good luck");
    await guest.keyboard.press("Enter");
    await host.locator("#chat-lines").getByText("good luck").waitFor();

    const { me: target } = await sceneOf(guest);
    await hunt(host, target.tank_id);
    // It is the same on both screens.
    await host.locator("#teams").getByText("1 : 0").waitFor();
    await guest.locator("#teams").getByText("0 : 1").waitFor();
    await host.locator("#feed").getByText("✕").waitFor();
    await guest.getByText("You will be back").waitFor();
    assertEquals(await guest.locator("#feed li").count(), 1);
  },
});

/**
 * Drives into the street in which a tank stands still, and shoots until it is destroyed. Every spawn of the
 * duel's arena looks along two streets without walls.
 */
async function hunt(page: Page, tankId: string): Promise<void> {
  const giveUpMs = systemClock.monotonicMs() + HUNT_MS_MAX;
  const held = new Set<string>();
  const hold = async (key: string, isDown: boolean): Promise<void> => {
    if (isDown === held.has(key)) return;
    if (isDown) await page.keyboard.down(key);
    else await page.keyboard.up(key);
    if (isDown) held.add(key);
    else held.delete(key);
  };
  await page.mouse.down();
  let leastHp = 100;
  while (systemClock.monotonicMs() < giveUpMs) {
    const { me, tanks } = await sceneOf(page);
    const target = tanks.find(({ tank_id }) => tank_id === tankId);
    if (target === undefined || !target.alive) break;
    leastHp = Math.min(leastHp, target.hp);
    await aimAt(page, me, target);
    const toX = target.x - me.x;
    const off = angleBetween(me.heading, toX > 0 ? 0 : Math.PI);
    const isElsewhere = Math.abs(toX) > STREET_M;
    await hold("KeyA", isElsewhere && off < -0.15);
    await hold("KeyD", isElsewhere && off > 0.15);
    await hold("KeyW", isElsewhere && Math.abs(off) < 0.3);
    await sleep(systemClock, LOOK_MS);
  }
  for (const key of [...held]) await hold(key, false);
  await page.mouse.up();
  assert(leastHp < 100, "no hit is seen");
}

/** The short way from one angle to another, radians. */
function angleBetween(from: number, to: number): number {
  return Math.atan2(Math.sin(to - from), Math.cos(to - from));
}

async function aimAt(page: Page, me: ShownTank, target: ShownTank): Promise<void> {
  const at = await page.evaluate((place) => tanksBlitz.toScreen(place), { x: me.x, y: me.y });
  const angle = Math.atan2(target.y - me.y, target.x - me.x);
  const x = at.x + Math.cos(angle) * AIM_PX;
  const y = at.y + Math.sin(angle) * AIM_PX;
  await page.mouse.move(Math.max(1, Math.min(1_279, x)), Math.max(1, Math.min(799, y)));
}

/** What the page lets be looked at. */
declare const tanksBlitz: {
  toScreen(place: { x: number; y: number }): { x: number; y: number };
};
