import { systemClock } from "../../core/clock.ts";
import type { Page } from "./web_browser.ts";

/** Has what the page and its match say to one another take so long each way, in milliseconds. */
export async function slowDown(page: Page, oneWayMs: number): Promise<void> {
  await page.routeWebSocket("**/ws", (client) => {
    const server = client.connectToServer();
    let isOpen = true;
    const later = (act: () => void): void => {
      systemClock.after(oneWayMs, () => {
        if (isOpen) act();
      });
    };
    client.onMessage((message) => later(() => server.send(message)));
    server.onMessage((message) => later(() => client.send(message)));
    client.onClose((code = 1_000, reason = "") => {
      isOpen = false;
      void server.close({ code, reason });
    });
    server.onClose((code = 1_000, reason = "") => later(() => void client.close({ code, reason })));
  });
}
