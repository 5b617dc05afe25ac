import { assertEquals } from "@std/assert";
import { tryClientPlace } from "./room_request.ts";

Deno.test("A client says where it is by address, region and pings", () => {
  const place = tryClientPlace({ ip: "127.0.0.1", region: "EU", pings: { EU: 20, US: 120 } });
  assertEquals(place, {
    ip: "127.0.0.1",
    region: "EU",
    pings: new Map([["EU", 20], ["US", 120]]),
  });
  assertEquals(tryClientPlace({}), { ip: undefined, region: undefined, pings: new Map() });
});

Deno.test("A client that says where it is in a way that cannot be is refused", () => {
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`r${index}`, 1]));
  const bad = [
    { region: 1 },
    { region: "" },
    { pings: [] },
    { pings: { EU: -1 } },
    { pings: { EU: "20" } },
    { pings: { EU: 60_001 } },
    { pings: { "": 1 } },
    { pings: many },
  ];
  for (const fields of bad) {
    assertEquals(tryClientPlace(fields), undefined, JSON.stringify(fields));
  }
});
