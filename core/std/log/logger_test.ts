import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BaseHandler, type LevelName, Logger, type LogLevel, type LogRecord } from "@std/log";

class RecordHandler extends BaseHandler {
  readonly records: LogRecord[] = [];

  override handle(record: LogRecord): void {
    this.records.push(record);
  }

  override log(): void {}
}

Deno.test("Logger hands each method's record to every handler with its level", () => {
  const handlers = [new RecordHandler("NOTSET"), new RecordHandler("NOTSET")];
  const logger = new Logger("auth", "DEBUG", { handlers });

  logger.debug("a", 1);
  logger.info("b", { reason: "throttled" });
  logger.warn("c");
  logger.error("d", 1, 2);
  logger.critical("e");

  for (const { records } of handlers) {
    assertEquals(records.map((record) => [record.levelName, record.msg, record.args]), [
      ["DEBUG", "a", [1]],
      ["INFO", "b", [{ reason: "throttled" }]],
      ["WARN", "c", []],
      ["ERROR", "d", [1, 2]],
      ["CRITICAL", "e", []],
    ]);
    assertEquals(new Set(records.map((record) => record.loggerName)), new Set(["auth"]));
  }
});

Deno.test("Logger drops what is below its level", () => {
  const handler = new RecordHandler("NOTSET");
  const logger = new Logger("auth", "ERROR", { handlers: [handler] });

  logger.debug("a");
  logger.info("b");
  logger.warn("c");
  assertEquals(handler.records, []);

  logger.level = 30;
  logger.warn("d");
  assertEquals(handler.records.map((record) => record.msg), ["d"]);
});

Deno.test("Logger calls a function only where its message is logged", () => {
  const handler = new RecordHandler("NOTSET");
  const logger = new Logger("auth", "INFO", { handlers: [handler] });
  let callCount = 0;
  const message = (): number => ++callCount;

  assertEquals(logger.debug(message, 1), undefined);
  assertEquals(callCount, 0);
  assertEquals(logger.info(message, 1), 1);
  assertEquals(callCount, 1);
  assertEquals(handler.records.map((record) => [record.msg, record.args]), [["1", [1]]]);
});

Deno.test("Logger gives the message back whether it is logged or not", () => {
  const logger = new Logger("auth", "WARN");
  const message = { a: 1 };
  assertEquals(logger.debug("text"), "text");
  assertEquals(logger.error(message) === message, true);
});

Deno.test("Logger makes a message of any type text", () => {
  const logger = new Logger("auth", "INFO");
  const cases: readonly [unknown, string][] = [
    ["text", "text"],
    [12, "12"],
    [12n, "12"],
    [true, "true"],
    [null, "null"],
    [undefined, "undefined"],
    [Symbol("s"), "Symbol(s)"],
    [() => 0, "undefined"],
    [{ a: "b", c: { d: 1 } }, '{"a":"b","c":{"d":1}}'],
  ];
  for (const [data, text] of cases) assertEquals(logger.asString(data), text);
  assertEquals(logger.asString("text", true), '"text"');
  assertStringIncludes(logger.asString(new Error("down")), "Error: down\n");
});

Deno.test("Logger keeps level and level name in step and refuses a level that does not exist", () => {
  const logger = new Logger("auth", "INFO");
  assertEquals([logger.loggerName, logger.level, logger.levelName], ["auth", 20, "INFO"]);
  logger.levelName = "ERROR";
  assertEquals([logger.level, logger.levelName], [40, "ERROR"]);

  assertThrows(() => void (logger.level = 15 as LogLevel), TypeError, "Invalid log level: 15");
  assertThrows(() => void (logger.levelName = "LOUD" as LevelName), Error);
  assertThrows(() => new Logger("auth", "LOUD" as LevelName), Error);
});
