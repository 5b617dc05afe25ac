import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeLiveStatus } from "../live_status.ts";
import { DEFAULT_STATUS } from "../status.ts";
import { gameServer, liveWith } from "../live_fixture.ts";
import { makeHeadline } from "./headline.ts";

const NOBODY = makeLiveStatus([], { updatedAtS: 1 });

Deno.test("makeHeadline says what a visitor wants to know first", () => {
  const open = { ...DEFAULT_STATUS, updated_at: 1 };
  const cases = [
    [makeHeadline({ ...open, live: liveWith(1) }, "cache"), "open"],
    [makeHeadline({ ...open, live: null }, "database"), "open"],
    [makeHeadline({ ...open, live: NOBODY }, "cache"), "away"],
    [makeHeadline({ ...open, server_status: 0, live: NOBODY }, "cache"), "closed"],
    [makeHeadline({ ...open, server_status: 0, live: liveWith(1) }, "stale"), "closed"],
    [makeHeadline(DEFAULT_STATUS, "default"), "unknown"],
    [makeHeadline({ ...DEFAULT_STATUS, live: liveWith(1) }, "default"), "open"],
  ] as const;
  for (const [headline, state] of cases) assertEquals(headline.state, state);
});

Deno.test("makeHeadline counts the game servers", () => {
  const two = makeLiveStatus([gameServer({ serverId: "a" }), gameServer({ serverId: "b" })], {
    updatedAtS: 1,
  });
  assertStringIncludes(makeHeadline({ ...DEFAULT_STATUS, live: two }, "cache").detail, "2 game");
});
