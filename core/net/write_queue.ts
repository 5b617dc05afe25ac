import type { Clock } from "../clock.ts";
import { Deadline } from "./deadline.ts";

/** Why a {@linkcode WriteQueue} gave up. */
export type WriteFailure = "slow_reader" | "reset";

/** How a {@linkcode WriteQueue} writes. */
export interface WriteQueueOptions {
  /** Writes the beginning of the bytes and says how many; `Deno.Conn.write`. */
  readonly write: (bytes: Uint8Array) => Promise<number>;
  /** Bytes that may wait, those being written included. */
  readonly bytesMax: number;
  /** Milliseconds that one batch, at most `bytesMax` bytes, may take. */
  readonly timeoutMs: number;
  /** Measures the time. */
  readonly clock: Clock;
  /** Called once, never from within `push`, when the other side reads too slowly or is gone. */
  readonly onFailure: (reason: WriteFailure) => void;
}

const encoder = new TextEncoder();

/**
 * Lines on their way out: bounded in bytes and time. Whatever is queued while a write is under way, or
 * in the same turn of the event loop, goes out in one write.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #deadline: Deadline;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #byteCount = 0;
  #isPumping = false;
  #isOver = false;
  #waiters: { readonly bytes: number; readonly resolve: () => void }[] = [];

  /** Nothing is queued yet. */
  constructor(options: WriteQueueOptions) {
    this.#options = options;
    const { timeoutMs, clock } = options;
    const onDue = (): void => this.#fail("slow_reader");
    this.#deadline = new Deadline({ delayMs: timeoutMs, clock, onDue });
  }

  /** Bytes that wait or are being written. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /** Queues a text and a newline. */
  push(text: string): void {
    if (this.#isOver) return;
    const bytes = encoder.encode(`${text}\n`);
    if (this.#byteCount + bytes.byteLength > this.#options.bytesMax) {
      return this.#fail("slow_reader");
    }
    this.#byteCount += bytes.byteLength;
    this.#waiting.push(bytes);
    if (this.#isPumping) return;
    this.#isPumping = true;
    queueMicrotask(() => void this.#pump());
  }

  /** Resolves when at most so many bytes are left, or none will ever be written again. */
  whenAtMost(bytes: number): Promise<void> {
    if (this.#byteCount <= bytes || this.#isOver) return Promise.resolve();
    return new Promise((resolve) => void this.#waiters.push({ bytes, resolve }));
  }

  /** Drops what is queued and takes no more; a write under way is its owner's to end. */
  dispose(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#byteCount = 0;
    this.#deadline.dispose();
    this.#wake();
  }

  // Rejects never: a failed write ends in #fail.
  async #pump(): Promise<void> {
    while (!this.#isOver && this.#waiting.length > 0) {
      const batch = joinBytes(this.#waiting);
      this.#waiting = [];
      this.#deadline.start();
      if (!await this.#writeAll(batch)) return this.#fail("reset");
      this.#deadline.stop();
      if (this.#isOver) return;
      this.#byteCount -= batch.byteLength;
      this.#wake();
    }
    this.#isPumping = false;
  }

  async #writeAll(batch: Uint8Array): Promise<boolean> {
    try {
      for (let written = 0; written < batch.byteLength;) {
        written += await this.#options.write(batch.subarray(written));
      }
      return true;
    } catch {
      // Whatever a socket throws at a write, the other side cannot be reached any more.
      return false;
    }
  }

  #fail(reason: WriteFailure): void {
    if (this.#isOver) return;
    // Whoever waits for room must find its owner told already.
    queueMicrotask(() => this.#options.onFailure(reason));
    this.dispose();
  }

  #wake(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (this.#isOver || this.#byteCount <= waiter.bytes) waiter.resolve();
      else this.#waiters.push(waiter);
    }
  }
}

function joinBytes(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}
