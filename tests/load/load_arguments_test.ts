import { assert, assertEquals } from "@std/assert";
import { parseLoadArguments } from "./load_arguments.ts";
import { LOAD_DEFAULTS, type LoadOptions } from "./load_options.ts";

const RUN = "abc";

function parse(...words: string[]): ReturnType<typeof parseLoadArguments> {
  return parseLoadArguments(words, RUN);
}

const GOOD: readonly [args: string, difference: Partial<LoadOptions>][] = [
  ["", {}],
  ["--players 5000", { players: 5_000 }],
  ["--players=7", { players: 7 }],
  ["--seconds 1 --ramp-seconds 0", { durationMs: 1_000, rampMs: 0 }],
  ["--minutes 120", { durationMs: 7_200_000 }],
  ["--minutes 0.5", { durationMs: 30_000 }],
  ["--play-seconds 0", { playMs: 0 }],
  ["--think-ms 250", { thinkMs: 250 }],
  ["--processes 4", { processes: 4 }],
  ["--loss 5 --delay-ms 20 --jitter-ms 3", {
    link: { lossShare: 0.05, delayMs: 20, jitterMs: 3 },
  }],
  ["--transport udp:50,websocket:30", {
    mix: [{ transport: "udp", weight: 50 }, { transport: "websocket", weight: 30 }],
  }],
  ["--join direct --transport tcp", {
    join: "direct",
    mix: [{ transport: "tcp", weight: 1 }],
  }],
  ["--through gateway --login once --mode ffa --seed 9", {
    through: "gateway",
    login: "once",
    mode: "ffa",
    seed: 9,
  }],
  ["--auth [::1]:7 --game localhost:8 --gateway http://localhost:9/", {
    targets: {
      ...LOAD_DEFAULTS.targets,
      auth: { hostname: "::1", port: 7 },
      game: { hostname: "localhost", port: 8 },
      gateway: "http://localhost:9",
    },
  }],
  ["--allow-remote --auth example.org:8888", {
    allowRemote: true,
    targets: { ...LOAD_DEFAULTS.targets, auth: { hostname: "example.org", port: 8_888 } },
  }],
];

const BAD: readonly [args: string, problem: string][] = [
  ["--players 0", '--players must be a whole number, 1..5000, is "0"'],
  ["--players 5001", '--players must be a whole number, 1..5000, is "5001"'],
  ["--players 1.5", '--players must be a whole number, 1..5000, is "1.5"'],
  ["--players", "--players needs a value"],
  ["--minutes 121", '--minutes must be 0.02..120, is "121"'],
  ["--seconds 0", '--seconds must be 1..7200, is "0"'],
  ["--minutes 1 --seconds 1", "--minutes and --seconds exclude one another"],
  ["--seconds 2 --ramp-seconds 3", "--ramp-seconds must be within the time, 2 s"],
  ["--loss 91", '--loss must be 0..90, is "91"'],
  ["--loss -1", '--loss must be 0..90, is "-1"'],
  ["--processes 21", "--processes must be at most --players, 20, is 21"],
  ["--join maybe", '--join must be find or direct, is "maybe"'],
  [
    "--join direct --transport websocket",
    "--join direct cannot be used with websocket: a gateway lets no guests in",
  ],
  [
    "--auth example.org:1",
    "--auth must be on this machine unless --allow-remote is given, is example.org",
  ],
  [
    "--gateway http://10.0.0.1",
    "--gateway must be on this machine unless --allow-remote is given, is 10.0.0.1",
  ],
  [
    "--gateway ftp://localhost",
    '--gateway must be an http or https address without a path, is "ftp://localhost"',
  ],
  ["--game 127.0.0.1", '--game must be host:port, is "127.0.0.1"'],
  ["--game 127.0.0.1:70000", '--game must be host:port, is "127.0.0.1:70000"'],
  ["--seed 1 --seed 2", "--seed is there twice"],
  ["--slo p99<3", "--slo cannot be used: there is no p99"],
  ["--speed 9", "there is no option --speed"],
  ["fast", '"fast" is no option'],
];

for (const [args, difference] of GOOD) {
  Deno.test(`Load arguments take ${args || "nothing"}`, () => {
    const request = parse(...args.split(" ").filter((word) => word !== ""));
    assert(request.kind === "run", JSON.stringify(request));
    assertEquals(request.command.load, { ...LOAD_DEFAULTS, runId: RUN, ...difference });
  });
}

for (const [args, problem] of BAD) {
  Deno.test(`Load arguments refuse ${args}`, () => {
    assertEquals(parse(...args.split(" ")), { kind: "refused", problems: [problem] });
  });
}

Deno.test("Load arguments tell everything that is wrong at once", () => {
  const request = parse("--players", "x", "--loss", "200", "--transport", "smoke", "--what", "1");
  assert(request.kind === "refused");
  assertEquals(request.problems.map((problem) => problem.split(" ")[0]), [
    "--players",
    "--transport",
    "--loss",
    "there",
  ]);
});

Deno.test("Load arguments name files and what must hold", () => {
  const request = parse("--report", "a.html", "--json", "-", "--slo", "errors_total<1");
  assert(request.kind === "run");
  const { reportPath, jsonPath, slos } = request.command;
  assertEquals([reportPath, jsonPath, slos.map(({ text }) => text)], [
    "a.html",
    "-",
    ["errors_total<1"],
  ]);
  assertEquals(parse("--players", "0", "--help"), { kind: "help" });
});
