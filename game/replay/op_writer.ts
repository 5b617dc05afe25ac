import type { TankInput } from "../simulation/tank_input.ts";
import { INPUT_FLAGS, OP_CODE_BITS, OP_CODES } from "./world_op.ts";

/** The most bytes that one record's operations take. */
export const OPS_BYTES_MAX = 16_384;

const OPS_BYTES_START = 1_024;
/** More than any operation, with the steps before it: a code, a slot and two varints of 5 bytes. */
const OP_BYTES_MAX = 24;

/**
 * Writes operations as bytes: a code, mostly a slot, and what is particular to it, numbers above a byte as
 * LEB128. Allocates nothing once it has grown to what a second of its match takes.
 */
export class OpWriter {
  #bytes = new Uint8Array(OPS_BYTES_START);
  #length = 0;
  /** Steps that are not written yet: those in a row are one operation. */
  #steps = 0;

  /** Whether there is nothing to be taken. */
  get isEmpty(): boolean {
    return this.#length === 0 && this.#steps === 0;
  }

  /** Whether it is to be emptied by `take` before more is written. */
  get isFull(): boolean {
    return this.#length > OPS_BYTES_MAX - 2 * OP_BYTES_MAX;
  }

  /** One step. */
  step(): void {
    this.#steps += 1;
  }

  /** A tank came. */
  join(slot: number, team: number): void {
    this.#begin(OP_CODES.join, slot);
    this.#varint(team);
  }

  /** A tank went. */
  leave(slot: number): void {
    this.#begin(OP_CODES.leave, slot);
  }

  /** An input, of which only what differs from `before` is written. */
  input(slot: number, input: TankInput, before: TankInput): void {
    const hasThrottle = input.throttle !== before.throttle;
    const hasTurn = input.turn !== before.turn;
    const hasTurret = input.turret !== before.turret;
    const flags = (hasThrottle ? INPUT_FLAGS.throttle : 0) | (hasTurn ? INPUT_FLAGS.turn : 0) |
      (hasTurret ? INPUT_FLAGS.turret : 0) | (input.fire ? INPUT_FLAGS.fire : 0);
    this.#begin(OP_CODES.input | (flags << OP_CODE_BITS), slot);
    if (hasThrottle) this.#byte(input.throttle);
    if (hasTurn) this.#byte(input.turn);
    if (!hasTurret) return;
    this.#byte(input.turret);
    this.#byte(input.turret >> 8);
  }

  /** An order to drive to a place, whole µm. */
  order(slot: number, xUm: number, yUm: number): void {
    this.#begin(OP_CODES.order, slot);
    this.#varint(xUm);
    this.#varint(yUm);
  }

  /** A single shot. */
  shot(slot: number): void {
    this.#begin(OP_CODES.shot, slot);
  }

  /** How far behind a player sees. */
  lag(slot: number, ticks: number): void {
    this.#begin(OP_CODES.lag, slot);
    this.#varint(ticks);
  }

  /** What was written since the last call, in base64. */
  take(): string {
    this.#flushSteps();
    const text = this.#bytes.subarray(0, this.#length).toBase64();
    this.#length = 0;
    return text;
  }

  #begin(first: number, slot: number): void {
    this.#flushSteps();
    this.#byte(first);
    this.#byte(slot);
  }

  #flushSteps(): void {
    this.#grow();
    if (this.#steps === 0) return;
    this.#byte(OP_CODES.step);
    this.#varint(this.#steps);
    this.#steps = 0;
  }

  #grow(): void {
    if (this.#length + 2 * OP_BYTES_MAX <= this.#bytes.length) return;
    const grown = new Uint8Array(this.#bytes.length * 2);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }
}
