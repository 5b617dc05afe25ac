/** What happens in a match beyond movement; the number on the wire. */
export const EVENT_KINDS = {
  /** A tank fired a shell that hit before it was in any snapshot; the others are seen as shells. */
  shot: 0,
  /** A tank lost hit points to a shell of `by`. */
  damaged: 1,
  /** A tank was destroyed by a shell of `by`. */
  destroyed: 2,
  /** A destroyed tank is back. */
  respawned: 3,
} as const;

/** How many events are kept, at the server over its baselines and at a client for one snapshot. */
export const EVENTS_KEPT_MAX = 512;

/**
 * The last events of a match, oldest first, in arrays that are used again; beyond the bound the oldest
 * are overwritten. Ticks never go back.
 */
export class FrameEvents {
  /** One of {@linkcode EVENT_KINDS}. Index by `at`. */
  readonly kind: Uint8Array = new Uint8Array(EVENTS_KEPT_MAX);
  /** The tick in which it happened. */
  readonly tick: Uint32Array = new Uint32Array(EVENTS_KEPT_MAX);
  /** The slot of the tank to which it happened; of a shot, that fired. */
  readonly slot: Uint8Array = new Uint8Array(EVENTS_KEPT_MAX);
  /** Of a shot, at the server: by how many ticks its shell's tick is before its own. */
  readonly lagTicks: Uint8Array = new Uint8Array(EVENTS_KEPT_MAX);
  /** Of damage and destruction: the slot of the tank that fired. */
  readonly by: Uint8Array = new Uint8Array(EVENTS_KEPT_MAX);
  /** Of damage: hit points lost, 0..100. */
  readonly damage: Uint8Array = new Uint8Array(EVENTS_KEPT_MAX);
  /** Of damage: hit points left, 0..100. */
  readonly hp: Uint8Array = new Uint8Array(EVENTS_KEPT_MAX);
  #start = 0;
  #count = 0;

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Where in the arrays the event stands that has this number, 0 for the oldest. */
  at(index: number): number {
    return (this.#start + index) % EVENTS_KEPT_MAX;
  }

  /** Forgets all. */
  clear(): void {
    this.#start = 0;
    this.#count = 0;
  }

  /** Adds the newest; what is of some kinds only is 0. @returns where in the arrays it stands */
  add(kind: number, tick: number, slot: number): number {
    if (this.#count === EVENTS_KEPT_MAX) this.#start = this.at(1);
    else this.#count += 1;
    const at = this.at(this.#count - 1);
    this.kind[at] = kind;
    this.tick[at] = tick;
    this.slot[at] = slot;
    this.lagTicks[at] = 0;
    this.by[at] = 0;
    this.damage[at] = 0;
    this.hp[at] = 0;
    return at;
  }
}
