import { assertEquals, assertLess } from "@std/assert";
import { sleep, systemClock } from "../../core/clock.ts";
import { loginToken, PLAYER1 } from "../clients/auth_requests.ts";
import { LineClient } from "../clients/line_client.ts";
import { say } from "./seed.ts";
import type { Address } from "./service_process.ts";

/** Between two requests, in milliseconds. */
const PAUSE_MS = 10;
/**
 * What the slowest hundredth of its requests may take, in milliseconds: some ten times what they do take
 * on two cores on which the attack itself runs too.
 */
const LATENCY_P99_MS_MAX = 1_000;

/**
 * Somebody who behaves while others do not: has a token verified again and again over one connection, and
 * wants an answer soon.
 */
export class GoodClient {
  readonly #client: LineClient;
  readonly #token: string;
  readonly #latenciesMs: number[] = [];
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  private constructor(client: LineClient, token: string) {
    this.#client = client;
    this.#token = token;
    this.#running = this.#run();
    // Who asks whether it was served is told; where nobody does, something else has failed first.
    this.#running.catch(() => {});
  }

  /** Logs in, and begins. */
  static async start(address: Address): Promise<GoodClient> {
    const token = await loginToken(address, PLAYER1);
    return new GoodClient(await LineClient.connect(address), token);
  }

  /** Ends. @throws AssertionError when it was not always served, or not soon enough */
  async assertServed(during: string): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#client.close();
    const sorted = this.#latenciesMs.toSorted((left, right) => left - right);
    const [median = NaN, p99 = NaN] = [0.5, 0.99].map((part) =>
      sorted[Math.floor(part * sorted.length)]
    );
    const [medianText, p99Text] = [median.toFixed(1), p99.toFixed(1)];
    say(`${during}: ${sorted.length} good requests, median ${medianText} ms, p99 ${p99Text} ms`);
    assertLess(p99, LATENCY_P99_MS_MAX, during);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    do {
      const startMs = systemClock.monotonicMs();
      const reply = await this.#client.askJson({ action: "verify", token: this.#token });
      assertEquals(reply.message, "Token valid");
      this.#latenciesMs.push(systemClock.monotonicMs() - startMs);
      // Rejects when it is told to stop, which the loop sees for itself.
      await sleep(systemClock, PAUSE_MS, signal).catch(() => {});
    } while (!signal.aborted);
  }
}
