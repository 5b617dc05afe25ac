/** How much a server may be behind, in bytes, before it is asked how far it is. */
const CONFIRM_BYTES = 262_144;

/** What a message costs beside its subject and payload: the protocol's own words. */
const MESSAGE_BYTES = 32;

/**
 * Bounds what is sent on one connection and has not arrived: a server that is slow or frozen would let
 * it grow for ever in our memory. The server is asked for a sign of life once for every so many bytes.
 */
export class NatsSendWindow {
  readonly #flush: () => Promise<void>;
  readonly #bytesMax: number;
  #unconfirmedBytes = 0;
  #isConfirming = false;

  /**
   * Nothing has been sent.
   *
   * @param flush resolves when the server has all that was sent before
   */
  constructor(flush: () => Promise<void>, bytesMax: number) {
    this.#flush = flush;
    this.#bytesMax = bytesMax;
  }

  /** Whether a message may be sent, at once, in the same task; it counts as sent if so. */
  admit(subject: string, payload: Uint8Array): boolean {
    const bytes = subject.length + payload.length + MESSAGE_BYTES;
    if (this.#unconfirmedBytes + bytes > this.#bytesMax) return false;
    this.#unconfirmedBytes += bytes;
    this.#confirm();
    return true;
  }

  #confirm(): void {
    if (this.#isConfirming || this.#unconfirmedBytes < CONFIRM_BYTES) return;
    this.#isConfirming = true;
    // Later: the message that was just admitted goes first.
    queueMicrotask(() => {
      const bytes = this.#unconfirmedBytes;
      this.#flush().then(() => {
        this.#unconfirmedBytes -= bytes;
        this.#isConfirming = false;
        this.#confirm();
      }).catch(() => {
        // The connection is lost, and this window with it.
      });
    });
  }
}
