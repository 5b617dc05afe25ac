import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { parseFindRequest } from "./find_request.ts";
import { DEFAULT_MODES as modes } from "./search_modes.ts";

const BODY = { user_id: "u1", game_mode: "duel", jwt_token: "t" };

function refusalOf(fields: JsonObject): string {
  const parsed = parseFindRequest(fields, { modes });
  return parsed.ok ? "none" : `${parsed.code}: ${parsed.message}`;
}

Deno.test("parseFindRequest reads what a player asks for", () => {
  const plain = parseFindRequest(BODY, { modes });
  assertEquals(plain.ok && { ...plain.request, mode: plain.request.mode.name }, {
    userId: "u1",
    mode: "duel",
    token: "t",
    pings: new Map(),
    region: undefined,
    explain: false,
    party: [],
    partyId: "",
  });
  const whole = parseFindRequest({
    ...BODY,
    pings: { "RU-SPE": 18.5, "__proto__x": 0 },
    explain: true,
    party: ["u2", "u1", "u2"],
    party_id: "friends",
    region: "RU-SPE",
    game_mode: "team",
    added_later: 1,
  }, { modes });
  assertEquals(whole.ok && [whole.request.pings, whole.request.explain, whole.request.party], [
    new Map([["RU-SPE", 18.5], ["__proto__x", 0]]),
    true,
    ["u2"],
  ]);
  assertEquals(whole.ok && [whole.request.partyId, whole.request.region], ["friends", "RU-SPE"]);
});

Deno.test("parseFindRequest names the field that is wrong", () => {
  const many = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `u${index}`);
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ user_id: undefined }, "invalid_request: Invalid user_id"],
    [{ user_id: "" }, "invalid_request: Invalid user_id"],
    [{ user_id: "x".repeat(129) }, "invalid_request: Invalid user_id"],
    [{ jwt_token: 7 }, "invalid_request: Invalid jwt_token"],
    [{ game_mode: undefined }, "invalid_request: Invalid game_mode"],
    [{ game_mode: "toString" }, "unknown_mode: Unknown game_mode"],
    [{ explain: "yes" }, "invalid_request: Invalid explain"],
    [{ pings: [] }, "invalid_request: Invalid pings"],
    [{ pings: { a: -1 } }, "invalid_request: Invalid pings"],
    [{ pings: { a: null } }, "invalid_request: Invalid pings"],
    [{ pings: { a: 60_001 } }, "invalid_request: Invalid pings"],
    [{ pings: { "": 1 } }, "invalid_request: Invalid pings"],
    [
      { pings: Object.fromEntries(many(65).map((id) => [id, 1])) },
      "invalid_request: Invalid pings",
    ],
    [{ party: "u2" }, "invalid_request: Invalid party"],
    [{ party: [7] }, "invalid_request: Invalid party"],
    [{ party: many(101) }, "invalid_request: Invalid party"],
    [{ party: ["u2"] }, "party_too_large: A party of this mode has 1 members at most"],
    [{ party_id: 7 }, "invalid_request: Invalid party_id"],
    [{ region: "" }, "invalid_request: Invalid region"],
    [{ jwt_token: undefined }, "missing_token: No token in jwt_token or header"],
  ];
  for (const [change, refusal] of cases) {
    assertEquals(refusalOf({ ...BODY, ...change }), refusal, JSON.stringify(change).slice(0, 80));
  }
});
