import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import siphash from "siphash";
import { Rng } from "../rng.ts";
import {
  isTagGood,
  sipHash,
  TAG_BYTES,
  tagKeyBytes,
  tagKeyFrom,
  writeTag,
} from "./datagram_tag.ts";

const KEY = tagKeyFrom(ascending(16));

/** From `vectors.h` of the reference implementation: key 00 01 … 0f, input 00 01 … of each length. */
const VECTORS: readonly [length: number, hash: string][] = [
  [0, "310e0edd47db6f72"],
  [1, "fd67dc93c539f874"],
  [7, "37d1018bf50002ab"],
  [8, "6224939a79f5f593"],
  [15, "e545be4961ca29a1"],
  [16, "db9bc2577fcc2a3f"],
  [63, "724506eb4c328a95"],
];

for (const [length, hash] of VECTORS) {
  Deno.test(`sipHash gives the authors' hash of ${length} bytes`, () => {
    assertEquals(hexOf(sipHash(KEY, ascending(length))), hash);
  });
}

Deno.test("sipHash agrees with npm:siphash on any key and length", () => {
  const rng = new Rng(3);
  for (let round = 0; round < 2_000; round++) {
    const keyBytes = randomBytes(16, rng);
    const key = tagKeyFrom(keyBytes);
    assertEquals(tagKeyBytes(key), keyBytes);
    const bytes = randomBytes(rng.below(300), rng);
    const { h, l } = siphash.hash(new Uint32Array(keyBytes.buffer), bytes);
    const words = Uint32Array.of(l, h);
    assertEquals(sipHash(key, bytes), new Uint8Array(words.buffer), `round ${round}`);
  }
});

Deno.test("writeTag is SipHash of the epoch as 64 bits and the bytes", () => {
  for (const epoch of [0, 1, 0x80000001, 0xffffffff]) {
    for (const length of [0, 1, 7, 8, 14, 100, 255, 1_192]) {
      const datagram = new Uint8Array(length + TAG_BYTES);
      datagram.set(ascending(length));
      writeTag(KEY, datagram, { length, epoch });
      const message = new Uint8Array(8 + length);
      new DataView(message.buffer).setUint32(0, epoch, true);
      message.set(ascending(length), 8);
      assertEquals(hexOf(datagram.subarray(length)), hexOf(sipHash(KEY, message)));
      assert(isTagGood(KEY, datagram, { epoch }));
    }
  }
});

Deno.test("isTagGood refuses any changed bit, another epoch, another key and what is too short", () => {
  const datagram = new Uint8Array(60);
  datagram.set(ascending(52));
  writeTag(KEY, datagram, { length: 52, epoch: 7 });
  for (let bit = 0; bit < datagram.length * 8; bit++) {
    const changed = datagram.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assertFalse(isTagGood(KEY, changed, { epoch: 7 }), `bit ${bit}`);
  }
  assertFalse(isTagGood(KEY, datagram, { epoch: 8 }));
  assertFalse(isTagGood(tagKeyFrom(new Uint8Array(16)), datagram, { epoch: 7 }));
  for (let length = 0; length < datagram.length; length++) {
    assertFalse(isTagGood(KEY, datagram.subarray(0, length), { epoch: 7 }), `${length} bytes`);
  }
});

Deno.test("A tag needs a key of 16 bytes and room", () => {
  assertThrows(() => tagKeyFrom(new Uint8Array(15)), RangeError);
  assertThrows(() => writeTag(KEY, new Uint8Array(20), { length: 13, epoch: 0 }), RangeError);
});

function ascending(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index);
}

function randomBytes(length: number, rng: Rng): Uint8Array {
  return Uint8Array.from({ length }, () => rng.below(256));
}

function hexOf(bytes: Uint8Array): string {
  return bytes.toHex();
}

Deno.test("tagKeyBytes gives back what tagKeyFrom was given", () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, index) => 255 - index * 16);
  assertEquals(tagKeyBytes(tagKeyFrom(bytes)), bytes);
});
