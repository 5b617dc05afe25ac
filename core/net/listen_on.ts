/** What is to be listened on. */
export interface ListenTarget {
  /** For the error's text. */
  readonly transport: "tcp" | "udp" | "http";
  /** An address of this machine. */
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Opens a listener with `open`. @throws Error naming the address, where it cannot be listened on */
export function listenOn<Listener>(target: ListenTarget, open: () => Listener): Listener {
  try {
    return open();
  } catch (cause) {
    const { transport, hostname, port } = target;
    throw new Error(`Cannot listen on ${transport} ${hostname}:${port}`, { cause });
  }
}
