import { assertEquals } from "@std/assert";
import { AddressRanges } from "./address_ranges.ts";
import { clientAddress } from "./client_address.ts";

Deno.test("clientAddress believes trusted proxies alone, and only what is an address", () => {
  const trusted = AddressRanges.tryParse("10.0.0.0/8");
  const cases: readonly [remote: string, header: string | undefined, client: string][] = [
    ["10.0.0.1", "1.2.3.4", "1.2.3.4"],
    ["10.0.0.1", "::ffff:1.2.3.4", "1.2.3.4"],
    ["10.0.0.1", "fd00::5", "fd00::5"],
    ["10.0.0.1", undefined, "10.0.0.1"],
    ["10.0.0.1", "1.2.3.4, 5.6.7.8", "10.0.0.1"],
    ["10.0.0.1", "nobody", "10.0.0.1"],
    ["11.0.0.1", "1.2.3.4", "11.0.0.1"],
  ];
  for (const [hostname, header, client] of cases) {
    const headers = new Headers(header === undefined ? {} : { "x-real-ip": header });
    const request = new Request("http://localhost/", { headers });
    const remote = { transport: "tcp", hostname, port: 5 } as const;
    assertEquals(clientAddress(request, remote, { trusted }), { ...remote, hostname: client });
    assertEquals(clientAddress(request, remote, { trusted: undefined }), remote);
  }
});
