import { assertEquals } from "@std/assert";
import { parseReplayArguments, type ReplayRequest } from "./replay_arguments.ts";

const MATCH = { kind: "match", matchId: "m", jsonPath: undefined, framesPerSecond: 5 } as const;

Deno.test("parseReplayArguments reads what is asked", () => {
  const cases: readonly [args: readonly string[], request: ReplayRequest][] = [
    [["m"], MATCH],
    [["m", "--to-json", "x.json"], { ...MATCH, jsonPath: "x.json" }],
    [["--fps", "30", "--to-json", "-", "m"], { ...MATCH, jsonPath: "-", framesPerSecond: 30 }],
    [["--list"], { kind: "list" }],
    [["m", "--help"], { kind: "help" }],
    [["-h"], { kind: "help" }],
  ];
  for (const [args, request] of cases) assertEquals(parseReplayArguments(args), request);
});

Deno.test("parseReplayArguments says what is wrong", () => {
  const cases: readonly [args: readonly string[], reason: string][] = [
    [[], "which match?"],
    [["--to-json", "x"], "which match?"],
    [["m", "--to-json"], "--to-json needs a file"],
    [["m", "n"], "one match at a time"],
    [["m", "--fast"], "there is no --fast"],
    [["m", "--fps", "0"], "--fps must be 1..60"],
    [["m", "--fps", "61"], "--fps must be 1..60"],
    [["m", "--fps", "x"], "--fps must be 1..60"],
    [["m", "--fps"], "--fps must be 1..60"],
  ];
  for (const [args, reason] of cases) {
    assertEquals(parseReplayArguments(args), { kind: "refused", reason });
  }
});
