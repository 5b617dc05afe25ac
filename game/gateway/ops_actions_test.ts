import { assertEquals } from "@std/assert";
import type { JsonValue } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { OpsActions } from "./ops_actions.ts";

async function openBench(authReply?: JsonValue): Promise<{
  actions: OpsActions;
  told: string[];
  logged: unknown[];
  metrics: Metrics;
}> {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const rpc = new MemoryRpc({ clock, log: silentLog });
  const metrics = new Metrics({ process: false });
  const told: string[] = [];
  const logged: unknown[] = [];
  const log = { ...silentLog, info: (...line: unknown[]) => void logged.push(line) };
  for (const serverId of ["a", "b"]) {
    pubSub.subscribe(`server.command.${serverId}`, ({ payload, respond }) => {
      told.push(`${serverId} ${payload}`);
      // Whom it is about is on the second of them.
      const isThere = serverId === "b" || !payload.includes("account_id");
      respond(isThere ? '{"ok":true}' : '{"ok":false,"reason":"unknown_player"}');
    });
  }
  if (authReply !== undefined) {
    await rpc.serve("auth", (request) => {
      told.push(`auth ${JSON.stringify(request)}`);
      return Promise.resolve(authReply);
    });
  }
  const servers = { aliveIds: () => ["a", "b"] };
  return { actions: new OpsActions({ servers, pubSub, rpc, log, metrics }), told, logged, metrics };
}

Deno.test("OpsActions drains and kicks on the server that is meant, and says who wanted it", async () => {
  const { actions, told, logged, metrics } = await openBench();
  assertEquals((await actions.take({ name: "drain", serverId: "a" }, "192.0.2.1")).ok, true);
  const kick = { name: "kick", serverId: "b", matchId: "m", playerId: "p" } as const;
  assertEquals((await actions.take(kick, "192.0.2.1")).ok, true);
  assertEquals(told, [
    'a {"command":"drain"}',
    'b {"command":"kick_player","match_id":"m","player_id":"p"}',
  ]);
  assertEquals(logged[0], ["operator_action", {
    action: "drain",
    by: "192.0.2.1",
    serverId: "a",
    outcome: "done",
  }]);
  const samples = await metrics.samples("gateway_operator_actions_total");
  assertEquals(samples.map(({ value }) => value), [1, 1, 0, 0]);
});

Deno.test("OpsActions disables an account at auth, then takes it out of its match wherever that is", async () => {
  const reply = { status: "success", message: "Account disabled", account_id: "x", username: "U" };
  const { actions, told } = await openBench(reply);
  const account = { username: "u" };
  assertEquals(await actions.take({ name: "disable_account", account }, "ip"), {
    ok: true,
    about: { account_id: "x", username: "U", kicked_from: ["b"] },
  });
  assertEquals(told, [
    'auth {"action":"account_disable","username":"u"}',
    'a {"command":"kick_player","account_id":"x"}',
    'b {"command":"kick_player","account_id":"x"}',
  ]);
});

Deno.test("OpsActions kicks nobody whose account was not disabled, and says why something was not done", async () => {
  const unknown = { status: "failure", message: "No such account", code: "unknown_account" };
  const refused = await openBench(unknown);
  const action = { name: "disable_account", account: { account_id: "x" } } as const;
  assertEquals(await refused.actions.take(action, "ip"), { ok: false, reason: "unknown_account" });
  assertEquals(refused.told.length, 1);
  const { actions } = await openBench();
  assertEquals(await actions.take(action, "ip"), { ok: false, reason: "unavailable" });
  for (const serverId of ["nobody", "a.>", ""]) {
    assertEquals(await actions.take({ name: "drain", serverId }, "ip"), {
      ok: false,
      reason: "no_such_server",
    });
  }
});
