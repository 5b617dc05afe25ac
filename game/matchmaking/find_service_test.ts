import { assertEquals } from "@std/assert";
import type { TokenVerdict } from "../../core/auth/token_verifier.ts";
import type { JsonObject } from "../../core/json.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import type { FindReply } from "../../core/protocol/matchmaking_messages.ts";
import { FINDS_IN_HAND_MAX, FindService } from "./find_service.ts";
import type { PlaceResult } from "./match_order.ts";
import type { FindOrder } from "./matchmaker.ts";
import { openMatchmakerMetrics } from "./matchmaker_metrics.ts";
import { answerServices } from "./rpc_endpoint.ts";
import type { SearchOrder } from "./search.ts";
import { DEFAULT_MODES } from "./search_modes.ts";

const BODY = { method: "find", user_id: "u1", game_mode: "team", jwt_token: "good" };
const PLACE = { match_id: "m1", websocket_url: "ws://h/ws", udp: { host: "h", port: 1 } };
const PLACED: PlaceResult = { ok: true, kind: "new_match", place: PLACE };
const SEARCHING: FindReply = {
  ok: true,
  search: {
    search_id: "s1",
    state: "waiting",
    game_mode: "ranked_duel",
    waited_ms: 0,
    party_size: 1,
    party_accepted: 1,
  },
};
const VERDICTS: Readonly<Record<string, TokenVerdict>> = {
  good: { ok: true, accountId: "u1", username: "Player One", sessionId: "s", expiresAtS: 9e9 },
  unchecked: { ok: false, reason: "keys_unavailable" },
};

interface Bench {
  readonly service: FindService;
  /** Matches asked for at once. */
  readonly finds: FindOrder[];
  /** Searches that were started. */
  readonly starts: SearchOrder[];
  /** Searches that were asked about or stopped, and by whom; all of an account's are "". */
  readonly asked: (readonly [string, string, string])[];
  readonly counts: ReturnType<typeof openMatchmakerMetrics>;
  readonly metrics: Metrics;
}

function openBench(find: () => Promise<PlaceResult> = () => Promise.resolve(PLACED)): Bench {
  const finds: FindOrder[] = [];
  const starts: SearchOrder[] = [];
  const asked: (readonly [string, string, string])[] = [];
  const metrics = new Metrics({ process: false });
  const counts = openMatchmakerMetrics(metrics, {
    servers: () => 2,
    openMatches: () => 3,
    searches: () => 4,
    isLeader: () => true,
  });
  const service = new FindService({
    verifier: {
      verify: (token) => Promise.resolve(VERDICTS[token] ?? { ok: false, reason: "expired" }),
    },
    matchmaker: {
      find: (order) => {
        finds.push(order);
        return find();
      },
      admit: (place, { accountId, playerId }) =>
        Promise.resolve({ ok: true, found: { ...place, token: `${accountId} as ${playerId}` } }),
    },
    searches: {
      start: (order) => {
        starts.push(order);
        return Promise.resolve(SEARCHING);
      },
      poll: (id, accountId) => {
        asked.push(["poll", id, accountId]);
        return Promise.resolve(SEARCHING);
      },
      stop: (id, accountId) => {
        asked.push(["stop", id, accountId]);
        return SEARCHING;
      },
      stopFor: (accountId) => {
        asked.push(["stop", "", accountId]);
      },
    },
    modes: DEFAULT_MODES,
    locate: ({ ip, region }) =>
      ip === "10.0.0.1" && region === "RU-SPE" ? { latitude: 60, longitude: 30 } : undefined,
    clock: new ManualClock(),
    metrics: counts,
  });
  return { service, finds, starts, asked, counts, metrics };
}

const FOUND: FindReply = { ok: true, found: { ...PLACE, token: "u1 as Player One" } };

