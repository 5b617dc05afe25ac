import { WIRE_REFUSALS } from "../wire/wire_refusal.ts";

/** Why a client made nothing of a datagram: a closed set. */
export const CLIENT_DROPS = [
  ...WIRE_REFUSALS,
  /** Well formed and from the server, but nothing that is waited for. */
  "unexpected",
] as const;

/** One of {@linkcode CLIENT_DROPS}. */
export type ClientDrop = typeof CLIENT_DROPS[number];

/** How often each has been. */
export class ClientDrops {
  readonly #counts = new Map<ClientDrop, number>();

  /** Counts one. */
  add(drop: ClientDrop): void {
    this.#counts.set(drop, this.count(drop) + 1);
  }

  /** How often it has been. */
  count(drop: ClientDrop): number {
    return this.#counts.get(drop) ?? 0;
  }

  /** Those that have been, with how often. */
  get counts(): ReadonlyMap<ClientDrop, number> {
    return this.#counts;
  }
}
