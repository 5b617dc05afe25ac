import { assertEquals } from "@std/assert";
import { Rng } from "../rng.ts";
import { parseProxyHeader, PROXY_HEADER_BYTES_MAX, type ProxyHeader } from "./proxy_protocol.ts";

const V2 = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10];
const TCP4 = [1, 2, 3, 4, 5, 6, 7, 8, 0x12, 0x34, 0, 80];
const TCP6 = [...Array<number>(15).fill(0), 1, ...Array<number>(15).fill(0), 2, 0, 7, 0, 80];

function text(line: string): Uint8Array {
  return new TextEncoder().encode(line);
}

/** A header of version 2 that says how long it is. */
function v2(command: number, family: number, rest: readonly number[]): Uint8Array {
  return Uint8Array.from([...V2, command, family, rest.length >> 8, rest.length & 255, ...rest]);
}

function header(length: number, source?: { hostname: string; port: number }): ProxyHeader {
  return { kind: "header", length, source };
}

const GOOD: readonly (readonly [bytes: Uint8Array, source: ReturnType<typeof header>])[] = [
  [text("PROXY TCP4 1.2.3.4 5.6.7.8 4660 80\r\n"), header(36, { hostname: "1.2.3.4", port: 4660 })],
  [text("PROXY TCP6 fd00::1 fd00::2 1 65535\r\n"), header(36, { hostname: "fd00::1", port: 1 })],
  [
    text("PROXY TCP6 ::ffff:1.2.3.4 ::ffff:5.6.7.8 1 2\r\n"),
    header(46, { hostname: "1.2.3.4", port: 1 }),
  ],
  [text("PROXY UNKNOWN\r\n"), header(15)],
  [text("PROXY UNKNOWN whatever it knows\r\n"), header(33)],
  [v2(0x21, 0x11, TCP4), header(28, { hostname: "1.2.3.4", port: 0x1234 })],
  [v2(0x21, 0x11, [...TCP4, 4, 0, 1, 9]), header(32, { hostname: "1.2.3.4", port: 0x1234 })],
  [v2(0x21, 0x21, TCP6), header(52, { hostname: "::1", port: 7 })],
  [v2(0x20, 0x00, []), header(16)],
  [v2(0x20, 0x11, TCP4), header(28)],
  [v2(0x21, 0x00, [1, 2, 3]), header(19)],
];

Deno.test("parseProxyHeader reads both versions, whatever follows", () => {
  for (const [bytes, expected] of GOOD) {
    assertEquals(parseProxyHeader(bytes), expected);
    assertEquals(parseProxyHeader(Uint8Array.from([...bytes, ...text("{}\n")])), expected);
  }
});

Deno.test("parseProxyHeader asks for more at every split of a header", () => {
  for (const [bytes] of GOOD) {
    for (let end = 0; end < bytes.length; end++) {
      assertEquals(parseProxyHeader(bytes.subarray(0, end)), { kind: "more" }, `${bytes}: ${end}`);
    }
  }
});

Deno.test("parseProxyHeader refuses what is no header, at once", () => {
  const bad: readonly Uint8Array[] = [
    text('{"action":"login"}\n'),
    text("GET / HTTP/1.1\r\n"),
    text("\r\n\r\n\0\r\nQUIX"),
    text("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n"),
    text("PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n"),
    text("PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n"),
    text("PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n"),
    text("PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n"),
    text("PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n"),
    text("PROXY TCP4 1.2.3.400 5.6.7.8 1 2\r\n"),
    text("PROXY TCP4 fd00::1 fd00::2 1 2\r\n"),
    text("PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n"),
    text("PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n"),
    text("PROXY \r\n"),
    text(`PROXY UNKNOWN ${"x".repeat(100)}`),
    v2(0x22, 0x11, TCP4),
    v2(0x11, 0x11, TCP4),
    v2(0x21, 0x12, TCP4),
    v2(0x21, 0x31, Array<number>(216).fill(0)),
    v2(0x21, 0x11, TCP4.slice(1)),
    v2(0x21, 0x21, TCP4),
    v2(0x21, 0x11, Array<number>(PROXY_HEADER_BYTES_MAX - 15).fill(0)),
  ];
  for (const bytes of bad) {
    assertEquals(parseProxyHeader(bytes), { kind: "bad" }, new TextDecoder().decode(bytes));
  }
});

Deno.test("parseProxyHeader takes damaged headers without throwing, and none longer than its bound", () => {
  const seed = 20_240_601;
  const rng = new Rng(seed);
  for (let round = 0; round < 20_000; round++) {
    const [good] = GOOD[rng.below(GOOD.length)] ?? [text("PROXY ")];
    const bytes = Uint8Array.from([...good, ...Array<number>(rng.below(40)).fill(32)]);
    for (let count = rng.below(4); count >= 0; count--) {
      bytes[rng.below(bytes.length)] = rng.below(256);
    }
    const parsed = parseProxyHeader(bytes.subarray(0, rng.below(bytes.length + 1)));
    if (parsed.kind !== "header") continue;
    assertEquals(parsed.length <= PROXY_HEADER_BYTES_MAX, true, `seed ${seed} round ${round}`);
  }
});
