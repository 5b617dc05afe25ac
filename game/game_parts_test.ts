import { assertEquals } from "@std/assert";
import { revokedKey } from "../core/auth/revocation.ts";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { Health } from "../core/health.ts";
import { Metrics } from "../core/metrics.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../core/ports/memory_rpc.ts";
import { MemoryWorkQueue } from "../core/ports/memory_work_queue.ts";
import { SqliteEventLog } from "../core/ports/sqlite_event_log.ts";
import { issueTicket } from "../core/protocol/match_ticket.ts";
import { parseGameConfig } from "./config.ts";
import { type GameParts, openGameParts } from "./game_parts.ts";
import { openTestLink } from "./testing.ts";

const randomBytes = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size));
const PLACE = { matchId: "m", accountId: "account-ann", playerId: "ann" };

async function withParts(
  work: (parts: GameParts, kvStore: MemoryKvStore) => Promise<void>,
): Promise<void> {
  const clock = new ManualClock();
  const log = silentLog;
  const kvStore = new MemoryKvStore({ clock });
  const eventLog = new SqliteEventLog({ path: ":memory:", clock, log });
  const workQueue = new MemoryWorkQueue({ clock, log });
  const rpc = new MemoryRpc({ clock, log });
  const pubSub = new MemoryPubSub({ clock, log });
  const metrics = new Metrics({ process: false });
  const ports = { eventLog, workQueue, rpc, pubSub, kvStore };
  const config = parseGameConfig(new Map());
  try {
    await work(
      openGameParts(config, { log, clock, metrics, health: new Health(), ...ports }),
      kvStore,
    );
  } finally {
    for (const port of [eventLog, workQueue, rpc, pubSub, kvStore]) await port.close();
  }
}

Deno.test("A match token ends with the login that it was issued for", async () => {
  await withParts(async ({ checkToken }, kvStore) => {
    const issue = (authSessionId: string | undefined): Promise<string> =>
      issueTicket(kvStore, { ...PLACE, authSessionId }, { randomBytes });
    const [early, late, unknown] = [await issue("s-1"), await issue("s-1"), await issue(undefined)];
    assertEquals(await checkToken(early), { ...PLACE, authSessionId: "s-1" });
    await kvStore.set(revokedKey("s-1"), "1");
    assertEquals(await checkToken(late), undefined);
    // Of one from before logins were noted nobody knows.
    assertEquals(await checkToken(unknown), PLACE);
  });
});

Deno.test("A resume token ends with the login that brought the player in", async () => {
  await withParts(async ({ checkToken, sessions }, kvStore) => {
    const joined = sessions.join({
      ...{ playerId: "ann", accountId: "account-ann", authSessionId: "s-1" },
      ...{ matchId: undefined, mode: undefined, link: openTestLink("ann") },
    });
    if (joined.kind !== "joined") throw new Error(joined.kind);
    const { player } = joined;
    const token = `r.${"A".repeat(22)}`;
    sessions.setResumeToken(player, token);
    assertEquals(await checkToken(token), {
      playerId: "ann",
      accountId: "account-ann",
      authSessionId: "s-1",
      matchId: player.match.id,
      resumes: true,
    });
    await kvStore.set(revokedKey("s-1"), "1");
    assertEquals(await checkToken(token), undefined);
    sessions.close();
  });
});
