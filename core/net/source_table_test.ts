import { assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { addressWords, hashSource, HEADER_HASH, HEADER_WORDS } from "./datagram_header.ts";
import { writeSource } from "./datagram_header.ts";
import { tryParseIp } from "./ip_address.ts";
import { AddressTable, type KnownSource, SourceTable } from "./source_table.ts";
import type { UdpSource } from "./udp_source.ts";

Deno.test("SourceTable gives the same object for a source that it remembers", () => {
  const table = new SourceTable(1_024);
  for (const hostname of ["10.0.0.1", "::1", "2001:db8::a00:1", "::ffff:10.0.0.1"]) {
    const source = { hostname, port: 65_535 };
    const found = find(table, source);
    assertEquals(placeOf(found), source);
    assertEquals(found.words, addressWords(tryParseIp(hostname) ?? new Uint8Array(0)));
    assertStrictEquals(find(table, source), found);
  }
});

Deno.test("SourceTable tells ports and addresses apart, also where one takes another's place", () => {
  const table = new SourceTable(2);
  const sources = ["10.0.0.1", "10.0.0.2", "a00:1::", "a00:2::"].flatMap((hostname) =>
    [1, 2, 65_535].map((port) => ({ hostname, port }))
  );
  for (const source of [...sources, ...sources]) {
    assertEquals(placeOf(find(table, source)), source);
  }
});

Deno.test("AddressTable parses each address once, until there are too many", () => {
  const table = new AddressTable(2);
  const first = table.tryFind("10.0.0.1");
  assertEquals([table.tryFind("localhost"), table.tryFind("10.0.0.1")], [undefined, first]);
  table.tryFind("10.0.0.2");
  assertStrictEquals(table.tryFind("10.0.0.1"), first);
  table.tryFind("10.0.0.3");
  const again = table.tryFind("10.0.0.1");
  assertEquals(again, first);
  assertEquals(again === first, false);
});

Deno.test("hashSource depends on address, port and seed", () => {
  const hashes = ["10.0.0.1", "10.0.0.2", "a00:1::", "::a00:1"].flatMap((hostname) =>
    [1, 2].flatMap((port) => [3, 4].map((seed) => hashOf({ hostname, port }, seed)))
  );
  assertEquals(new Set(hashes).size, hashes.length);
  assertNotEquals(hashes[0], 0);
});

function placeOf({ hostname, port }: UdpSource): UdpSource {
  return { hostname, port };
}

function find(table: SourceTable, source: UdpSource): KnownSource {
  const headers = headerOf(source);
  headers[HEADER_WORDS + HEADER_HASH] = hashSource(headers, HEADER_WORDS, 1);
  return table.find(headers, HEADER_WORDS);
}

function hashOf(source: UdpSource, seed: number): number {
  return hashSource(headerOf(source), HEADER_WORDS, seed);
}

/** A header after another one. */
function headerOf({ hostname, port }: UdpSource): Int32Array {
  const headers = new Int32Array(2 * HEADER_WORDS);
  const words = addressWords(tryParseIp(hostname) ?? new Uint8Array());
  writeSource(headers, HEADER_WORDS, { words, port });
  return headers;
}
