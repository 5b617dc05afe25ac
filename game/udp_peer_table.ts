import type { UdpSource } from "../core/net/udp_source.ts";
import type { UdpPeer } from "./udp_peer.ts";

/**
 * The peers at which somebody plays. Found by port and then by host, because each datagram brings its
 * host as a new text, whose hash would cost more than comparing it with the few that share a port.
 */
export class UdpPeerTable {
  readonly #byPort = new Map<number, UdpPeer[]>();

  /** The peer at this address, or undefined where nobody plays. */
  find({ hostname, port }: UdpSource): UdpPeer | undefined {
    const peers = this.#byPort.get(port);
    if (peers === undefined) return undefined;
    for (const peer of peers) if (peer.hostname === hostname) return peer;
    return undefined;
  }

  /** Adds a peer in place of what was at its address. */
  add(peer: UdpPeer): void {
    const others = this.#byPort.get(peer.port)?.filter(({ hostname }) =>
      hostname !== peer.hostname
    );
    this.#byPort.set(peer.port, [...others ?? [], peer]);
  }

  /** Removes a peer; does nothing where another is at its address now. */
  remove(peer: UdpPeer): void {
    const others = this.#byPort.get(peer.port)?.filter((other) => other !== peer) ?? [];
    if (others.length === 0) this.#byPort.delete(peer.port);
    else this.#byPort.set(peer.port, others);
  }
}
