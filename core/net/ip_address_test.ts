import { assertEquals } from "@std/assert";
import { formatIp, tryParseIp } from "./ip_address.ts";

Deno.test("tryParseIp and formatIp agree with RFC 5952", () => {
  const cases: readonly (readonly [text: string, canonical: string])[] = [
    ["0.0.0.0", "0.0.0.0"],
    ["255.10.0.1", "255.10.0.1"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:0:0:2:3:0:0:4", "1::2:3:0:0:4"],
    ["1:2:3:4:5:6:0:8", "1:2:3:4:5:6:0:8"],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
    ["0:0:0:0:0:ffff:a00:1", "::ffff:10.0.0.1"],
  ];
  for (const [text, canonical] of cases) {
    const bytes = tryParseIp(text) ?? new Uint8Array();
    assertEquals(bytes.length, text.includes(":") ? 16 : 4, text);
    assertEquals(formatIp(bytes), canonical, text);
  }
});

Deno.test("tryParseIp takes no address that is none", () => {
  const cases = [
    "",
    "localhost",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4::5:6:7:8",
    "12345::",
    "g::",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "fe80::1%eth0",
  ];
  for (const text of cases) assertEquals(tryParseIp(text), undefined, text);
});
