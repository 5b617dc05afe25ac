import { assertEquals, assertThrows } from "@std/assert";
import { parseSoakOptions } from "./soak_options.ts";

Deno.test("parseSoakOptions has the defaults of the short form", () => {
  assertEquals(parseSoakOptions([]), {
    durationMs: 300_000,
    players: 40,
    seed: 1,
    faultEveryMs: 30_000,
    only: "",
    reportPath: undefined,
  });
});

Deno.test("parseSoakOptions reads every flag", () => {
  const args = [
    "--minutes=60",
    "--players=80",
    "--seed=7",
    "--every=15",
    "--only=freeze game",
    "--report=out.md",
  ];
  assertEquals(parseSoakOptions(args), {
    durationMs: 3_600_000,
    players: 80,
    seed: 7,
    faultEveryMs: 15_000,
    only: "freeze game",
    reportPath: "out.md",
  });
});

Deno.test("parseSoakOptions names what it cannot read", () => {
  for (
    const [arg, complaint] of [
      ["--minutes=0", 'Cannot read --minutes: must be 1..1440, is "0"'],
      ["--players=many", 'Cannot read --players: must be 8..1000, is "many"'],
      ["--seconds=5", "Cannot read --seconds=5: "],
    ] as const
  ) assertThrows(() => parseSoakOptions([arg]), TypeError, complaint);
});
