import { assertEquals } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { serverCommandSubject } from "../core/protocol/server_command.ts";
import { ECHO_DEADLINE_MS, ECHO_PERIOD_MS, ECHO_RELIED_MS } from "./match_timing.ts";
import { ServerEcho } from "./server_echo.ts";

function openBench(): { clock: ManualClock; pubSub: MemoryPubSub; echo: ServerEcho } {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  return { clock, pubSub, echo: new ServerEcho({ pubSub, clock, serverId: () => "one" }) };
}

Deno.test("ServerEcho is relied on for a while from when it was asked for", async () => {
  const { clock, pubSub, echo } = openBench();
  assertEquals([echo.isDue, echo.reliedUntilMs], [true, -Infinity]);
  pubSub.subscribe(serverCommandSubject("one"), ({ respond }) => {
    clock.after(100, () => respond("here"));
  });
  const listening = echo.listen();
  assertEquals(echo.isDue, false);
  await clock.advance(100);
  await listening;
  assertEquals(echo.reliedUntilMs, ECHO_RELIED_MS);
  await clock.advance(ECHO_PERIOD_MS);
  assertEquals(echo.isDue, true);
});

Deno.test("ServerEcho that does not come is not relied on", async () => {
  const { clock, pubSub, echo } = openBench();
  await echo.listen();
  assertEquals(echo.reliedUntilMs, -Infinity, "nobody listens");
  pubSub.subscribe(serverCommandSubject("one"), () => {});
  const listening = echo.listen();
  await clock.advance(ECHO_DEADLINE_MS);
  await listening;
  assertEquals(echo.reliedUntilMs, -Infinity, "nobody answers");
});
