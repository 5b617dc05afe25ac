import { assertEquals } from "@std/assert";
import { formatTraveller, readTraveller } from "./traveller_text.ts";

Deno.test("A traveller's fields are read back as the traveller, placed or not", () => {
  const pings = new Map([["EU", 20], ["RU-SPE", 7.5]]);
  const travellers = [{ pings }, { pings, position: { latitude: 59.9, longitude: 30 } }];
  for (const traveller of [...travellers, { pings: new Map() }]) {
    const fields = JSON.parse(JSON.stringify(formatTraveller(traveller)));
    assertEquals(readTraveller(fields), traveller);
  }
  assertEquals(formatTraveller({ pings }), { pings: { EU: 20, "RU-SPE": 7.5 } });
});

Deno.test("A traveller's fields that say nothing are left out", () => {
  const nothing = { pings: new Map() };
  assertEquals(readTraveller({}), nothing);
  assertEquals(readTraveller({ pings: null, position: null }), nothing);
  assertEquals(readTraveller({ pings: { EU: "20" }, position: [59.9] }), nothing);
  const fields = { pings: { EU: "20", AS: 3 }, position: ["59.9", 30] };
  assertEquals(readTraveller(fields), { pings: new Map([["AS", 3]]) });
});
