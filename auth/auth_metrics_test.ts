import { assertEquals } from "@std/assert";
import { Metrics } from "../core/metrics.ts";
import { AuthMetrics } from "./auth_metrics.ts";
import { loggedInReply, loginRefusedReply, registeredReply, serverBusyReply } from "./replies.ts";

async function linesOf(metrics: Metrics): Promise<string[]> {
  const lines = (await metrics.text()).split("\n");
  return lines.filter((line) => /^[a-z].* [1-9]/.test(line) && !line.includes("_seconds_bucket"));
}

Deno.test("AuthMetrics counts requests by action and refusals by code", async () => {
  const registry = new Metrics({ process: false });
  const metrics = new AuthMetrics(registry);
  metrics.watch({ connectionCount: () => 3, hashQueueDepth: () => 4 });
  const tokens = { sessionId: "s", token: "t", refreshToken: "r", expiresInS: 900 };
  metrics.countRequest("login", loggedInReply("u", tokens), 250);
  metrics.countRequest("login", loginRefusedReply("user_not_found", { uniform: true }), 250);
  metrics.countRequest("login", serverBusyReply(), 0);
  metrics.countRequest("register", registeredReply("u", "a"), 250);
  metrics.countRefusal(serverBusyReply());
  assertEquals(await linesOf(registry), [
    "successful_auths_total 1",
    "failed_auths_total 1",
    'auth_requests_total{action="login"} 3',
    'auth_requests_total{action="register"} 1',
    'auth_failures_total{reason="invalid_credentials"} 1',
    'auth_failures_total{reason="server_busy"} 2',
    'auth_request_duration_seconds_count{action="login"} 3',
    'auth_request_duration_seconds_count{action="register"} 1',
    "active_connections_auth 3",
    "auth_hash_queue_depth 4",
  ]);
});
