import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import type { ServerStatus } from "../../core/protocol/server_status.ts";
import { Rng } from "../../core/rng.ts";
import {
  placeMatch,
  type PlacementCandidate,
  type PlacementOptions,
  type Traveller,
} from "./placement.ts";
import { DEFAULT_REGIONS } from "./regions.ts";
import { ServerRegistry } from "./registry.ts";
import { openStatus } from "./testing.ts";

const [SEED = 0] = crypto.getRandomValues(new Uint32Array(1));
const ROUNDS = 2_000;
const REGIONS = ["RU-MOW", "RU-SPE", "RU-NVS", "DE-HE"];
const NOTHING = { matches: 0, players: 0 };
const NO_PINGS: PlacementOptions = { travellers: [], random: 0 };

const idle = (id: string, changes: Partial<ServerStatus> = {}): PlacementCandidate => ({
  status: openStatus(id, changes),
  reserved: NOTHING,
});

Deno.test("Placement takes the nearest of equal servers", () => {
  const servers = [idle("spb", { region: "RU-SPE" }), idle("nsk", { region: "RU-NVS" })];
  const pings = new Map([["RU-SPE", 70], ["RU-NVS", 12]]);
  assertEquals(placeMatch(servers, { travellers: [{ pings }], random: 0 }).chosen?.serverId, "nsk");
});

Deno.test("Placement prefers no region that was not measured", () => {
  const servers = [idle("far", { region: "DE-HE" }), idle("near", { region: "RU-SPE" })];
  const pings = new Map([["RU-SPE", 18], ["RU-NVS", 60]]);
  const { chosen, terms } = placeMatch(servers, { travellers: [{ pings }], random: 0 });
  assertEquals([chosen?.serverId, terms[0]?.pingMs], ["near", 60]);
});

Deno.test("Placement goes by distance where nothing was measured, and says so", () => {
  const [moscow, petersburg, khabarovsk] = ["RU-MOW", "RU-SPE", "RU-KHA"].map((region) =>
    DEFAULT_REGIONS.get(region)
  );
  assert(moscow !== undefined && petersburg !== undefined && khabarovsk !== undefined);
  const servers = [
    { ...idle("far"), position: khabarovsk },
    { ...idle("near"), position: moscow },
    idle("nowhere"),
  ];
  const place = (...travellers: Traveller[]) => placeMatch(servers, { travellers, random: 0 });
  const { chosen, terms } = place({ pings: new Map(), position: petersburg });
  assertEquals(chosen?.serverId, "near");
  assertEquals(terms.map(({ pingSource }) => pingSource), ["distance", "distance", "assumed"]);
  assertEquals(terms[2]?.pingMs, terms[0]?.pingMs);
  // What was measured goes before the distance.
  const measured = place({ pings: new Map([["", 9]]), position: petersburg });
  assertEquals(measured.terms.map(({ pingMs }) => pingMs), [9, 9, 9]);
});

Deno.test("Placement goes by the player who is worst off", () => {
  const servers = ["A", "B", "C"].map((region) => idle(region, { region }));
  const travellers = [[10, 200, 90], [200, 10, 80]].map(([a = 0, b = 0, c = 0]) => ({
    pings: new Map([["A", a], ["B", b], ["C", c]]),
  }));
  const { chosen, terms } = placeMatch(servers, { travellers, random: 0 });
  assertEquals([chosen?.serverId, terms.map(({ pingMs }) => pingMs)], ["C", [200, 200, 90]]);
});

Deno.test("Placement takes the least loaded of near servers, whatever the load is", () => {
  const loads: readonly Partial<ServerStatus>[] = [
    { runningMatches: 1 },
    { currentPlayers: 1 },
    { tickP99Ms: 1 },
  ];
  for (const load of loads) {
    const servers = [idle("loaded", load), idle("idle")];
    assertEquals(placeMatch(servers, NO_PINGS).chosen?.serverId, "idle");
  }
  const promised = { ...idle("promised"), reserved: { matches: 1, players: 1 } };
  assertEquals(placeMatch([promised, idle("idle")], NO_PINGS).chosen?.serverId, "idle");
});

Deno.test("Placement explains itself", () => {
  const loaded = idle("a", {
    region: "RU-SPE",
    runningMatches: 50,
    currentPlayers: 200,
    tickP99Ms: 4,
  });
  const full = { ...idle("b", { runningMatches: 99 }), reserved: { matches: 1, players: 0 } };
  const pings = new Map([["RU-SPE", 18]]);
  const { chosen, terms } = placeMatch([loaded, full, idle("c", { draining: true })], {
    travellers: [{ pings }],
    random: 0,
  });
  assertEquals(chosen, {
    serverId: "a",
    region: "RU-SPE",
    pingMs: 18,
    pingSource: "measured",
    matchesPenaltyMs: 30,
    playersPenaltyMs: 10,
    tickPenaltyMs: 4,
    costMs: 62,
    refusal: undefined,
  });
  assertEquals(terms.map(({ serverId, refusal }) => [serverId, refusal]), [
    ["a", undefined],
    ["b", "full"],
    ["c", "draining"],
  ]);
});

Deno.test("Placement breaks ties evenly by the number it is given", () => {
  const servers = ["a", "b", "c", "d"].map((id) => idle(id));
  const counts = new Map<string | undefined, number>();
  for (let step = 0; step < 1_000; step++) {
    const { chosen } = placeMatch(servers, { travellers: [], random: step / 1_000 });
    counts.set(chosen?.serverId, (counts.get(chosen?.serverId) ?? 0) + 1);
  }
  assertEquals([...counts.values()], [250, 250, 250, 250]);
});

