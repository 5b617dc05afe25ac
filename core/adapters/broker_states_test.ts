import { assertEquals, assertMatch } from "@std/assert";
import { systemClock } from "../clock.ts";
import { Health } from "../health.ts";
import { silentLog } from "../log.ts";
import { Metrics } from "../metrics.ts";
import { BrokerStates } from "./broker_states.ts";

Deno.test("BrokerStates keeps one metric and readiness true to what is said of each broker", async () => {
  const health = new Health();
  const metrics = new Metrics({ process: false });
  const states = new BrokerStates({ log: silentLog, clock: systemClock, health, metrics });
  health.markStarted();
  assertEquals((await metrics.text()).includes("broker_up"), false);

  const nats = states.open("nats", { required: false });
  const postgres = states.open("postgres", { required: true });
  nats(true);
  postgres(false, "refused");
  assertMatch(
    await metrics.text(),
    /^broker_up\{broker="nats"\} 1\nbroker_up\{broker="postgres"\} 0$/m,
  );
  assertEquals(health.report(), { ready: false, down: { postgres: "refused" } });

  nats(false);
  postgres(true);
  assertMatch(
    await metrics.text(),
    /^broker_up\{broker="nats"\} 0\nbroker_up\{broker="postgres"\} 1$/m,
  );
  assertEquals(health.report(), { ready: true, down: { nats: "unreachable" } });
});
