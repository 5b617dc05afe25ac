import { assertEquals, assertThrows } from "@std/assert";
import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";

Deno.test("BitWriter and BitReader keep every width at every offset", () => {
  for (let offset = 0; offset < 16; offset++) {
    for (let width = 1; width <= 32; width++) {
      const max = 2 ** width - 1;
      for (const value of [0, 1, max, max - 1, Math.floor(max / 3), 2 ** (width - 1)]) {
        const bytes = new Uint8Array(8);
        const writer = new BitWriter(bytes);
        for (let bit = 0; bit < offset; bit++) writer.bit(bit % 2 === 0);
        writer.bits(value, width);
        writer.bits(0b101, 3);
        writer.align();
        const reader = new BitReader(bytes, 0, writer.length);
        for (let bit = 0; bit < offset; bit++) assertEquals(reader.bit(), bit % 2 === 0);
        assertEquals(reader.bits(width), value, `${value} in ${width} bits at ${offset}`);
        assertEquals(reader.bits(3), 0b101);
        assertEquals(reader.finish(), undefined);
      }
    }
  }
});

Deno.test("BitWriter writes from the lowest bit up, and numbers little-endian", () => {
  const bytes = new Uint8Array(9);
  const writer = new BitWriter(bytes);
  writer.bits(0b1, 1);
  writer.bits(0b01, 2);
  writer.bits(0b11111, 5);
  writer.bits(0x1234, 16);
  writer.varint(300);
  writer.bits(0xdeadbeef, 32);
  assertEquals(bytes.toHex(), "fb3412ac02efbeadde");
  assertEquals(writer.length, 9);
});

Deno.test("BitReader reads every signed number of up to 12 bits, and the ends of wider ones", () => {
  for (let width = 2; width <= 32; width++) {
    const half = 2 ** (width - 1);
    const values = width <= 12
      ? Array.from({ length: 2 * half }, (_, index) => index - half)
      : [-half, -1, 0, 1, half - 1];
    for (const value of values) {
      const bytes = new Uint8Array(4);
      const writer = new BitWriter(bytes);
      writer.bits(value, width);
      writer.align();
      assertEquals(new BitReader(bytes).signed(width), value, `${value} in ${width} bits`);
    }
  }
});

Deno.test("BitWriter keeps what it is given within its buffer", () => {
  const writer = new BitWriter(new Uint8Array(2));
  writer.bits(0x7fff, 15);
  writer.bits(3, 2);
  assertThrows(() => writer.align(), RangeError);
  assertThrows(() => new BitWriter(new Uint8Array(2)).padTo(3), RangeError);
  assertThrows(() => new BitWriter(new Uint8Array(9)).text("é".repeat(3), 5), RangeError);
});
