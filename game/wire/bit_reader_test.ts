import { assertEquals } from "@std/assert";
import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import type { WireRefusal } from "./wire_refusal.ts";

const VARINTS: readonly [hex: string, value: number | WireRefusal][] = [
  ["00", 0],
  ["7f", 127],
  ["8001", 128],
  ["ac02", 300],
  ["ffffffff0f", 0xffffffff],
  ["8000", "bad_varint"],
  ["ffffffff1f", "bad_varint"],
  ["8080808080", "bad_varint"],
  ["808080808001", "bad_varint"],
  ["80", "truncated"],
  ["", "truncated"],
];

for (const [hex, value] of VARINTS) {
  Deno.test(`BitReader reads the varint ${hex} as ${value}`, () => {
    const reader = new BitReader(Uint8Array.fromHex(hex));
    const read = reader.varint();
    assertEquals(reader.refusal ?? read, value);
  });
}

Deno.test("BitReader reads back every varint around a power of two", () => {
  for (let power = 0; power <= 32; power++) {
    for (const value of [2 ** power - 2, 2 ** power - 1, 2 ** power]) {
      if (value < 0 || value > 0xffffffff) continue;
      const bytes = new Uint8Array(5);
      const writer = new BitWriter(bytes);
      writer.varint(value);
      assertEquals(writer.length, Math.max(1, Math.ceil(Math.log2(value + 1) / 7)));
      const reader = new BitReader(bytes, 0, writer.length);
      assertEquals([reader.varint(), reader.finish()], [value, undefined]);
    }
  }
});

const REFUSED: readonly [
  name: string,
  hex: string,
  read: (reader: BitReader) => unknown,
  WireRefusal,
][] = [
  ["bits past the end", "ff", (reader) => reader.bits(9), "truncated"],
  ["bytes past the end", "ffff", (reader) => reader.raw(3), "truncated"],
  ["text past the end", "0361", (reader) => reader.text(9), "truncated"],
  ["text above its bound", "03616263", (reader) => reader.text(2), "out_of_range"],
  ["text that is not UTF-8", "02c080", (reader) => reader.text(9), "bad_text"],
  ["a number above its bound", "08", (reader) => reader.bounded(4, 7), "out_of_range"],
  ["a varint above its bound", "08", (reader) => reader.varint(7), "out_of_range"],
  ["bits that fill a byte", "03", (reader) => reader.bit() && reader.align(), "bad_padding"],
  ["padding that is not zero", "0100", (reader) => reader.padding(), "bad_padding"],
  ["bytes that are left", "0000", (reader) => reader.bits(8), "trailing_bytes"],
];

for (const [name, hex, read, reason] of REFUSED) {
  Deno.test(`BitReader refuses ${name}`, () => {
    const reader = new BitReader(Uint8Array.fromHex(hex));
    read(reader);
    assertEquals(reader.finish(), reason);
  });
}

Deno.test("BitReader reads nothing but 0 after what it refused, and keeps the first reason", () => {
  const reader = new BitReader(Uint8Array.fromHex("8000ffffffffffffff"));
  reader.varint();
  assertEquals([reader.bits(32), reader.bit(), reader.text(4), reader.raw(2).length], [
    0,
    false,
    "",
    0,
  ]);
  assertEquals(reader.finish(), "bad_varint");
});
