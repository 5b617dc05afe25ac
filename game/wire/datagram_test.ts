import { assertEquals } from "@std/assert";
import {
  DATAGRAM_TYPES,
  type DatagramHeader,
  isConnected,
  newHeader,
  payloadEnd,
  readHeader,
  type Sender,
  writeHeader,
} from "./datagram.ts";
import type { WireRefusal } from "./wire_refusal.ts";

const HEADER: DatagramHeader = {
  type: DATAGRAM_TYPES.input,
  connectionId: 0xdeadbeef,
  sequence: 0xfffe,
  ack: 0x0102,
  ackBits: 0x80000001,
};

Deno.test("writeHeader and readHeader keep every field", () => {
  const bytes = new Uint8Array(22);
  writeHeader(HEADER, bytes);
  assertEquals(bytes.toHex(), "b110efbeaddefeff020101000080" + "00".repeat(8));
  const read = newHeader();
  assertEquals(readHeader(bytes, "client", read), undefined);
  assertEquals(read, HEADER);
  assertEquals(payloadEnd(read.type, bytes.length), 14);
});

const EMPTY = "00".repeat(12);
const REFUSED: readonly [name: string, hex: string, sender: Sender, reason?: WireRefusal][] = [
  ["nothing at all", "", "client", "truncated"],
  ["JSON", "7b7d", "client", "bad_mark"],
  ["another mark", "b0" + "00".repeat(21), "client", "bad_mark"],
  ["half a header", "b1100100", "client", "truncated"],
  ["no room for a tag", `b11001${"0".repeat(34)}`, "client", "truncated"],
  ["an unknown type", `b1ff${EMPTY}${EMPTY}`, "client", "unknown_type"],
  ["a server's type from a client", `b111${EMPTY}${EMPTY}`, "client", "unknown_type"],
  ["a client's type from a server", `b110${EMPTY}${EMPTY}`, "server", "unknown_type"],
  ["no connection", `b110${EMPTY}${EMPTY}`, "client", "bad_connection"],
  ["HELLO with a connection", `b10101${"00".repeat(20)}`, "client", "bad_connection"],
  ["HELLO with a sequence", `b101000000000100${"00".repeat(20)}`, "client", "bad_connection"],
  ["too many bytes", `b110${"01".repeat(1_199)}`, "client", "too_long"],
  ["HELLO", `b101${EMPTY}`, "client"],
];

for (const [name, hex, sender, reason] of REFUSED) {
  Deno.test(`readHeader ${reason === undefined ? "passes" : "refuses"} ${name}`, () => {
    assertEquals(readHeader(Uint8Array.fromHex(hex), sender, newHeader()), reason);
  });
}

Deno.test("Only what comes before a connection has no tag", () => {
  const untagged = Object.entries(DATAGRAM_TYPES).filter(([, type]) => !isConnected(type));
  assertEquals(untagged.map(([name]) => name), ["hello", "challenge", "join", "refused"]);
});
