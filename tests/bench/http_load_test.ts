import { assertEquals, assertThrows } from "@std/assert";
import { parseWrk } from "./http_load.ts";

Deno.test("parseWrk reads rate, count and the 99th percentile in its unit", () => {
  const text = (p99: string): string =>
    `Running 2s test @ http://127.0.0.1:1/
  Latency Distribution
     50%  400.00us
     99%    ${p99}
  106474 requests in 2.00s, 18.02MB read
Requests/sec:  53237.01
Transfer/sec:      9.01MB
`;
  // It pads a unit of one letter.
  for (const [p99, p99Ms] of [["520.00us", 0.52], ["1.04ms", 1.04], ["1.50s ", 1_500]] as const) {
    assertEquals(parseWrk(text(p99)), { perSecond: 53_237.01, p99Ms, count: 106_474 });
  }
  assertThrows(() => parseWrk("unable to connect"), Error, "Cannot read what wrk says");
});
