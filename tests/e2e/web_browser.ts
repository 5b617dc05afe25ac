import { assert, assertEquals } from "@std/assert";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { RabbitRelay } from "../brokers/rabbitmq_relay.ts";
import { type GatewaySystem, withGateways } from "./gateway_system.ts";

export type { Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** How long anything on a page may take, in milliseconds: the machine may be busy. */
const PAGE_MS_MAX = 60_000;
/** What the browser itself says of a cut connection, and of a spoilt token. */
const EXPECTED = /WebSocket connection to|ERR_CONNECTION_|ERR_EMPTY_RESPONSE|status of 401/;

/** A tank as the page shows it. */
export interface ShownTank {
  /** Names it. */
  readonly tank_id: string;
  /** Metres. */
  readonly x: number;
  /** Metres. */
  readonly y: number;
  /** Where the hull looks, radians. */
  readonly heading: number;
  /** Hit points. */
  readonly hp: number;
  /** Whether it is no wreck. */
  readonly alive: boolean;
  /** Whether it is on the player's side. */
  readonly isAlly: boolean;
  /** Who drives it. */
  readonly name: string;
  /** Points. */
  readonly score: number;
}

/** What the page shows of its match. */
export interface ShownScene {
  /** Of the arena, in metres. */
  readonly arena: { readonly width: number; readonly height: number };
  /** All of them. */
  readonly tanks: readonly ShownTank[];
  /** Those in flight. */
  readonly shells: readonly { readonly isMine: boolean }[];
  /** The player's own. */
  readonly me: ShownTank | undefined;
}

/** What the page lets be looked at. */
declare const tanksBlitz: {
  scene(): ShownScene | undefined;
  linkState(): string | undefined;
};

/** How a page is opened. */
export interface VisitOptions {
  /** CSS pixels; 1280 by 800 if undefined. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** The visitor's scheme; dark if undefined. */
  readonly colorScheme?: "dark" | "light";
  /** The visitor's language; `en-US` if undefined. */
  readonly locale?: string;
  /** Whether the visitor wants little to move. */
  readonly reducedMotion?: "reduce" | "no-preference";
  /** Whether there is a touch screen. */
  readonly hasTouch?: boolean;
  /** Whether it is a phone's browser. */
  readonly isMobile?: boolean;
  /** What follows the address, such as `#room=ABCDEF`. */
  readonly hash?: string;
}

/** A browser in front of a whole system. */
export interface WebSystem extends GatewaySystem {
  /** Cuts the browser off from the gateway, and mends that. */
  readonly relay: RabbitRelay;
  /** Opens the page as a visitor who was never there. */
  visit(options?: VisitOptions): Promise<Page>;
}

const whyNot = await whyNoProgram(CHROMIUM);

/** What is tested in one browser, in this order: each rule with how it is held. */
export type WebRules = Readonly<Record<string, (system: WebSystem) => Promise<void>>>;

/** What is particular to some tests. */
export interface WebTestOptions {
  /** The services' variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the pages' consoles may complain of besides cut connections and spoilt tokens. */
  readonly expected?: RegExp;
}

/**
 * Registers tests in one browser, against one set of auth, game server, matchmaker and gateway. The pages'
 * consoles must have no error at the end of each. Where there is no browser they are skipped, with the
 * reason beside the name; where `REQUIRE_BROWSER` is 1 they fail instead.
 */
export function webTests(subject: string, rules: WebRules, options: WebTestOptions = {}): void {
  if (whyNot === undefined) {
    // The browser's pipes stay for a moment after it is closed.
    const unchecked = { sanitizeOps: false, sanitizeResources: false };
    Deno.test({ name: subject, fn: (context) => runRules(context, rules, options), ...unchecked });
    return;
  }
  Deno.test({
    name: `${subject} ${Object.keys(rules).join("; ")} (skipped: ${whyNot})`,
    ignore: Deno.env.get("REQUIRE_BROWSER") !== "1",
    fn: () => {
      throw new Error(`Cannot skip, because REQUIRE_BROWSER is 1: ${whyNot}`);
    },
  });
}

async function runRules(
  context: Deno.TestContext,
  rules: WebRules,
  { env, expected }: WebTestOptions,
): Promise<void> {
  await withGateways({ env: { GAME_BOT_SKILL: "easy", ...env } }, async (system) => {
    await using opened = new AsyncDisposableStack();
    const [gateway] = system.gateways;
    assert(gateway !== undefined);
    const relay = new RabbitRelay({ host: "127.0.0.1", port: gateway.addresses.http.port });
    opened.defer(() => relay.close());
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    opened.defer(() => browser.close());
    for (const [rule, fn] of Object.entries(rules)) {
      const complaints: string[] = [];
      const visit = (options: VisitOptions = {}): Promise<Page> =>
        openPage(browser, { port: relay.port, complaints, options });
      const hold = async (): Promise<void> => {
        await fn({ ...system, relay, visit });
        const isExpected = (text: string): boolean =>
          EXPECTED.test(text) || expected?.test(text) === true;
        assertEquals(complaints.filter((text) => !isExpected(text)), []);
      };
      await context.step({ name: rule, fn: hold, sanitizeOps: false, sanitizeResources: false });
      for (const visited of browser.contexts()) await visited.close();
    }
  });
}

async function openPage(
  browser: Browser,
  { port, complaints, options }: {
    readonly port: number;
    readonly complaints: string[];
    readonly options: VisitOptions;
  },
): Promise<Page> {
  const { hash = "", ...rest } = options;
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1_280, height: 800 },
    colorScheme: "dark",
    locale: "en-US",
    ...rest,
  });
  context.setDefaultTimeout(PAGE_MS_MAX);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${port}/${hash}`);
  return page;
}

/** What the page shows now. @throws Error where there is no match */
export async function sceneOf(page: Page): Promise<ShownScene & { readonly me: ShownTank }> {
  const scene = await page.evaluate(() => tanksBlitz.scene());
  if (scene?.me === undefined) throw new Error("No tank of one's own");
  return { ...scene, me: scene.me };
}

/** Waits until the page shows the player's tank, connected and alive. */
export async function untilInPlay(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    tanksBlitz.linkState() === "playing" && tanksBlitz.scene()?.me?.alive === true
  );
}