Deno.test("FindService finds for the account that the token proves, and under its name", async () => {
  const { service, finds, starts, counts } = openBench();
  const request = { ...BODY, pings: { a: 1 }, ip: "10.0.0.1", region: "RU-SPE" };
  assertEquals(await service.answer(request), FOUND);
  assertEquals(finds.map((order) => ({ ...order, mode: order.mode.name })), [{
    accounts: ["u1"],
    mode: "team",
    travellers: [{ pings: new Map([["a", 1]]), position: { latitude: 60, longitude: 30 } }],
    explain: false,
  }]);
  assertEquals(starts, []);
  assertEquals(counts.finds.new_match.value, 1);
});

Deno.test("FindService lets nobody who is given a match at once wait for another", async () => {
  const { service, asked } = openBench(() => {
    assertEquals(asked, [["stop", "", "u1"]]);
    return Promise.resolve(PLACED);
  });
  for (const change of [{ game_mode: "chess" }, { jwt_token: "over" }, { user_id: "u2" }]) {
    await service.answer({ ...BODY, ...change });
  }
  assertEquals(asked, []);
  assertEquals(await service.answer(BODY), FOUND);
  assertEquals(asked.length, 1);
});

Deno.test("FindService has who comes with others, or by skill, wait", async () => {
  const { service, finds, starts, counts } = openBench();
  const requests = [{ party: ["u2"], party_id: "p" }, { game_mode: "ranked_duel" }];
  for (const request of requests) {
    assertEquals(await service.answer({ ...BODY, ...request }), SEARCHING);
  }
  assertEquals(finds, []);
  assertEquals(starts.map(({ members, partyId, mode }) => [members, partyId, mode.name]), [
    [["u1", "u2"], "p", "team"],
    [["u1"], "", "ranked_duel"],
  ]);
  assertEquals(counts.finds.searching.value, 2);
});

Deno.test("FindService asks about a search and stops it for the account that the token proves", async () => {
  const { service, asked } = openBench();
  const about = { search_id: "s1", jwt_token: "good" };
  await service.answer({ method: "search", ...about });
  await service.answer({ method: "stop_search", ...about });
  assertEquals(asked, [["poll", "s1", "u1"], ["stop", "s1", "u1"]]);
  for (const [jwt_token, code] of [["over", "invalid_token"], [undefined, "missing_token"]]) {
    const reply = await service.answer({ method: "search", search_id: "s1", jwt_token });
    assertEquals(reply.ok ? "ok" : reply.code, code);
  }
});

Deno.test("FindService refuses who does not prove it, counted by reason", async () => {
  const { service, finds, counts } = openBench();
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
  assertEquals(finds, []);
  assertEquals(counts.finds.invalid_token.value, 1);
  assertEquals(counts.finds.user_mismatch.value, 1);
});

Deno.test("FindService has so many requests in hand at most", async () => {
  const gate = Promise.withResolvers<PlaceResult>();
  const { service } = openBench(() => gate.promise);
  const waiting = Array.from({ length: FINDS_IN_HAND_MAX }, () => service.answer(BODY));
  const refused = await service.answer(BODY);
  assertEquals(refused.ok ? "ok" : refused.code, "unavailable");
  gate.resolve(PLACED);
  assertEquals((await Promise.all(waiting)).every((reply) => reply.ok), true);
  assertEquals(await service.answer(BODY), FOUND);
});

Deno.test("The matchmaker's Rpc answers its methods and nothing else", async () => {
  const { service } = openBench();
  const answer = answerServices((request) => service.answer(request));
  assertEquals<unknown>(await answer(BODY), FOUND);
  for (const request of [null, [], {}, { method: "drop" }, { ...BODY, method: undefined }]) {
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
      'matchmaker_search_ends_total{end="abandoned"} 0',
      "matchmaker_servers_count 2",
      "matchmaker_open_matches_count 3",
      "matchmaker_searches_count 4",
      "matchmaker_leads 1",
    ]
  ) assertEquals(text.includes(`${line}\n`), true, line);
});
