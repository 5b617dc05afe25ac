import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { distanceKm, estimatePingMs } from "./geo.ts";
import { DEFAULT_REGIONS, tryParseRegions } from "./regions.ts";

const MOSCOW = { latitude: 55.76, longitude: 37.62 };
const PETERSBURG = { latitude: 59.94, longitude: 30.31 };
const VLADIVOSTOK = { latitude: 43.12, longitude: 131.89 };

Deno.test("Distances are those of the great circle", () => {
  assertEquals(distanceKm(MOSCOW, MOSCOW), 0);
  assertAlmostEquals(distanceKm(MOSCOW, PETERSBURG), 634, 5);
  assertAlmostEquals(distanceKm(MOSCOW, VLADIVOSTOK), 6_420, 30);
  // Across the date line, and half round the Earth.
  assertAlmostEquals(
    distanceKm({ latitude: 0, longitude: 179.5 }, { latitude: 0, longitude: -179.5 }),
    111.2,
    0.1,
  );
  assertAlmostEquals(
    distanceKm({ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 0 }),
    20_015,
    1,
  );
  assert(estimatePingMs(MOSCOW, PETERSBURG) < estimatePingMs(MOSCOW, VLADIVOSTOK));
});

Deno.test("Regions are added to those that are known anyway", () => {
  const regions = tryParseRegions('{"MOON":[1,2],"RU-SPE":[3,4]}');
  assertEquals(regions?.get("MOON"), { latitude: 1, longitude: 2 });
  assertEquals(regions?.get("RU-SPE"), { latitude: 3, longitude: 4 });
  assertEquals(regions?.get("RU-MOW"), DEFAULT_REGIONS.get("RU-MOW"));
  for (const text of ["", "[]", '{"A":[1]}', '{"A":[91,0]}', '{"A":["1",2]}', '{"":[1,2]}']) {
    assertEquals(tryParseRegions(text), undefined, text);
  }
});
