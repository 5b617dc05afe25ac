import { assertEquals, assertThrows } from "@std/assert";
import { BaseHandler, type LevelName, type LogLevel, LogLevels, LogRecord } from "@std/log";

class LineHandler extends BaseHandler {
  readonly lines: string[] = [];
  destroyedCount = 0;

  override log(msg: string): void {
    this.lines.push(msg);
  }

  override destroy(): void {
    this.destroyedCount++;
  }
}

function recordOf(level: LogLevel, msg = "event"): LogRecord {
  return new LogRecord({ msg, args: [{ count: 1 }], level, loggerName: "game" });
}

Deno.test("BaseHandler writes records from its level up", () => {
  const handler = new LineHandler("WARN");
  for (const level of Object.values(LogLevels)) handler.handle(recordOf(level));
  assertEquals(handler.lines, ["WARN event", "ERROR event", "CRITICAL event"]);
});

Deno.test("BaseHandler writes what its formatter makes of the record", () => {
  const handler = new LineHandler("INFO", {
    formatter: (record) =>
      JSON.stringify([record.loggerName, record.levelName, record.msg, record.args[0]]),
  });
  handler.handle(recordOf(LogLevels.INFO));
  assertEquals(handler.lines, ['["game","INFO","event",{"count":1}]']);

  handler.formatter = () => "changed";
  assertEquals(handler.format(recordOf(LogLevels.INFO)), "changed");
});

Deno.test("BaseHandler keeps level and level name in step", () => {
  const handler = new LineHandler("INFO");
  assertEquals([handler.level, handler.levelName], [20, "INFO"]);
  handler.level = LogLevels.ERROR;
  assertEquals([handler.level, handler.levelName], [40, "ERROR"]);
  handler.levelName = "DEBUG";
  assertEquals([handler.level, handler.levelName], [10, "DEBUG"]);
});

Deno.test("BaseHandler refuses a level that does not exist", () => {
  assertThrows(() => new LineHandler("LOUD" as LevelName), Error);
  assertThrows(() => void (new LineHandler("INFO").level = 15 as LogLevel), Error);
});

Deno.test("BaseHandler is destroyed at the end of a using block", () => {
  const handler = new LineHandler("INFO");
  {
    using used = handler;
    used.setup();
  }
  assertEquals(handler.destroyedCount, 1);
});
