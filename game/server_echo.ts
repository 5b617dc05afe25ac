import type { Clock } from "../core/clock.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import { RELAY_PROBE } from "../core/protocol/match_relay.ts";
import { serverCommandSubject } from "../core/protocol/server_command.ts";
import { ECHO_DEADLINE_MS, ECHO_PERIOD_MS, ECHO_RELIED_MS } from "./match_timing.ts";

/** What an echo works with. */
export interface ServerEchoOptions {
  /** Brings it. */
  readonly pubSub: PubSub;
  /** Says when. */
  readonly clock: Clock;
  /** This server's id. */
  readonly serverId: () => string;
}

/** Whether this server hears itself over `PubSub`, as others would hear it. */
export class ServerEcho {
  readonly #options: ServerEchoOptions;
  #heardMs = -Infinity;
  #dueMs = -Infinity;

  /** Has heard nothing yet. */
  constructor(options: ServerEchoOptions) {
    this.#options = options;
  }

  /** Until when others hear this server too, on the monotonic clock; in the past where it is not heard. */
  get reliedUntilMs(): number {
    return this.#heardMs + ECHO_RELIED_MS;
  }

  /** Whether it is time to listen again. */
  get isDue(): boolean {
    return this.#options.clock.monotonicMs() >= this.#dueMs;
  }

  /** Listens once. Never rejects. */
  async listen(): Promise<void> {
    const { pubSub, clock, serverId } = this.#options;
    const askedMs = clock.monotonicMs();
    this.#dueMs = askedMs + ECHO_PERIOD_MS;
    try {
      const subject = serverCommandSubject(serverId());
      await pubSub.request(subject, RELAY_PROBE, { deadlineMs: ECHO_DEADLINE_MS });
      this.#heardMs = askedMs;
    } catch {
      // Not to be heard is the answer.
    }
  }
}
