import { assertEquals } from "@std/assert";
import { findProblems, problemsOf } from "./problems.js";

type Overview = Parameters<typeof findProblems>[0];
type ServerRow = Overview["servers"][number];

const SERVER: ServerRow = {
  server_id: "a",
  region: "EU",
  city: "Berlin",
  address: "192.0.2.1:9999",
  state: "up",
  since_ms: 0,
  silent_ms: 0,
  players: 1,
  matches: 1,
  matches_max: 10,
  tick_p99_ms: 2,
  answers: true,
  down: [],
  brokers: {},
  figures: { game_load_level: 0, outbox_events_count: 0 },
  tick_rate: 30,
};
const REGION = {
  region: "EU",
  servers: 1,
  draining: 0,
  lost: 0,
  players: 1,
  matches: 1,
  matches_max: 10,
  tick_p99_ms: 2,
};
const WELL: Overview = {
  type: "OVERVIEW",
  now_ms: 10_000,
  gateway_id: "g",
  listening_ms: 60_000,
  services: [],
  regions: [REGION],
  servers: [SERVER],
};

function keysOf(server: Partial<ServerRow>): string[] {
  return problemsOf({ ...SERVER, ...server }).map(({ severity, key }) => `${severity} ${key}`);
}

Deno.test("Where all is well there is no problem", () => {
  assertEquals(findProblems(WELL), []);
  // What has just been opened has not been asked yet.
  const { answers: _answers, down: _down, figures: _figures, ...broadcast } = SERVER;
  assertEquals(problemsOf(broadcast), []);
});

Deno.test("A server's problems are those that its figures say", () => {
  const cases: readonly [Partial<ServerRow>, readonly string[]][] = [
    [{ state: "lost", tick_p99_ms: 99 }, ["bad problem_server_lost"]],
    [{ state: "gone" }, ["note problem_gone"]],
    [{ state: "draining", matches: 10 }, ["note problem_draining"]],
    [{ answers: false }, ["bad problem_server_silent"]],
    [{ tick_p99_ms: 33.4 }, ["bad problem_tick_over"]],
    [{ tick_p99_ms: 33.2 }, ["warn problem_tick_near"]],
    [{ tick_p99_ms: 24 }, []],
    [{ tick_p99_ms: 24, tick_rate: 60 }, ["bad problem_tick_over"]],
    [{ figures: { game_load_level: 3 } }, ["bad problem_refuses_joins"]],
    [{ figures: { game_load_level: 1 } }, ["warn problem_sheds_load"]],
    [{ matches: 10 }, ["warn problem_full"]],
    [{ down: [{ part: "nats", reason: "refused", since_ms: 5 }] }, ["warn problem_part_down"]],
    [{ down: [{ part: "service", reason: "draining", since_ms: 5 }] }, []],
    [{ figures: { outbox_events_count: 9, outbox_oldest_age_seconds: 31 } }, [
      "warn problem_outbox",
    ]],
    [{ figures: { outbox_events_count: 9, outbox_oldest_age_seconds: 3 } }, []],
  ];
  for (const [server, keys] of cases) assertEquals(keysOf(server), keys, JSON.stringify(server));
});

Deno.test("The worst stands first, and of those the oldest", () => {
  const problems = findProblems({
    ...WELL,
    services: [{ service: "auth", reachable: false, failure: "unavailable", since_ms: 3_000 }],
    regions: [REGION, { ...REGION, region: "AS", servers: 1, draining: 1 }],
    servers: [
      { ...SERVER, state: "draining", region: "AS", since_ms: 1_000 },
      { ...SERVER, server_id: "b", state: "lost", since_ms: 2_000 },
      SERVER,
    ],
  });
  assertEquals(problems.map(({ id }) => id), [
    "problem_server_lost:b",
    "unreachable:auth",
    "region:AS",
    "problem_draining:a",
  ]);
});

Deno.test("Without a server that takes players, that is said first of all", () => {
  const empty = { ...WELL, servers: [], regions: [] };
  const [first] = findProblems(empty);
  assertEquals([first?.key, first?.severity], ["problem_no_servers", "bad"]);
  // A gateway that has just started has only heard nobody yet.
  assertEquals(findProblems({ ...empty, listening_ms: 5_000 }), []);
  const gone: ServerRow = { ...SERVER, state: "gone" };
  const regions = [{ ...REGION, servers: 0 }];
  // A region where all has ended as it was told to is not missed.
  assertEquals(
    findProblems({ ...WELL, servers: [gone], regions }).map(({ key }) => key),
    ["problem_no_servers", "problem_gone"],
  );
});
