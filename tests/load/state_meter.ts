import type { Transport, TransportEvents } from "../../game/client/transport.ts";
import { BitReader } from "../../game/wire/bit_reader.ts";
import { DATAGRAM_TYPES, HEADER_BYTES, payloadEnd } from "../../game/wire/datagram.ts";
import type { LoadTally } from "./load_tally.ts";

/** Of a message that is no state. */
const NO_STATE = -1;
const FLAG_BITS = 8;

const reader = new BitReader();

/** Which state a message is part of, by format: each in JSON is a whole one, in binary the tick tells. */
const STATE_OF = {
  binary: (bytes: Uint8Array): number => {
    if (bytes[1] !== DATAGRAM_TYPES.snapshot) return NO_STATE;
    reader.reset(bytes, HEADER_BYTES, payloadEnd(DATAGRAM_TYPES.snapshot, bytes.length));
    reader.bits(FLAG_BITS);
    return reader.varint();
  },
  // By two letters of {"type":"state", so that nothing is read twice.
  json: (bytes: Uint8Array): number | undefined =>
    bytes[2] === 0x74 && bytes[9] === 0x73 ? undefined : NO_STATE,
} as const;

/** Counts what goes over one transport, and how many bytes the newest state came in. */
export class StateMeter {
  /** Of all messages of the newest state so far. */
  stateBytes = 0;
  readonly #tally: LoadTally;
  readonly #stateOf: (bytes: Uint8Array) => number | undefined;
  #state: number | undefined;

  /** Counts into `tally`. */
  constructor(tally: LoadTally, format: keyof typeof STATE_OF) {
    this.#tally = tally;
    this.#stateOf = STATE_OF[format];
  }

  /** Opens a transport that is looked at. */
  open(
    events: TransportEvents,
    open: (events: TransportEvents) => Transport,
  ): Transport {
    const inner = open({ ...events, onBytes: (bytes) => this.#onBytes(bytes, events) });
    return {
      send: (bytes) => {
        this.#tally.count("messages_sent");
        this.#tally.count("bytes_sent", bytes.length);
        inner.send(bytes);
      },
      close: () => inner.close(),
    };
  }

  #onBytes(bytes: Uint8Array, events: TransportEvents): void {
    this.#tally.count("messages_received");
    this.#tally.count("bytes_received", bytes.length);
    this.#measure(bytes);
    events.onBytes(bytes);
  }

  #measure(bytes: Uint8Array): void {
    const state = this.#stateOf(bytes);
    if (state === NO_STATE) return;
    const isMore = state !== undefined && state === this.#state;
    this.stateBytes = bytes.length + (isMore ? this.stateBytes : 0);
    this.#state = state;
  }
}
