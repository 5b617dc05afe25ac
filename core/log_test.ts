import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describeError, type LogFormat, type LogLevel, openLog, silentLog } from "./log.ts";

Deno.test("a JSON log writes one object a line, with its own fields and its parents'", () => {
  const { log, lines } = openTestLog("INFO", "json");
  log.child({ match_id: "m1" }).child({ tick: 7 }).warn("late", { by_ms: 3 });
  const [line = ""] = lines;
  const { time, ...rest } = JSON.parse(line);
  assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assertEquals(rest, {
    level: "WARN",
    service: "test",
    event: "late",
    match_id: "m1",
    tick: 7,
    by_ms: 3,
  });
});

Deno.test("a field cannot pass for the line's own time, level, service or event", () => {
  const { log, lines } = openTestLog("INFO", "json");
  log.info("real", { event: "forged", level: "ERROR", service: "other", time: 0 });
  const { event, level, service } = JSON.parse(lines[0] ?? "{}");
  assertEquals([event, level, service], ["real", "INFO", "test"]);
});

Deno.test("a log keeps what is below its level to itself, and says whether DEBUG is on", () => {
  const cases: readonly (readonly [LogLevel, readonly string[]])[] = [
    ["DEBUG", ["debug", "info", "warn", "error"]],
    ["INFO", ["info", "warn", "error"]],
    ["WARN", ["warn", "error"]],
    ["ERROR", ["error"]],
  ];
  for (const [level, expected] of cases) {
    const { log, lines } = openTestLog(level, "json");
    log.debug("debug");
    log.info("info");
    log.warn("warn");
    log.error("error");
    assertEquals<unknown>(lines.map((line) => JSON.parse(line).event), expected);
    assertEquals(log.debugOn, level === "DEBUG");
    assertEquals(log.child({}).debugOn, level === "DEBUG");
  }
});

Deno.test("no field can forge a line, nor stop the log", () => {
  const hostile = { text: 'a b="c"\n{"event":"forged"}\u001b[2J', big: 1n, error: new Error("x") };
  for (const format of ["json", "text"] as const) {
    const { log, lines } = openTestLog("INFO", format);
    log.info("seen", hostile);
    assertEquals(lines.length, 1);
    assert(!lines[0]?.includes("\n"));
    assert(!lines[0]?.includes("\u001b[2J"));
  }
});

Deno.test("a text log is readable: time, level, service, event, fields", () => {
  const { log, lines } = openTestLog("INFO", "text");
  log.info("listening", { address: "127.0.0.1:80", note: "two words" });
  // deno-lint-ignore no-control-regex -- the colours are what is taken out
  const plain = lines[0]?.replace(/\u001b\[\d+m/g, "") ?? "";
  assertMatch(plain, /^\d\d:\d\d:\d\d\.\d{3} INFO {2}test +listening address=127\.0\.0\.1:80 /);
  assertStringIncludes(plain, 'note="two words"');
});

Deno.test("describeError gives the class, the message and the causes", () => {
  const error = new TypeError("outer", { cause: new Error("inner", { cause: "root" }) });
  assertEquals(describeError(error), "TypeError: outer; cause: Error: inner; cause: root");
  assertEquals(describeError("text"), "text");
});

Deno.test("silentLog says nothing and has silent children", () => {
  assertEquals(silentLog.child({ a: 1 }), silentLog);
  assertEquals(silentLog.debugOn, false);
});

function openTestLog(
  level: LogLevel,
  format: LogFormat,
): { log: ReturnType<typeof openLog>; lines: string[] } {
  const lines: string[] = [];
  return {
    log: openLog({ name: "test", level, format, write: (line) => lines.push(line) }),
    lines,
  };
}
