import { assertEquals } from "@std/assert";
import type { TokenVerdict } from "../../core/auth/token_verifier.ts";
import type { JsonObject } from "../../core/json.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import type { FindReply } from "../../core/protocol/matchmaking_messages.ts";
import { FINDS_IN_HAND_MAX, FindService } from "./find_service.ts";
import type { FindOrder } from "./matchmaker.ts";
import { openMatchmakerMetrics } from "./matchmaker_metrics.ts";
import { answerServices } from "./rpc_endpoint.ts";

const BODY = { user_id: "u1", game_mode: "duel", jwt_token: "good" };
const FOUND: FindReply = {
  ok: true,
  found: { match_id: "m1", websocket_url: "ws://h/ws", udp: { host: "h", port: 1 }, token: "t" },
};
const VERDICTS: Readonly<Record<string, TokenVerdict>> = {
  good: { ok: true, accountId: "u1", username: "Player One", sessionId: "s", expiresAtS: 9e9 },
  unchecked: { ok: false, reason: "keys_unavailable" },
};

interface Bench {
  readonly service: FindService;
  readonly orders: FindOrder[];
  readonly counts: ReturnType<typeof openMatchmakerMetrics>;
  readonly metrics: Metrics;
}

function openBench(find: () => Promise<FindReply> = () => Promise.resolve(FOUND)): Bench {
  const orders: FindOrder[] = [];
  const metrics = new Metrics({ process: false });
  const counts = openMatchmakerMetrics(metrics, { servers: () => 2, openMatches: () => 3 });
  const service = new FindService({
    verifier: {
      verify: (token) => Promise.resolve(VERDICTS[token] ?? { ok: false, reason: "expired" }),
    },
    matchmaker: {
      find: (order) => {
        orders.push(order);
        return find();
      },
    },
    clock: new ManualClock(),
    metrics: counts,
  });
  return { service, orders, counts, metrics };
}

Deno.test("FindService finds for the account that the token proves", async () => {
  const { service, orders } = openBench();
  assertEquals(await service.answer({ ...BODY, party: ["u2"], pings: { a: 1 } }), FOUND);
  const [order] = orders;
  assertEquals(order && { ...order, mode: order.mode.name }, {
    accountId: "u1",
    playerId: "Player One",
    mode: "duel",
    pings: new Map([["a", 1]]),
    explain: false,
    party: ["u2"],
  });
});

Deno.test("FindService refuses who does not prove it, counted by reason", async () => {
  const { service, orders, counts } = openBench();
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ jwt_token: "over" }, "invalid_token"],
    [{ jwt_token: "unchecked" }, "unavailable"],
    [{ user_id: "u2" }, "user_mismatch"],
    [{ jwt_token: undefined }, "missing_token"],
    [{ game_mode: "chess" }, "unknown_mode"],
  ];
  for (const [change, code] of cases) {
    const reply = await service.answer({ ...BODY, ...change });
    assertEquals(reply.ok ? "ok" : reply.code, code);
  }
  assertEquals(orders, []);
  assertEquals(counts.finds.invalid_token.value, 1);
  assertEquals(counts.finds.user_mismatch.value, 1);
});

Deno.test("FindService has so many requests in hand at most", async () => {
  const gate = Promise.withResolvers<FindReply>();
  const { service } = openBench(() => gate.promise);
  const waiting = Array.from({ length: FINDS_IN_HAND_MAX }, () => service.answer(BODY));
  const refused = await service.answer(BODY);
  assertEquals(refused.ok ? "ok" : refused.code, "unavailable");
  gate.resolve(FOUND);
  assertEquals((await Promise.all(waiting)).every((reply) => reply.ok), true);
  assertEquals(await service.answer(BODY), FOUND);
});

Deno.test("The matchmaker's Rpc answers find and nothing else", async () => {
  const { service } = openBench();
  const answer = answerServices(service);
  assertEquals(await answer({ method: "find", ...BODY }), FOUND);
  for (const request of [null, [], {}, { method: "drop" }, BODY]) {
    assertEquals(await answer(request), {
      ok: false,
      code: "invalid_request",
      message: "Unknown or missing method",
    });
  }
});

Deno.test("The matchmaker's metrics have a value for every outcome", async () => {
  const { service, metrics } = openBench();
  await service.answer({ ...BODY, game_mode: "chess" });
  const text = await metrics.text();
  for (
    const line of [
      'matchmaker_finds_total{outcome="unknown_mode"} 1',
      'matchmaker_finds_total{outcome="new_match"} 0',
      'matchmaker_prepare_failures_total{reason="unreachable"} 0',
      "matchmaker_servers_count 2",
      "matchmaker_open_matches_count 3",
    ]
  ) assertEquals(text.includes(`${line}\n`), true, line);
});
