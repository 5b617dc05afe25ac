import { assertEquals } from "@std/assert";
import { tryParseJson } from "../core/json.ts";
import { makeLiveStatus, OTHER_REGIONS, REGIONS_MAX, tryParseLiveStatus } from "./live_status.ts";
import { gameServer } from "./live_fixture.ts";

Deno.test("makeLiveStatus sums servers up by region, in the order of their codes", () => {
  const live = makeLiveStatus([
    gameServer({ serverId: "a", region: "RU-SPE", city: "", currentPlayers: 3, runningMatches: 1 }),
    gameServer({ serverId: "b", region: "DE-FRA", city: "Frankfurt", currentPlayers: 0 }),
    gameServer({ serverId: "c", region: "RU-SPE", city: "Saint Petersburg", currentPlayers: 4 }),
  ], { updatedAtS: 12.5 });
  assertEquals(live, {
    updated_at: 12.5,
    players_online: 7,
    matches_running: 5,
    servers: 3,
    regions: [
      {
        region: "DE-FRA",
        city: "Frankfurt",
        servers: 1,
        players_online: 0,
        matches_running: 2,
      },
      {
        region: "RU-SPE",
        city: "Saint Petersburg",
        servers: 2,
        players_online: 7,
        matches_running: 3,
      },
    ],
  });
  assertEquals(tryParseLiveStatus(tryParseJson(JSON.stringify(live))), live);
});

Deno.test("makeLiveStatus counts regions beyond the bound together", () => {
  const servers = Array.from(
    { length: REGIONS_MAX + 10 },
    (_, index) =>
      gameServer({ serverId: `${index}`, region: `A-${String(index).padStart(3, "0")}` }),
  );
  const { regions, servers: count } = makeLiveStatus(servers, { updatedAtS: 1 });
  assertEquals(regions.length, REGIONS_MAX);
  assertEquals(regions.at(-1), {
    region: OTHER_REGIONS,
    city: "",
    servers: 11,
    players_online: 77,
    matches_running: 22,
  });
  assertEquals(count, REGIONS_MAX + 10);
});

Deno.test("tryParseLiveStatus refuses what is none", () => {
  const live = makeLiveStatus([gameServer()], { updatedAtS: 1 });
  for (
    const broken of [
      undefined,
      null,
      [],
      { ...live, updated_at: "1" },
      { ...live, players_online: -1 },
      { ...live, matches_running: 1.5 },
      { ...live, servers: null },
      { ...live, regions: {} },
      { ...live, regions: [{ ...live.regions[0], city: 1 }] },
      { ...live, regions: [{ ...live.regions[0], servers: "1" }] },
    ]
  ) {
    assertEquals(tryParseLiveStatus(tryParseJson(JSON.stringify(broken) ?? "")), undefined);
  }
});
