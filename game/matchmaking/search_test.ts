import { assert, assertEquals } from "@std/assert";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { encodeSearch, type Search, tryParseSearch } from "./search.ts";
import { DEFAULT_MODES } from "./search_modes.ts";
import { testMode } from "./testing.ts";

const NOW_MS = 9_000;
const READING = { modes: DEFAULT_MODES, nowMs: NOW_MS };

function openSearch(more: Partial<Search> = {}): Search {
  return {
    id: "s1",
    order: {
      accountId: "a",
      playerId: "ann",
      mode: testMode("ranked_duel"),
      traveller: {
        pings: new Map([["RU-SPE", 18]]),
        position: { latitude: 59.9, longitude: 30.3 },
      },
      members: ["a", "b"],
      partyId: "party",
      explain: true,
    },
    rating: 1_512.5,
    startedAtMs: 1_000,
    state: { kind: "waiting" },
    askedAtMs: NOW_MS,
    endedAtMs: undefined,
    ...more,
  };
}

function fieldsOf(search: Search): JsonObject {
  const fields = tryJsonObject(JSON.parse(encodeSearch(search)));
  assert(fields !== undefined);
  return fields;
}

Deno.test("A search that another matchmaker kept goes on as it stood", () => {
  const waiting = openSearch();
  const order = { ...waiting.order, traveller: { pings: new Map<string, number>() } };
  const place = { match_id: "m1", websocket_url: "ws://g/ws", udp: { host: "g", port: 9_999 } };
  const searches = [
    waiting,
    openSearch({ order, rating: 0, startedAtMs: 0 }),
    openSearch({ state: { kind: "found", place }, endedAtMs: 2_000 }),
  ];
  for (const search of searches) {
    assertEquals(tryParseSearch(encodeSearch(search), READING), search);
  }
});

Deno.test("What is no search, or over without a match, or of a mode that is no more, is left out", () => {
  const failed = openSearch({ state: { kind: "failed", code: "no_opponents" }, endedAtMs: 2_000 });
  assertEquals(tryParseSearch(encodeSearch(failed), READING), undefined);
  const good = fieldsOf(openSearch());
  const bad: readonly JsonObject[] = [
    { mode: "gone" },
    { mode: 7 },
    { id: 7 },
    { account_id: null },
    { player_id: null },
    { party_id: null },
    { members: [] },
    { members: ["a", 7] },
    { members: "a" },
    { rating: "good" },
    { started_at_ms: null },
  ];
  for (const change of bad) {
    const text = JSON.stringify({ ...good, ...change });
    assertEquals(tryParseSearch(text, READING), undefined, text);
  }
  for (const text of ["", "[]", "null", "{}", "{"]) {
    assertEquals(tryParseSearch(text, READING), undefined, text);
  }
});
