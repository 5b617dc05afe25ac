import type { Clock } from "../../core/clock.ts";
import type { Rng } from "../../core/rng.ts";

/** How bad a one-way link is. All shares are 0..1, all times in milliseconds. */
export interface LinkConditions {
  /** Share of datagrams that never arrive. */
  readonly lossShare: number;
  /** What each datagram takes at least. */
  readonly delayMs: number;
  /** What a datagram takes more, evenly spread from 0; above the sending interval it reorders. */
  readonly jitterMs: number;
  /** Share of datagrams that arrive twice, the second time with a jitter of its own. */
  readonly duplicateShare: number;
  /** Share of datagrams that are held back by another `delayMs` + `jitterMs`, behind those after. */
  readonly reorderShare: number;
}

/** A link that loses, delays and changes nothing. */
export const PERFECT_LINK: LinkConditions = {
  lossShare: 0,
  delayMs: 0,
  jitterMs: 0,
  duplicateShare: 0,
  reorderShare: 0,
};

/** What a link did, by count of datagrams. */
export interface LinkTally {
  /** Given to the link. */
  sent: number;
  /** Lost by chance. */
  lost: number;
  /** Lost because the link was cut. */
  cut: number;
  /** Lost because too many were under way. */
  overflowed: number;
  /** Arrived a second time. */
  duplicated: number;
  /** Handed over, duplicates included. */
  delivered: number;
}

/** How a link is made. */
export interface SimulatedLinkOptions {
  /** How bad it is; may be changed later through `conditions`. */
  readonly conditions: LinkConditions;
  /** All chance comes from here: the same seed and sends give the same arrivals. */
  readonly rng: Rng;
  /** Arrivals are timers of this clock. */
  readonly clock: Clock;
  /** Takes what arrives. */
  readonly deliver: (datagram: Uint8Array) => void;
}

/** Datagrams under way at once, at most; more are lost, as in a router's full queue. */
export const LINK_DATAGRAMS_MAX = 4_096;
/** Shares are drawn in this many parts. */
const SHARE_PARTS = 1_000_000;
/** Arrivals are told apart to this part of a millisecond. */
const PARTS_PER_MS = 1_000;

/** One direction of a network, from bad to worse, the same for the same seed. */
export class SimulatedLink {
  /** How bad it is from now on; what is under way already is not affected. */
  conditions: LinkConditions;
  /** What it has done so far. */
  readonly tally: LinkTally = {
    sent: 0,
    lost: 0,
    cut: 0,
    overflowed: 0,
    duplicated: 0,
    delivered: 0,
  };
  readonly #options: SimulatedLinkOptions;
  readonly #underWay = new Set<() => void>();
  #isCut = false;

  /** Carries nothing yet. */
  constructor(options: SimulatedLinkOptions) {
    this.#options = options;
    this.conditions = options.conditions;
  }

  /** Sends a datagram; its bytes are copied. */
  send(datagram: Uint8Array): void {
    const { lossShare, duplicateShare } = this.conditions;
    this.tally.sent++;
    // Always drawn, so that a cut link does not change what happens after it.
    const isLost = this.#draw(lossShare);
    const isDuplicated = this.#draw(duplicateShare);
    if (this.#isCut) this.tally.cut++;
    else if (isLost) this.tally.lost++;
    else {
      const copy = datagram.slice();
      this.#carry(copy);
      if (!isDuplicated) return;
      this.tally.duplicated++;
      this.#carry(copy);
    }
  }

  /** A partition: everything sent from now on is lost, and what is under way too. */
  cut(): void {
    this.#isCut = true;
    this.tally.cut += this.#underWay.size;
    this.#cancelAll();
  }

  /** Ends a partition. */
  mend(): void {
    this.#isCut = false;
  }

  /** Loses what is under way: no timer stays. */
  close(): void {
    this.#isCut = true;
    this.#cancelAll();
  }

  #carry(datagram: Uint8Array): void {
    if (this.#underWay.size >= LINK_DATAGRAMS_MAX) {
      this.tally.overflowed++;
      return;
    }
    const { delayMs, jitterMs, reorderShare } = this.conditions;
    const held = this.#draw(reorderShare) ? delayMs + jitterMs : 0;
    const jitter = this.#options.rng.below(Math.floor(jitterMs * PARTS_PER_MS) + 1) / PARTS_PER_MS;
    const cancel = this.#options.clock.after(delayMs + jitter + held, () => {
      this.#underWay.delete(cancel);
      this.tally.delivered++;
      this.#options.deliver(datagram);
    });
    this.#underWay.add(cancel);
  }

  #cancelAll(): void {
    for (const cancel of this.#underWay) cancel();
    this.#underWay.clear();
  }

  #draw(share: number): boolean {
    return this.#options.rng.below(SHARE_PARTS) < share * SHARE_PARTS;
  }
}
