import { assert, assertEquals } from "@std/assert";
import { askOnce } from "../clients/auth_requests.ts";
import { GameClient, type JoinOptions } from "../clients/game_client.ts";
import { textAt } from "../clients/json_fields.ts";
import { eventually } from "../contract/eventually.ts";
import type { TestSystem } from "../harness.ts";
import { OUTAGE_PATIENCE_MS } from "./outage_health.ts";
import { OutageLedger, RECRUIT } from "./outage_ledger.ts";
import { LineDriver } from "./outage_line_driver.ts";

/** The password of every account that is made meanwhile. */
export const PASSWORD = "a password for each";

const DRIVER_COUNT = 3;
/** One of so many orders of a driver is to shoot. */
const SHOT_PERIOD = 20;
/** What everybody has to see go by to say that play goes on, in ticks. */
const TICKS_MORE = 10;

/** A player over UDP who answers every state with an order. */
interface Driver {
  readonly client: GameClient;
  seq: number;
}

/**
 * A match that goes on whatever becomes of the brokers: three drive and shoot over UDP, one drives over
 * TCP, one only looks on, and all the while somebody registers and logs in. Nobody waits for a fixed
 * time: each acts when the next state comes.
 */
export class OutageMatch {
  /** What the clients were told. */
  readonly ledger = new OutageLedger();
  readonly #system: TestSystem;
  readonly #drivers: Driver[] = [];
  readonly #running: Promise<void>[] = [];
  readonly #opened = new AsyncDisposableStack();
  #line: LineDriver | undefined;
  #watcher: GameClient | undefined;
  #commandCount = 0;
  #isOver = false;

  private constructor(system: TestSystem) {
    this.#system = system;
  }

  /** Runs `work` in the middle of such a match; at its end everybody leaves. */
  static async play(
    system: TestSystem,
    work: (match: OutageMatch) => Promise<void>,
  ): Promise<OutageMatch> {
    const match = new OutageMatch(system);
    try {
      await match.#start();
      await work(match);
      await match.#finish();
    } finally {
      match.#isOver = true;
      await match.#opened.disposeAsync();
      await Promise.allSettled(match.#running);
    }
    return match;
  }

  /** How many orders the players have sent. */
  get commandCount(): number {
    return this.#commandCount;
  }

  /** Waits until everybody has seen the match go on from here; `steered`: and their orders obeyed. */
  async goesOn(options: { readonly steered: boolean }): Promise<void> {
    const driving = this.#drivers.map(async ({ client, seq }) => {
      const { tick } = await client.until("a state");
      await client.next("the match go on", ({ tick: now, message }) => {
        return now >= tick + TICKS_MORE && (!options.steered || message.ackSeq > seq);
      }, OUTAGE_PATIENCE_MS);
    });
    await Promise.all([...driving, this.#lineGoesOn()]);
  }

  /** Waits until so many more accounts were made, and logged in to. */
  async recruits(count: number): Promise<void> {
    const wanted = this.ledger.loggedIn.length + count;
    await eventually(
      () => assert(this.ledger.loggedIn.length >= wanted, JSON.stringify(this.ledger.refusals)),
      OUTAGE_PATIENCE_MS,
    );
  }

  /** Somebody joins, sees the match and leaves. Returns the session. */
  async visit(options: JoinOptions): Promise<string> {
    const client = await GameClient.join(this.#system.game.addresses.udp, options);
    try {
      this.ledger.joined.push(client);
      await client.until("a state");
      await this.#leave(client);
      return client.sessionId;
    } finally {
      await client.close();
    }
  }

  async #start(): Promise<void> {
    const { udp, tcp } = this.#system.game.addresses;
    const join = async (playerId: string): Promise<GameClient> => {
      const client = await GameClient.join(udp, { playerId });
      this.#opened.defer(() => client.close());
      this.ledger.joined.push(client);
      return client;
    };
    this.#watcher = await join("watcher");
    for (let index = 0; index < DRIVER_COUNT; index++) {
      const driver = { client: await join(`driver-${index}`), seq: 0 };
      this.#drivers.push(driver);
      this.#running.push(this.#drive(driver));
    }
    const line = await LineDriver.join(tcp);
    this.#opened.defer(() => line.close());
    this.#line = line;
    this.ledger.joined.push(line.seat);
    this.#running.push(this.#driveLine(line), this.#recruit(this.#watcher));
    // They are awaited at the end; until then nobody listens to what fails.
    for (const running of this.#running) running.catch(() => {});
  }

  async #finish(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
    if (this.#line !== undefined) {
      assertEquals((await this.#line.leave()).status, "left_game");
      this.ledger.left.push(this.#line.seat);
    }
    for (const { client } of this.#drivers) await this.#leave(client);
    if (this.#watcher !== undefined) await this.#leave(this.#watcher);
  }

  async #leave(client: GameClient): Promise<void> {
    assertEquals((await client.leave()).status, "left_game");
    this.ledger.left.push(client);
  }

  async #drive(driver: Driver): Promise<void> {
    const { client } = driver;
    while (!this.#isOver) {
      await client.next("a state to answer", () => true, OUTAGE_PATIENCE_MS);
      this.#commandCount++;
      if (this.#commandCount % SHOT_PERIOD === 0) await client.act("shoot");
      else await client.act("input", { seq: ++driver.seq, throttle: 1, turn: 0.3 });
    }
  }

  async #driveLine(line: LineDriver): Promise<void> {
    while (!this.#isOver) {
      await line.drive();
      this.#commandCount++;
    }
  }

  async #lineGoesOn(): Promise<void> {
    const tick = await this.#line?.stateAfter(0) ?? NaN;
    await this.#line?.stateAfter(tick + TICKS_MORE);
  }

  /** Registers and logs in, an account after each state that the watcher sees. */
  async #recruit(watcher: GameClient): Promise<void> {
    const address = this.#system.auth.addresses.tcp;
    for (let number = 1; !this.#isOver; number++) {
      await watcher.next("a state", () => true, OUTAGE_PATIENCE_MS);
      const username = `${RECRUIT}${number}`;
      const account = { username, password: PASSWORD };
      const registered = await askOnce(address, { action: "register", ...account });
      if (registered.status !== "success") {
        this.ledger.refusals.push(registered);
        continue;
      }
      this.ledger.registered.set(username, textAt(registered, "account_id"));
      const loggedIn = await askOnce(address, { action: "login", ...account });
      if (loggedIn.status === "success") this.ledger.loggedIn.push(username);
      else this.ledger.refusals.push(loggedIn);
    }
  }
}
