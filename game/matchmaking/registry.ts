import type { Clock } from "../../core/clock.ts";
import type { ServerStatus } from "../../core/protocol/server_status.ts";

/** What a registry needs, and its bounds. */
export interface ServerRegistryOptions {
  /** Says how long ago a server was heard. */
  readonly clock: Clock;
  /** A server not heard for this long is out, in milliseconds. */
  readonly timeoutMs: number;
  /** Servers at most; beyond it a new one is refused. */
  readonly serversMax: number;
}

interface Entry {
  readonly status: ServerStatus;
  readonly heardMs: number;
}

/** The game servers that are there, as their own broadcasts say. */
export class ServerRegistry {
  readonly #options: ServerRegistryOptions;
  readonly #entries = new Map<string, Entry>();

  /** No server is there at first. */
  constructor(options: ServerRegistryOptions) {
    this.#options = options;
  }

  /** Takes a broadcast: of a server that is `new`, or `known`; or `refused`, the table being full. */
  observe(status: ServerStatus): "new" | "known" | "refused" {
    const { clock, serversMax } = this.#options;
    const isKnown = this.#entries.has(status.serverId);
    if (!isKnown && this.#entries.size >= serversMax) return "refused";
    this.#entries.set(status.serverId, { status, heardMs: clock.monotonicMs() });
    return isKnown ? "known" : "new";
  }

  /** Takes a server out until it is heard again: it did not answer. */
  forget(serverId: string): void {
    this.#entries.delete(serverId);
  }

  /** How a server is, if it is there. */
  get(serverId: string): ServerStatus | undefined {
    const entry = this.#entries.get(serverId);
    return entry !== undefined && this.#isAlive(entry) ? entry.status : undefined;
  }

  /** Every server that is there, draining ones too. */
  alive(): ServerStatus[] {
    const alive: ServerStatus[] = [];
    for (const entry of this.#entries.values()) {
      if (this.#isAlive(entry)) alive.push(entry.status);
    }
    return alive;
  }

  /** Forgets the servers that are out, and says which. */
  expire(): string[] {
    const lost: string[] = [];
    for (const [serverId, entry] of this.#entries) {
      if (this.#isAlive(entry)) continue;
      this.#entries.delete(serverId);
      lost.push(serverId);
    }
    return lost;
  }

  #isAlive(entry: Entry): boolean {
    return this.#options.clock.monotonicMs() - entry.heardMs < this.#options.timeoutMs;
  }
}
