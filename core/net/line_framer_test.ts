import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Rng } from "../rng.ts";
import { LineFramer } from "./line_framer.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const TOO_LONG = "<too long>";

/** What comes out of the chunks, `finish` included; each chunk is overwritten once it was pushed. */
function frame(chunks: readonly Uint8Array[], lineBytesMax: number): string[] {
  const framer = new LineFramer({ lineBytesMax });
  const lines: string[] = [];
  for (const chunk of chunks) {
    const given = chunk.slice();
    for (const framed of framer.push(given)) {
      lines.push(framed.kind === "line" ? decoder.decode(framed.bytes) : TOO_LONG);
    }
    given.fill(0x21);
    assert(framer.heldBytes <= lineBytesMax + 1);
  }
  const last = framer.finish();
  if (last !== undefined) lines.push(decoder.decode(last));
  assertStrictEquals(framer.finish(), undefined);
  return lines;
}

const CASES: readonly (readonly [input: string, lineBytesMax: number, lines: string[]])[] = [
  ["", 8, []],
  ["a", 8, ["a"]],
  ["a\n", 8, ["a"]],
  ["a\nbc\nd", 8, ["a", "bc", "d"]],
  ["\n\n\n", 8, ["", "", ""]],
  ["a\r\n\r\nb\r\n", 8, ["a", "", "b"]],
  ["a\rb\r\r\nc\r", 8, ["a\rb\r", "c"]],
  ["\r", 8, []],
  ["танк\nx", 8, ["танк", "x"]],
  ["12345678\n1", 8, ["12345678", "1"]],
  ["12345678\r\n1", 8, ["12345678", "1"]],
  ["12345678", 8, ["12345678"]],
  ["12345678\r", 8, ["12345678"]],
  ["ok\n123456789\nlost\n", 8, ["ok", TOO_LONG]],
  ["ok\n12345678\rx\nlost", 8, ["ok", TOO_LONG]],
  ["123456789", 8, [TOO_LONG]],
  ["12345678\r\r\n", 8, [TOO_LONG]],
  ["a\n\n", 1, ["a", ""]],
  ["ab\n", 1, [TOO_LONG]],
];

Deno.test("LineFramer gives the same lines split at every byte", () => {
  for (const [input, lineBytesMax, lines] of CASES) {
    const bytes = encoder.encode(input);
    assertEquals(frame([bytes], lineBytesMax), lines, JSON.stringify(input));
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    assertEquals(frame(single, lineBytesMax), lines, `${JSON.stringify(input)} byte by byte`);
  }
});

Deno.test("LineFramer gives the same lines for every pair of splits", () => {
  for (const [input, lineBytesMax, lines] of CASES) {
    const bytes = encoder.encode(input);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const chunks = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
        assertEquals(
          frame(chunks, lineBytesMax),
          lines,
          `${JSON.stringify(input)} split at ${first}, ${second}`,
        );
      }
    }
  }
});

Deno.test("LineFramer gives the same lines for random splits of random bytes", () => {
  const seed = 7_001;
  const rng = new Rng(seed);
  const alphabet = [0x0a, 0x0a, 0x0d, 0x61, 0x62, 0xd1];
  for (let round = 0; round < 2_000; round++) {
    const bytes = Uint8Array.from({ length: rng.below(60) }, () => rng.pick(alphabet) ?? 0);
    const lineBytesMax = 1 + rng.below(12);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + rng.below(9);
      chunks.push(bytes.subarray(at, at + size));
      at += size;
    }
    const whole = frame([bytes], lineBytesMax);
    assertEquals(frame(chunks, lineBytesMax), whole, `seed ${seed}, round ${round}`);
    assertEquals(whole, frameSlowly(bytes, lineBytesMax), `seed ${seed}, round ${round}`);
  }
});

/** The rule, written as plainly as can be. */
function frameSlowly(bytes: Uint8Array, lineBytesMax: number): string[] {
  const lines: string[] = [];
  const pieces: number[][] = [[]];
  for (const byte of bytes) {
    if (byte === 0x0a) pieces.push([]);
    else pieces.at(-1)?.push(byte);
  }
  for (const [index, piece] of pieces.entries()) {
    if (piece.at(-1) === 0x0d) piece.pop();
    if (piece.length > lineBytesMax) return [...lines, TOO_LONG];
    const isLast = index === pieces.length - 1;
    if (!isLast || piece.length > 0) lines.push(decoder.decode(Uint8Array.from(piece)));
  }
  return lines;
}

Deno.test("LineFramer says too_long before the newline comes and nothing afterwards", () => {
  const framer = new LineFramer({ lineBytesMax: 4 });
  assertEquals(framer.push(encoder.encode("12")), []);
  assertEquals(framer.push(encoder.encode("34")), []);
  assertEquals(framer.overflowed, false);
  assertEquals(framer.push(encoder.encode("5")), [{ kind: "too_long" }]);
  assertEquals(framer.overflowed, true);
  assertEquals(framer.heldBytes, 0);
  assertEquals(framer.push(encoder.encode("\na\n")), []);
  assertStrictEquals(framer.finish(), undefined);
});

Deno.test("LineFramer copies no line that lies within one chunk and holds nothing between lines", () => {
  const framer = new LineFramer({ lineBytesMax: 8_192 });
  const chunk = encoder.encode("one\ntwo\nthr");
  for (const framed of framer.push(chunk)) {
    assert(framed.kind === "line");
    assertStrictEquals(framed.bytes.buffer, chunk.buffer);
  }
  assert(framer.heldBytes > 0);
  framer.push(encoder.encode("ee\n"));
  assertEquals(framer.heldBytes, 0);
});

Deno.test("LineFramer holds at most one line, and only as much as has come", () => {
  const lineBytesMax = 100_000;
  const framer = new LineFramer({ lineBytesMax });
  framer.push(encoder.encode("x"));
  assert(framer.heldBytes <= 64);
  let copied = 0;
  let heldBytes = framer.heldBytes;
  const byte = encoder.encode("x");
  for (let count = 1; count < lineBytesMax; count++) {
    framer.push(byte);
    // It grows by doubling: all the copying together stays below twice the line.
    if (framer.heldBytes !== heldBytes) copied += count;
    heldBytes = framer.heldBytes;
  }
  assertEquals(heldBytes, lineBytesMax + 1);
  assert(copied < 2 * lineBytesMax);
  assertEquals(framer.push(byte), [{ kind: "too_long" }]);
});
