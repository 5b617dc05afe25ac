/** What carries a client's datagrams, or the messages of a stream that stand for them. */
export interface Transport {
  /** Sends, if it can: what cannot be sent is lost, as datagrams are. Never throws. */
  send(bytes: Uint8Array): void;
  /** Closes it; resolves once nothing comes any more. Again, it does nothing. */
  close(): Promise<void>;
}

/** What a transport tells whoever opened it. */
export interface TransportEvents {
  /** Something has come; `bytes` need not stay valid after the call. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** The transport has failed and carries nothing any more. */
  readonly onFault: (error: unknown) => void;
}
