import { assert, assertEquals } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import type { GameSession } from "./game_session.ts";
import { SPECTATOR_MS, Spectators, SPECTATORS_PER_MATCH_MAX } from "./spectators.ts";
import { openTestLink, openTestSessions, type TestSessions } from "./testing.ts";

interface Bench extends TestSessions {
  readonly spectators: Spectators;
  readonly session: GameSession;
  /** What was sent to those who watch. */
  readonly seen: string[];
}

/** A match with one player, who is sent no states. */
function openBench(): Bench {
  const test = openTestSessions();
  const { clock, sessions, seat } = test;
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const spectators = new Spectators({ pubSub, clock, tickRate: 30 });
  sessions.watch(spectators);
  const { match } = seat("a", openTestLink("a", { wantsState: false }));
  const session = sessions.findSession(match.id);
  if (session === undefined) throw new Error("no session");
  const seen: string[] = [];
  pubSub.subscribe(`match.${match.id}.spectate`, ({ payload }) => void seen.push(payload));
  return { ...test, spectators, session, seen };
}

Deno.test("Spectators are sent whole states while they say that they watch, and nothing after", async () => {
  const { clock, spectators, session, seen } = openBench();
  await clock.advance(1_000);
  assertEquals([seen.length, session.match.snapshots.newest], [0, undefined]);
  const outcome = spectators.watch(session, "w");
  assert(outcome.ok);
  assertEquals(Object(outcome.about.arena).name, "crossroads");
  assertEquals(Object.values(Object(outcome.about.players)), ["a"]);
  await clock.advance(1_000);
  // 15 a second, as a player is sent them.
  assert(seen.length >= 14 && seen.length <= 16, String(seen.length));
  const state = JSON.parse(seen[0]?.slice(1) ?? "");
  assertEquals([seen[0]?.[0], state.type, state.base], ["s", "WORLD_STATE", null]);
  assertEquals(state.tanks.length, 1);
  // Said again in time it goes on.
  await clock.advance(SPECTATOR_MS - 1_500);
  spectators.watch(session, "w");
  await clock.advance(1_500);
  assertEquals(spectators.countOf(session), 1);
  await clock.advance(SPECTATOR_MS);
  assertEquals([spectators.countOf(session), session.audience], [0, undefined]);
  const { length } = seen;
  await clock.advance(2_000);
  assertEquals(seen.length, length);
});

Deno.test("Spectators are so many a match, however often each of them asks", () => {
  const { spectators, session } = openBench();
  for (let turn = 0; turn < 2; turn++) {
    for (let index = 0; index < SPECTATORS_PER_MATCH_MAX; index++) {
      assert(spectators.watch(session, `w${index}`).ok);
    }
  }
  assertEquals(spectators.watch(session, "one more"), { ok: false, reason: "full" });
});

Deno.test("Spectators are told that a match has ended, and why", async () => {
  const { clock, sessions, spectators, session, seen } = openBench();
  spectators.watch(session, "w");
  sessions.leave("a", "left");
  await clock.advance(0);
  assertEquals(JSON.parse(seen.at(-1)?.slice(1) ?? "").reason, "empty");
  assertEquals(spectators.countOf(session), 0);
});

Deno.test("Spectators of a match that moves are told nothing: they find it", async () => {
  const { clock, sessions, spectators, session, seen } = openBench();
  spectators.watch(session, "w");
  sessions.release(session, undefined);
  await clock.advance(1_000);
  assertEquals(seen.filter((payload) => payload.startsWith("n")), []);
});
