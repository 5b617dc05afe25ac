import { assertEquals } from "@std/assert";
import { ConnectionKeys } from "./connection_keys.ts";
import { TAG_BYTES, tagKeyFrom, writeTag } from "./datagram_tag.ts";

const ID = 0x8000_0001;
const KEY = Uint8Array.from({ length: 16 }, (_, index) => index);

/** A datagram of a connection, with its tag. */
function datagram(
  sequence: number,
  { id = ID, key = KEY, bytes = 20 }: { id?: number; key?: Uint8Array; bytes?: number } = {},
): Uint8Array {
  const made = new Uint8Array(bytes + TAG_BYTES);
  const view = new DataView(made.buffer);
  made[0] = 0xb1;
  view.setUint32(2, id, true);
  view.setUint16(6, sequence & 0xffff, true);
  writeTag(tagKeyFrom(key), made, { length: bytes, epoch: Math.floor(sequence / 0x1_0000) });
  return made;
}

function open(): ConnectionKeys {
  const keys = new ConnectionKeys();
  keys.add(ID, KEY);
  return keys;
}

Deno.test("ConnectionKeys lets a datagram through with the tag of its connection, and no other", () => {
  const keys = open();
  assertEquals(keys.check(datagram(1)), ID);
  assertEquals(keys.check(datagram(2, { key: KEY.map((byte) => byte + 1) })), undefined);
  for (let at = 0; at < 28; at++) {
    const damaged = datagram(2);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    // Another id is that of nobody; the mark is for others to look at, and is covered by the tag.
    assertEquals(keys.check(damaged), at >= 2 && at < 6 ? 0 : undefined, `byte ${at}`);
  }
});

Deno.test("ConnectionKeys says nothing of connections that it does not know, and of none", () => {
  const keys = open();
  assertEquals(keys.check(datagram(1, { id: 7 })), 0);
  assertEquals(keys.check(datagram(1, { id: 0 })), 0);
  assertEquals(keys.check(new Uint8Array(21).fill(0xb1)), 0);
  keys.remove(ID);
  assertEquals([keys.check(datagram(1)), keys.size], [0, 0]);
});

Deno.test("ConnectionKeys follows sequences over their 16 bits, late ones too", () => {
  const keys = open();
  for (let sequence = 1; sequence < 200_000; sequence += 9_000) {
    assertEquals(keys.check(datagram(sequence)), ID, `${sequence}`);
    assertEquals(keys.check(datagram(Math.max(1, sequence - 8_000))), ID, `before ${sequence}`);
  }
  assertEquals(keys.check(datagram(5)), undefined, "of an epoch that is long over");
});

Deno.test("A forged datagram does not move ConnectionKeys to another epoch", () => {
  const keys = open();
  const forged = datagram(30_000, { key: KEY.toReversed() });
  for (let count = 0; count < 5; count++) keys.check(forged);
  assertEquals(keys.check(datagram(1)), ID);
});
