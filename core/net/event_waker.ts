// Linux: the same on x86_64 and aarch64.
const EFD_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;

const WAKE_SYMBOLS = {
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  eventfd_write: { parameters: ["i32", "u64"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** A descriptor by which a thread that waits in `poll` is woken by another. */
export class EventWaker {
  /** What the other thread waits for. */
  readonly descriptor: number;
  readonly #libc: Deno.DynamicLibrary<typeof WAKE_SYMBOLS>;

  /** Opens the descriptor. @throws Error where libc may not be loaded or the system has no more descriptors */
  constructor(libcPath: string) {
    this.#libc = Deno.dlopen(libcPath, WAKE_SYMBOLS);
    this.descriptor = this.#libc.symbols.eventfd(0, EFD_NONBLOCK_CLOEXEC);
    if (this.descriptor >= 0) return;
    this.#libc.close();
    throw new Error("Cannot open a descriptor to wake the thread of the socket");
  }

  /** Wakes the other thread, or has it not wait the next time. */
  wake(): void {
    this.#libc.symbols.eventfd_write(this.descriptor, 1n);
  }

  /** Closes the descriptor, which the other thread must not use any more. */
  close(): void {
    this.#libc.symbols.close(this.descriptor);
    this.#libc.close();
  }
}
