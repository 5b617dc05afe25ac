import { INPUT_FLAGS, OP_CODE_BITS, OP_CODES, type WorldOp } from "./world_op.ts";

/** A varint of more bytes is none of ours: every number is below 2^35. */
const VARINT_BYTES_MAX = 5;
const CODE_MASK = (1 << OP_CODE_BITS) - 1;
/** Codes whose first byte has flags. */
const FLAGS_MAX = 0x1f;

/** The operations that an `OpWriter` wrote, in order. @throws Error where the bytes are none */
export function* readOps(bytes: Uint8Array): Generator<WorldOp, void, undefined> {
  const reader = new ByteReader(bytes);
  while (!reader.atEnd) yield readOp(reader);
}

function readOp(reader: ByteReader): WorldOp {
  const first = reader.byte();
  const code = first & CODE_MASK;
  const flags = (first >> OP_CODE_BITS) & FLAGS_MAX;
  if (code === OP_CODES.input) return readInput(reader, flags);
  if (flags !== 0) throw reader.refusal(`code ${first} is none`);
  switch (code) {
    case OP_CODES.step:
      return { kind: "step", count: reader.varint() };
    case OP_CODES.join:
      return { kind: "join", slot: reader.byte(), team: reader.varint() };
    case OP_CODES.leave:
      return { kind: "leave", slot: reader.byte() };
    case OP_CODES.shot:
      return { kind: "shot", slot: reader.byte() };
    case OP_CODES.order:
      return { kind: "order", slot: reader.byte(), xUm: reader.varint(), yUm: reader.varint() };
    case OP_CODES.lag:
      return { kind: "lag", slot: reader.byte(), ticks: reader.varint() };
    default:
      throw reader.refusal(`code ${code} is none`);
  }
}

function readInput(reader: ByteReader, flags: number): WorldOp {
  const slot = reader.byte();
  return {
    kind: "input",
    slot,
    throttle: flags & INPUT_FLAGS.throttle ? reader.signedByte() : undefined,
    turn: flags & INPUT_FLAGS.turn ? reader.signedByte() : undefined,
    turret: flags & INPUT_FLAGS.turret ? reader.byte() | (reader.byte() << 8) : undefined,
    fire: (flags & INPUT_FLAGS.fire) !== 0,
  };
}

class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw this.refusal("it ends in the middle of an operation");
    this.#at += 1;
    return value;
  }

  signedByte(): number {
    return (this.byte() << 24) >> 24;
  }

  varint(): number {
    let value = 0;
    for (let index = 0; index < VARINT_BYTES_MAX; index++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw this.refusal("a number is too long");
  }

  refusal(what: string): Error {
    return new Error(`Cannot read operations: ${what}, at byte ${this.#at}`);
  }
}
