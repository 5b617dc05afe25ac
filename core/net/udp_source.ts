/** Where a datagram came from or goes to: an IP address in text and a port. */
export interface UdpSource {
  /** An IP address, never a name. */
  readonly hostname: string;
  /** 1 to 65 535. */
  readonly port: number;
}
