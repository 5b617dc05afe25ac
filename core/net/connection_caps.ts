import { tryAddressKey } from "./address_key.ts";

/** Why a connection is refused. */
export type ConnectionRefusal = "connections_max" | "connections_per_address_max";

/** Counts open connections, in all and by address; those of an IPv6 network of 64 bits together. */
export class ConnectionCaps {
  readonly #connectionsMax: number;
  readonly #perAddressMax: number;
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  /** Both bounds are 1 or more. */
  constructor(
    options: { readonly connectionsMax: number; readonly connectionsPerAddressMax: number },
  ) {
    this.#connectionsMax = options.connectionsMax;
    this.#perAddressMax = options.connectionsPerAddressMax;
  }

  /** How many are open. */
  get count(): number {
    return this.#count;
  }

  /** Takes a place, or says why there is none. */
  take(address: string): ConnectionRefusal | undefined {
    if (this.#count >= this.#connectionsMax) return "connections_max";
    const key = keyOf(address);
    const addressCount = this.#byAddress.get(key) ?? 0;
    if (addressCount >= this.#perAddressMax) return "connections_per_address_max";
    this.#byAddress.set(key, addressCount + 1);
    this.#count++;
    return undefined;
  }

  /** Gives a place back; each one taken, exactly once. */
  release(address: string): void {
    const key = keyOf(address);
    const addressCount = (this.#byAddress.get(key) ?? 0) - 1;
    // An address that nobody comes from any more is forgotten, so that the map stays bounded.
    if (addressCount > 0) this.#byAddress.set(key, addressCount);
    else this.#byAddress.delete(key);
    this.#count--;
  }
}

function keyOf(address: string): string {
  return tryAddressKey(address) ?? address;
}
