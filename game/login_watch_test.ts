import { assertEquals } from "@std/assert";
import { revokedKey } from "../core/auth/revocation.ts";
import { silentLog } from "../core/log.ts";
import type { ManualClock } from "../core/manual_clock.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { openTestEndpoint } from "./binary/testing.ts";
import { endedLoginCheck } from "./ended_logins.ts";
import { LOGIN_WATCH_MS, LoginWatch } from "./login_watch.ts";
import { openTestLink, openTestSessions, type TestSessions } from "./testing.ts";

interface Bench extends TestSessions {
  readonly kvStore: MemoryKvStore;
  readonly watch: LoginWatch;
  /** Lets somebody play by a login; gives what they are told of being taken out. */
  play(playerId: string, authSessionId: string | undefined): string[];
  readonly names: () => string[];
}

function openBench(): Bench {
  const test = openTestSessions();
  const { sessions, clock } = test;
  const kvStore = new MemoryKvStore({ clock });
  const isEnded = endedLoginCheck({ kvStore, log: silentLog });
  return {
    ...test,
    kvStore,
    watch: new LoginWatch({ sessions, isEnded, clock }),
    play: (playerId, authSessionId) => {
      const told: string[] = [];
      sessions.join({
        ...{ playerId, accountId: `account-${playerId}`, authSessionId, mode: undefined },
        matchId: undefined,
        link: {
          ...openTestLink(playerId),
          tellKicked: (matchId) => void told.push(matchId),
          silenceMs: 600_000,
        },
      });
      return told;
    },
    names: () => sessions.sessionList.flatMap(({ players }) => [...players.keys()]),
  };
}

async function advance(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) await clock.advance(Math.min(50, left));
}

Deno.test("LoginWatch takes who plays by an ended login out of the match, and nobody else", async () => {
  const { play, names, kvStore, clock, eventsOf, sessions, watch } = openBench();
  const told = [play("ann", "s-ann"), play("bob", "s-bob"), play("guest", undefined)];
  const [match] = sessions.sessionList;
  await advance(clock, 7_000);
  assertEquals(names(), ["ann", "bob", "guest"]);
  await kvStore.set(revokedKey("s-ann"), "1");
  await advance(clock, LOGIN_WATCH_MS + 500);
  assertEquals(names(), ["bob", "guest"]);
  assertEquals(told, [[match?.id], [], []]);
  assertEquals(eventsOf("player_left_session").map(({ reason }) => reason), ["kicked"]);
  // The same account may come back by another login.
  play("ann", "s-ann-2");
  await advance(clock, 2 * LOGIN_WATCH_MS);
  assertEquals(names().toSorted(), ["ann", "bob", "guest"]);
  await watch.close();
});

Deno.test("LoginWatch asks of the login that came in last", async () => {
  const { play, names, kvStore, clock, watch } = openBench();
  play("ann", "s-1");
  play("ann", "s-2");
  await kvStore.set(revokedKey("s-1"), "1");
  await advance(clock, 2 * LOGIN_WATCH_MS);
  assertEquals(names(), ["ann"]);
  await kvStore.set(revokedKey("s-2"), "1");
  await advance(clock, LOGIN_WATCH_MS + 500);
  assertEquals(names(), []);
  await watch.close();
});

Deno.test("LoginWatch leaves who has come back by another login while it asked", async () => {
  const { play, names, clock, sessions, watch } = openBench();
  await watch.close();
  const ended = Promise.withResolvers<boolean>();
  const slow = new LoginWatch({ sessions, clock, isEnded: () => ended.promise });
  play("ann", "s-1");
  await advance(clock, LOGIN_WATCH_MS + 500);
  play("ann", "s-2");
  ended.resolve(true);
  await slow.close();
  assertEquals(names(), ["ann"]);
});

Deno.test("LoginWatch lets everybody play on while the store is away", async () => {
  const { play, names, kvStore, clock, watch } = openBench();
  play("ann", "s-ann");
  await kvStore.close();
  await advance(clock, 3 * LOGIN_WATCH_MS);
  assertEquals(names(), ["ann"]);
  await watch.close();
});

Deno.test("LoginWatch takes out who plays in the binary protocol, whose resume token ends too", async () => {
  const test = openTestEndpoint({
    checkToken: () =>
      Promise.resolve({
        ...{ accountId: "account-ann", playerId: "ann", authSessionId: "s-ann" },
        matchId: undefined,
      }),
  });
  const { sessions, clock } = test.game;
  const client = await test.play("ann", { credential: { kind: "token", token: "t" } });
  const token = sessions.find("ann")?.resumeToken ?? "";
  assertEquals(sessions.findByResumeToken(token)?.authSessionId, "s-ann");
  const watch = new LoginWatch({
    sessions,
    clock,
    isEnded: (id) => Promise.resolve(id === "s-ann"),
  });
  await test.run(LOGIN_WATCH_MS + 500);
  assertEquals([sessions.playerCount, sessions.findByResumeToken(token)], [0, undefined]);
  assertEquals(client.core.state.kind, "ended");
  await watch.close();
});
