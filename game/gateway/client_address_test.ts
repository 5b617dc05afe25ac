import { assertEquals } from "@std/assert";
import { clientAddress } from "./client_address.ts";

Deno.test("Who asks is who connects, or whom the proxies that are ours name", () => {
  const remote = "10.0.0.9";
  const cases: readonly (readonly [string | undefined, number, string])[] = [
    ["1.1.1.1", 0, remote],
    [undefined, 1, remote],
    ["1.1.1.1", 1, "1.1.1.1"],
    // What a client has written itself stands before what our proxies have.
    ["6.6.6.6, 1.1.1.1", 1, "1.1.1.1"],
    ["6.6.6.6, 1.1.1.1, 10.0.0.2", 2, "1.1.1.1"],
    ["2001:db8::1", 1, "2001:db8::1"],
    ["1.1.1.1", 2, remote],
    ["unknown", 1, remote],
  ];
  for (const [forwarded, proxyHops, expected] of cases) {
    const headers = new Headers(forwarded === undefined ? {} : { "x-forwarded-for": forwarded });
    const what = `${forwarded} by ${proxyHops}`;
    assertEquals(clientAddress(headers, { remote, proxyHops }), expected, what);
  }
});