Deno.test("Placement among none chooses none", () => {
  assertEquals(placeMatch([], NO_PINGS), { chosen: undefined, terms: [] });
});

Deno.test(`Placement never takes a full, dead or draining server, seed ${SEED}`, async () => {
  const rng = new Rng(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const clock = new ManualClock();
    const registry = new ServerRegistry({ clock, timeoutMs: 15_000, serversMax: 100 });
    const heardMs = new Map<string, number>();
    const statuses = randomServers(rng);
    for (const { status } of statuses) {
      await clock.advance(rng.below(6_000));
      registry.observe(status);
      heardMs.set(status.serverId, clock.monotonicMs());
    }
    await clock.advance(rng.below(10_000));
    const candidates = statuses.filter(({ status }) => registry.get(status.serverId) === status);
    const { chosen } = placeMatch(candidates, randomOptions(rng));
    const takesMatches = ({ status, reserved }: PlacementCandidate): boolean =>
      !status.draining && status.runningMatches + reserved.matches < status.maxMatches &&
      clock.monotonicMs() - (heardMs.get(status.serverId) ?? 0) < 15_000;
    const able = statuses.filter(takesMatches).map(({ status }) => status.serverId);
    if (chosen === undefined) assertEquals(able, [], `round ${round}`);
    else assert(able.includes(chosen.serverId), `round ${round}: ${JSON.stringify(chosen)}`);
  }
});

Deno.test(`Placement never comes to like a server for its ping or load, seed ${SEED}`, () => {
  const rng = new Rng(SEED);
  let compared = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const candidates = randomServers(rng);
    const options = randomOptions(rng);
    const before = placeMatch(candidates, options);
    const victim = rng.pick(candidates)?.status.serverId ?? "";
    if (before.chosen === undefined || before.chosen.serverId === victim) continue;
    const [worse, worsened] = rng.below(2) === 0
      ? [
        candidates.map((each) => each.status.serverId === victim ? load(each, rng) : each),
        options,
      ]
      : [candidates, slow(options, candidates, victim)];
    const after = placeMatch(worse, worsened);
    const cost = (terms: typeof before.terms): number =>
      terms.find(({ serverId }) => serverId === victim)?.costMs ?? NaN;
    assert(cost(after.terms) >= cost(before.terms), `round ${round}: it came to cost less`);
    // Where it tied with others that are worse now too, the number may fall on it as well as before.
    const tied = before.terms.filter(({ costMs }) => costMs === before.chosen?.costMs).length > 1;
    // A ping that rises is what others are assumed to have, too: then they may lose more than it does.
    const isAlone = options.travellers.length === 1 ||
      before.terms.every(({ serverId, costMs }, index) =>
        serverId === victim || costMs === after.terms[index]?.costMs
      );
    if (!tied && isAlone) {
      assert(after.chosen?.serverId !== victim, `round ${round}: it was chosen`);
    }
    compared++;
  }
  assert(compared > ROUNDS / 4, `${compared} rounds compared something`);
});

function randomServers(rng: Rng): PlacementCandidate[] {
  return Array.from({ length: 1 + rng.below(8) }, (_, index) => ({
    status: openStatus(`s${index}`, {
      region: rng.pick(REGIONS) ?? "",
      currentPlayers: rng.below(400),
      runningMatches: rng.below(22),
      maxMatches: rng.below(22),
      tickP99Ms: rng.below(40),
      draining: rng.below(4) === 0,
    }),
    reserved: { matches: rng.below(3), players: rng.below(30) },
    ...(rng.below(2) === 0 && { position: randomPosition(rng) }),
  }));
}

function randomPosition(rng: Rng): { latitude: number; longitude: number } {
  return { latitude: rng.below(181) - 90, longitude: rng.below(361) - 180 };
}

function randomOptions(rng: Rng): PlacementOptions {
  const travellers = Array.from({ length: 1 + rng.below(3) }, (): Traveller => {
    const isMeasured = rng.below(3) > 0;
    const measured = REGIONS.filter(() => isMeasured && rng.below(2) === 0);
    const pings = new Map(measured.map((region) => [region, rng.below(200)]));
    return { pings, ...(rng.below(2) === 0 && { position: randomPosition(rng) }) };
  });
  return { travellers, random: rng.below(1_000) / 1_000 };
}

function load(candidate: PlacementCandidate, rng: Rng): PlacementCandidate {
  const { status, reserved } = candidate;
  return {
    ...candidate,
    status: {
      ...status,
      currentPlayers: status.currentPlayers + rng.below(50),
      runningMatches: status.runningMatches + rng.below(3),
      tickP99Ms: status.tickP99Ms + rng.below(10),
      draining: status.draining || rng.below(5) === 0,
    },
    reserved: { ...reserved, matches: reserved.matches + rng.below(3) },
  };
}

/** The ping of the victim's region, if it was measured, is 25 ms more. */
function slow(
  options: PlacementOptions,
  candidates: readonly PlacementCandidate[],
  victim: string,
): PlacementOptions {
  const region = candidates.find(({ status }) => status.serverId === victim)?.status.region ?? "";
  const travellers = options.travellers.map((traveller) => {
    const pingMs = traveller.pings.get(region);
    if (pingMs === undefined) return traveller;
    return { ...traveller, pings: new Map([...traveller.pings, [region, pingMs + 25]]) };
  });
  return { ...options, travellers };
}
