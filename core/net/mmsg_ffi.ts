// Constants of Linux, the same on x86_64 and aarch64.
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_REUSEPORT = 15;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const MSG_DONTWAIT = 0x40;

/** `sa_family` of IPv4. */
export const AF_INET = 2;

/** `sa_family` of IPv6. */
export const AF_INET6 = 10;

/** `revents` of poll: there is something to read. */
export const POLLIN = 1;

/** `revents` of poll: there is room to write. */
export const POLLOUT = 4;

/** `errno`: interrupted by a signal. */
export const EINTR = 4;

/** `errno`: nothing there, or no room, at the moment. */
export const EAGAIN = 11;

/** Bytes of the kernel's buffer for each direction: some 10 000 small datagrams, if it allows that. */
const SOCKET_BUFFER_BYTES = 8 * 1_024 * 1_024;

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  eventfd_read: { parameters: ["i32", "buffer"], result: "i32" },
  // Addresses as bigint: half the cost of a buffer, and less than a number.
  recvmmsg: { parameters: ["i32", "usize", "u32", "i32", "usize"], result: "i32" },
  sendmmsg: { parameters: ["i32", "usize", "u32", "i32"], result: "i32" },
  poll: { parameters: ["usize", "usize", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  __errno_location: { parameters: [], result: "usize" },
} as const satisfies Deno.ForeignLibraryInterface;

// memcpy gives the address of memory of ours, and reads memory of libc. Deno's own means for that want
// the permission for every library; this needs the one for libc alone.
const ADDRESS_SYMBOLS = {
  memcpy: { parameters: ["buffer", "buffer", "usize"], result: "usize" },
} as const satisfies Deno.ForeignLibraryInterface;
const READ_SYMBOLS = {
  memcpy: { parameters: ["buffer", "usize", "usize"], result: "usize" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The calls of Linux that a UDP socket needs. Addresses of memory are numbers of 64 bits. */
export class Libc {
  readonly #libc: Deno.DynamicLibrary<typeof SYMBOLS>;
  readonly #address: Deno.DynamicLibrary<typeof ADDRESS_SYMBOLS>;
  readonly #read: Deno.DynamicLibrary<typeof READ_SYMBOLS>;
  readonly #errnoAddress: bigint;
  readonly #word = new Uint8Array(new SharedArrayBuffer(8));

  /** Loads it. @throws Error where libc may not be loaded */
  constructor(path: string) {
    this.#libc = Deno.dlopen(path, SYMBOLS);
    this.#address = Deno.dlopen(path, ADDRESS_SYMBOLS);
    this.#read = Deno.dlopen(path, READ_SYMBOLS);
    this.#errnoAddress = this.#libc.symbols.__errno_location();
  }

  /** Where shared memory is; it stays there as long as anything refers to it. */
  addressOf(memory: SharedArrayBuffer): bigint {
    const bytes = new Uint8Array(memory);
    return this.#address.symbols.memcpy(bytes, bytes, 0n);
  }

  /** Opens a UDP socket and binds it; `name` is a `sockaddr`. @throws Error with the call's name */
  openSocket(
    options: { readonly family: number; readonly name: Uint8Array; readonly reusePort: boolean },
  ): number {
    const { family, name, reusePort } = options;
    const { symbols } = this.#libc;
    const socket = symbols.socket(family, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (socket < 0) throw this.#failure("socket");
    try {
      // The kernel gives as much of it as net.core.rmem_max and wmem_max allow.
      this.#setOption(socket, SO_RCVBUF, SOCKET_BUFFER_BYTES);
      this.#setOption(socket, SO_SNDBUF, SOCKET_BUFFER_BYTES);
      if (reusePort) this.#setOption(socket, SO_REUSEPORT, 1);
      if (symbols.bind(socket, name, name.length) < 0) throw this.#failure("bind");
    } catch (error) {
      this.close(socket);
      throw error;
    }
    return socket;
  }

  /** Writes into `name` what a socket is bound to. @throws Error with the call's name */
  readName(socket: number, name: Uint8Array): void {
    const length = new Uint8Array(Uint32Array.of(name.length).buffer);
    if (this.#libc.symbols.getsockname(socket, name, length) < 0) {
      throw this.#failure("getsockname");
    }
  }

  /** Takes back what has woken a thread that waited for the descriptor. */
  clearEvent(event: number): void {
    this.#libc.symbols.eventfd_read(event, this.#word);
  }

  /** Receives up to `count` datagrams without waiting: how many, or below 0. */
  receive(socket: number, messages: bigint, count: number): number {
    return this.#libc.symbols.recvmmsg(socket, messages, count, MSG_DONTWAIT, 0n);
  }

  /** Sends up to `count` datagrams without waiting: how many, or below 0 where the first failed. */
  send(socket: number, messages: bigint, count: number): number {
    return this.#libc.symbols.sendmmsg(socket, messages, count, MSG_DONTWAIT);
  }

  /** Waits for one of `count` descriptors, in milliseconds at most. */
  poll(descriptors: bigint, count: bigint, timeoutMs: number): number {
    return this.#libc.symbols.poll(descriptors, count, timeoutMs);
  }

  /** Closes a descriptor. */
  close(descriptor: number): void {
    this.#libc.symbols.close(descriptor);
  }

  /** The error of the last call, to be asked for at once. */
  errno(): number {
    this.#read.symbols.memcpy(this.#word, this.#errnoAddress, 4n);
    return new DataView(this.#word.buffer).getInt32(0, true);
  }

  /** Gives libc back. */
  unload(): void {
    this.#libc.close();
    this.#address.close();
    this.#read.close();
  }

  #setOption(socket: number, option: number, value: number): void {
    const bytes = new Uint8Array(Int32Array.of(value).buffer);
    const { symbols } = this.#libc;
    if (symbols.setsockopt(socket, SOL_SOCKET, option, bytes, bytes.length) < 0) {
      throw this.#failure("setsockopt");
    }
  }

  #failure(call: string): Error {
    return new Error(`Cannot ${call}: errno ${this.errno()}`);
  }
}
