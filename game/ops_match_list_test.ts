import { assertEquals } from "@std/assert";
import { listMatches, PLAYERS_LISTED_MAX } from "./ops_match_list.ts";
import { openTestLink, openTestSessions } from "./testing.ts";

const all = { filter: undefined, spectatorsOf: () => 0 };

Deno.test("listMatches describes matches and players, the fullest first", () => {
  const { sessions, seat } = openTestSessions();
  const link = openTestLink("z");
  sessions.join({ playerId: "z", accountId: "acc", matchId: undefined, mode: "ffa", link });
  seat("a");
  seat("b");
  const { matches, isCut } = listMatches(sessions.sessionList, { ...all, spectatorsOf: () => 3 });
  assertEquals(isCut, false);
  assertEquals(matches.map(({ mode, players_count }) => [mode, players_count]), [
    ["team", 2],
    ["ffa", 1],
  ]);
  const { players, arena, over, spectators_count } = matches[1] ?? { players: [] };
  assertEquals([arena, over, spectators_count], ["crossroads", false, 3]);
  assertEquals<unknown>(players, [{
    player_id: "z",
    account_id: "acc",
    team: 1,
    score: 0,
    hp: 100,
    transport: "udp",
  }]);
});

Deno.test("listMatches finds by part of any name, in any case, and lists those who are meant first", () => {
  const { sessions, seat } = openTestSessions();
  const { match } = seat("alice");
  seat("Bob");
  const find = (filter: string): readonly (readonly string[])[] =>
    listMatches(sessions.sessionList, { ...all, filter }).matches
      .map(({ players }) => players.map(({ player_id }) => player_id));
  assertEquals(find("bOB"), [["Bob", "alice"]]);
  assertEquals(find(match.id), [["alice", "Bob"]]);
  assertEquals(find("TEAM"), [["alice", "Bob"]]);
  assertEquals(find("carol"), []);
});

Deno.test("listMatches leaves out what an answer has no room for, and says so", () => {
  const { sessions, seat } = openTestSessions();
  seat("a");
  const [session] = sessions.sessionList;
  if (session === undefined) throw new Error("no session");
  const many = Array.from({ length: 101 }, () => session);
  const { matches, isCut } = listMatches(many, all);
  assertEquals([matches.length, isCut], [100, true]);
  const [player] = session.players.values();
  for (let index = 0; player !== undefined && index < PLAYERS_LISTED_MAX + 5; index++) {
    session.players.set(`p${index}`, player);
  }
  const cut = listMatches([session], all);
  assertEquals([cut.matches[0]?.players.length, cut.isCut], [PLAYERS_LISTED_MAX, true]);
  assertEquals(cut.matches[0]?.players_count, PLAYERS_LISTED_MAX + 6);
});
