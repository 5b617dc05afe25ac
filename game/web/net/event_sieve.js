/** @typedef {import("./match_message.js").MatchEvent} MatchEvent */

/** Lets each event through once: a state repeats those that may have been lost since the one it changes. */
export class EventSieve {
  #tick = -Infinity;

  /**
   * The events that no state before has told.
   *
   * @param {{ tick: number, events: readonly MatchEvent[] }} state
   * @returns {readonly MatchEvent[]}
   */
  take({ tick, events }) {
    const after = this.#tick;
    this.#tick = Math.max(after, tick);
    return events.filter((event) => event.tick > after);
  }
}
