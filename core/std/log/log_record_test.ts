import { assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { LogLevels, LogRecord } from "@std/log";

Deno.test("LogRecord carries message, arguments, level, logger and time", () => {
  const beforeMs = Date.now();
  const record = new LogRecord({
    msg: "login_refused",
    args: [{ reason: "throttled" }],
    level: LogLevels.WARN,
    loggerName: "auth",
  });

  assertEquals(record.msg, "login_refused");
  assertEquals(record.args, [{ reason: "throttled" }]);
  assertEquals(record.level, 30);
  assertEquals(record.levelName, "WARN");
  assertEquals(record.loggerName, "auth");
  assertGreaterOrEqual(record.datetime.getTime(), beforeMs);
  assertLessOrEqual(record.datetime.getTime(), Date.now());
});

Deno.test("LogRecord does not change through what it took or gave", () => {
  const args: unknown[] = [1];
  const record = new LogRecord({ msg: "m", args, level: LogLevels.INFO, loggerName: "l" });
  const time = record.datetime.getTime();

  args.push(2);
  record.args.push(3);
  record.datetime.setTime(0);

  assertEquals(record.args, [1]);
  assertEquals(record.datetime.getTime(), time);
});
