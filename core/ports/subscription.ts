/** A running consumer, server or listener. */
export interface Subscription {
  /**
   * Takes no more work, waits for the work in hand, and ends; calling it again does nothing but wait.
   * Not to be awaited by that work itself.
   */
  close(): Promise<void>;
}
