import { assertEquals } from "@std/assert";
import { SessionPlayers } from "./session_players.ts";
import { openTestSessions } from "./testing.ts";

Deno.test("SessionPlayers leaves a list as it was while somebody goes through it", () => {
  const { seat } = openTestSessions();
  const players = new SessionPlayers();
  for (const id of ["ann", "bob", "cid"]) players.set(id, seat(id));
  const seen: string[] = [];
  for (const { playerId } of players.list) {
    seen.push(playerId);
    players.delete(playerId);
  }
  assertEquals(seen, ["ann", "bob", "cid"]);
  assertEquals(players.list, []);
});

Deno.test("SessionPlayers lists whom it has, in the map's order", () => {
  const { seat } = openTestSessions();
  const [ann, bob, cid] = [seat("ann"), seat("bob"), seat("cid")];
  const players = new SessionPlayers();
  const check = (...expected: unknown[]): void => {
    assertEquals(players.list, [...players.values()]);
    assertEquals(players.list.map(({ playerId }) => playerId), expected);
  };
  check();
  players.set("ann", ann).set("bob", bob).set("cid", cid);
  check("ann", "bob", "cid");
  players.set("bob", { ...bob, playerId: "other" });
  check("ann", "other", "cid");
  assertEquals([players.delete("ann"), players.delete("ann")], [true, false]);
  check("other", "cid");
  players.set("ann", ann);
  check("other", "cid", "ann");
  players.clear();
  check();
});
