import { DatagramClient } from "../clients/datagram_client.ts";
import { numberAt } from "../clients/json_fields.ts";
import type { Address } from "../fuzz/service_process.ts";
import { delay } from "./program.ts";

/** A command that has no effect after this long is lost, in milliseconds. */
const LOST_MS = 5_000;
/** Between two commands, so that they are sent at any moment of a tick. */
const PAUSE_MS = { min: 5, spread: 17 };

/** A player who sends one input after the other, and times each until a state says that it was applied. */
export class CommandTimer {
  readonly #client: DatagramClient;
  readonly #playerId: string;
  #seq = 0;
  #onApplied: (seq: number) => void = () => {};

  private constructor(address: Address) {
    this.#playerId = `timer-${crypto.randomUUID()}`;
    this.#client = DatagramClient.open(address, {
      onMessage: (message) => {
        if (message.type !== "state") return false;
        this.#onApplied(numberAt(message, "ack_seq"));
        return true;
      },
    });
  }

  /** Takes a tank. @throws Error where there is none */
  static async join(address: Address): Promise<CommandTimer> {
    const timer = new CommandTimer(address);
    const join = { action: "join_game", player_id: timer.#playerId, mode: "steppe_war" };
    const reply = await timer.#client.ask(join);
    if (reply.status !== "joined") throw new Error(`Cannot join: ${JSON.stringify(reply)}`);
    return timer;
  }

  /** What each of so many inputs took, in milliseconds. @throws Error where one is lost */
  async measure(count: number): Promise<number[]> {
    const tookMs: number[] = [];
    while (tookMs.length < count) {
      tookMs.push(await this.#timeOne());
      await delay(PAUSE_MS.min + Math.random() * PAUSE_MS.spread);
    }
    return tookMs;
  }

  /** Plays no more. */
  close(): Promise<void> {
    return this.#client.close();
  }

  async #timeOne(): Promise<number> {
    const seq = ++this.#seq;
    const applied = Promise.withResolvers<void>();
    this.#onApplied = (ackSeq): void => {
      if (ackSeq >= seq) applied.resolve();
    };
    const lost = setTimeout(
      () => applied.reject(new Error(`Cannot time input ${seq}: it has no effect`)),
      LOST_MS,
    );
    const startMs = performance.now();
    const turn = seq % 2 === 0 ? 1 : -1;
    const input = { action: "input", player_id: this.#playerId, seq, throttle: 0, turn };
    await this.#client.send(input);
    try {
      await applied.promise;
      return performance.now() - startMs;
    } finally {
      clearTimeout(lost);
    }
  }
}
