import { assertEquals } from "@std/assert";
import { type Log, silentLog } from "../core/log.ts";
import { ConditionLog } from "./condition_log.ts";

Deno.test("ConditionLog logs the beginning and the end and nothing between", () => {
  const logged: unknown[] = [];
  const log: Log = {
    ...silentLog,
    warn: (event, fields) => logged.push(["warn", event, fields]),
    info: (event) => logged.push(["info", event]),
  };
  const condition = new ConditionLog(log, { began: "it_rains", ended: "it_is_dry" });
  condition.end();
  assertEquals(logged, []);
  condition.begin({ drops: 1 });
  condition.begin({ drops: 2 });
  assertEquals(condition.lasts, true);
  condition.end();
  condition.end();
  assertEquals(condition.lasts, false);
  condition.begin({ drops: 3 });
  assertEquals(logged, [
    ["warn", "it_rains", { drops: 1 }],
    ["info", "it_is_dry"],
    ["warn", "it_rains", { drops: 3 }],
  ]);
});
