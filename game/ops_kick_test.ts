import { assertEquals } from "@std/assert";
import { kickPlayers } from "./ops_kick.ts";
import { openTestLink, openTestSessions } from "./testing.ts";

Deno.test("A player who is kicked is told, leaves, and does not come back into the match", () => {
  const { sessions, seat, eventsOf } = openTestSessions();
  const told: string[] = [];
  const link = { ...openTestLink("a"), tellKicked: (matchId: string) => void told.push(matchId) };
  const { match } = seat("a", link);
  seat("b");
  assertEquals(kickPlayers({ matchId: match.id, playerId: "a" }, sessions), { ok: true });
  assertEquals(told, [match.id]);
  assertEquals(sessions.find("a"), undefined);
  assertEquals(eventsOf("player_left_session").map(({ reason }) => reason), ["kicked"]);
  const request = { playerId: "a", accountId: undefined, mode: undefined, link };
  assertEquals(sessions.join({ ...request, matchId: match.id }), {
    kind: "refused",
    refusal: "match_not_found",
  });
  // Another match is open to the player, and this one to everybody else.
  const elsewhere = sessions.join({ ...request, matchId: undefined });
  assertEquals(elsewhere.kind === "joined" && elsewhere.player.match.id !== match.id, true);
  assertEquals(seat("c").match.id, match.id);
});

Deno.test("An account is kicked wherever it plays, under whatever name", () => {
  const { sessions, seat } = openTestSessions();
  seat("guest");
  const link = openTestLink("a");
  sessions.join({ playerId: "a", accountId: "acc", matchId: undefined, mode: "ffa", link });
  assertEquals(kickPlayers({ accountId: "acc" }, sessions), { ok: true });
  assertEquals([sessions.find("a"), sessions.find("guest")?.playerId], [undefined, "guest"]);
  assertEquals(kickPlayers({ accountId: "acc" }, sessions).ok, false);
});

Deno.test("Nobody is kicked from a match that the player is not in", () => {
  const { sessions, seat } = openTestSessions();
  seat("a");
  const refused = { ok: false, reason: "unknown_player" } as const;
  assertEquals(kickPlayers({ matchId: "other", playerId: "a" }, sessions), refused);
  assertEquals(kickPlayers({ matchId: "other", playerId: "b" }, sessions), refused);
  assertEquals(sessions.playerCount, 1);
});
