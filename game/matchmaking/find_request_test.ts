import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { MODE_NAMES, tryMode } from "../simulation/rules.ts";
import { parseFindRequest, placesOf } from "./find_request.ts";

const BODY = { user_id: "u1", game_mode: "duel", jwt_token: "t" };

function refusalOf(fields: JsonObject): string {
  const parsed = parseFindRequest(fields);
  return parsed.ok ? "none" : `${parsed.code}: ${parsed.message}`;
}

Deno.test("parseFindRequest reads what a player asks for", () => {
  const plain = parseFindRequest(BODY);
  assertEquals(plain.ok && { ...plain.request, mode: plain.request.mode.name }, {
    userId: "u1",
    mode: "duel",
    token: "t",
    pings: new Map(),
    explain: false,
    party: [],
  });
  const whole = parseFindRequest({
    ...BODY,
    pings: { "RU-SPE": 18.5, "__proto__x": 0 },
    explain: true,
    party: ["u2", "u1", "u2"],
    added_later: 1,
  });
  assertEquals(whole.ok && [whole.request.pings, whole.request.explain, whole.request.party], [
    new Map([["RU-SPE", 18.5], ["__proto__x", 0]]),
    true,
    ["u2"],
  ]);
});

Deno.test("parseFindRequest takes the token of the header where the body has none", () => {
  const { jwt_token: _token, ...body } = BODY;
  const parsed = parseFindRequest(body, "header");
  assertEquals(parsed.ok && parsed.request.token, "header");
  const both = parseFindRequest(BODY, "header");
  assertEquals(both.ok && both.request.token, "t");
  assertEquals(refusalOf(body), "missing_token: No token in jwt_token or header");
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
    [{ party: ["u2", "u3"] }, "party_too_large: A match of this mode has 2 places"],
  ];
  for (const [change, refusal] of cases) {
    assertEquals(refusalOf({ ...BODY, ...change }), refusal, JSON.stringify(change).slice(0, 80));
  }
});

Deno.test("A match has a place for every tank, less those of the bots", () => {
  const places = MODE_NAMES.map((name) => {
    const mode = tryMode(name);
    return [name, mode && placesOf(mode)];
  });
  assertEquals(Object.fromEntries(places), {
    team: 10,
    ffa: 10,
    pve_heist: 5,
    duel: 2,
    steppe_war: 100,
  });
});
