import type { UdpMemory } from "./udp_memory.ts";
import type { UdpSource } from "./udp_source.ts";

/** How a worker opens its socket: the only message to it; all else is in the shared memory. */
export interface UdpWorkerStart {
  /** What it shares with its owner. */
  readonly memory: UdpMemory;
  /** For `mmsg`: the path of libc, and the descriptor by which the worker is woken. */
  readonly native: { readonly libcPath: string; readonly wakeDescriptor: number } | undefined;
  /** The address to listen on. */
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Lets several sockets share the port; `mmsg` only. */
  readonly reusePort: boolean;
  /** The longest datagram that is let in, in bytes. */
  readonly datagramBytesMax: number;
  /** Datagrams a second that one source may send, and at once. */
  readonly sourceRate: { readonly perSecond: number; readonly burst: number };
}

/** What a worker tells its owner. */
export type UdpWorkerMessage =
  | {
    /** It listens. */
    readonly kind: "listening";
    /** What it listens on. */
    readonly address: UdpSource;
  }
  | {
    /** The system failed; not told each time. */
    readonly kind: "trouble";
    /** What failed. */
    readonly reason: "receive_failed" | "send_failed";
    /** How. */
    readonly error: string;
  }
  | {
    /** It has ended as it was told, and the port is free. */
    readonly kind: "closed";
  }
  | {
    /** It could not start, or has ended by a fault of ours. */
    readonly kind: "failed";
    /** Why. */
    readonly error: string;
  };
