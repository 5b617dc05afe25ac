// Sockets: what core/net/ holds for one of them, whatever it is configured to.

/** Bytes of one read from a TCP connection; each open connection holds a buffer of this size. */
export const TCP_READ_BYTES = 4_096;

/**
 * How long a TCP connection that we closed may take to close its own side, in milliseconds. Closing at
 * once while a client still sends would reset the connection and could destroy our last reply.
 */
export const TCP_LINGER_MS = 1_000;

/** The first pause after a connection could not be accepted, in milliseconds; each is twice the last. */
export const TCP_ACCEPT_BACKOFF_MS_MIN = 10;

/** The longest pause after a connection could not be accepted, in milliseconds. */
export const TCP_ACCEPT_BACKOFF_MS_MAX = 1_000;

/** The most bytes that a UDP datagram carries over IPv4: 65 535 less 20 of IP and 8 of UDP header. */
export const UDP_PAYLOAD_BYTES_MAX = 65_507;

/** Datagrams handled before timers and other sockets get their turn. */
export const UDP_BURST_DATAGRAMS_MAX = 128;

assertLimit(TCP_ACCEPT_BACKOFF_MS_MIN <= TCP_ACCEPT_BACKOFF_MS_MAX, "TCP_ACCEPT_BACKOFF_MS_MIN");

function assertLimit(holds: boolean, name: string): void {
  if (!holds) throw new Error(`Cannot load limits: ${name} does not fit the others`);
}
