import { assertEquals } from "@std/assert";
import { EPOCH_OVER } from "./match_lease.ts";
import {
  matchCheckpointKey,
  matchEpochKey,
  OWNED_MATCHES_KEY,
} from "../core/protocol/match_owner.ts";
import { CutPorts } from "../tests/clients/cut_ports.ts";
import { openMatch, ownerOf, type SharedPorts, survivalServers } from "./survival_testing.ts";

const openServer = survivalServers((shared) => new CutPorts(shared));

/** What no server of this release can read. */
const FOREIGN = '{"version":99}';

/** Lists a match as one that had an owner once; `epoch` undefined: nothing else is known of it. */
async function listMatch(
  { kvStore }: SharedPorts,
  matchId: string,
  about: { readonly epoch?: string; readonly checkpoint?: string; readonly ttlMs?: number } = {},
): Promise<void> {
  const { epoch, checkpoint, ttlMs = 600_000 } = about;
  await kvStore.sortedSetAdd(OWNED_MATCHES_KEY, matchId, 1);
  if (epoch !== undefined) await kvStore.set(matchEpochKey(matchId), epoch);
  if (checkpoint === undefined) return;
  await kvStore.set(matchCheckpointKey(matchId, Number(epoch)), checkpoint, { ttlMs });
}

async function listedIn({ kvStore }: SharedPorts): Promise<string[]> {
  const all = { min: 0, max: Number.MAX_SAFE_INTEGER, limit: 1_000 };
  return (await kvStore.sortedSetRange(OWNED_MATCHES_KEY, all)).map(({ member }) => member);
}

for (const badCount of [64, 300]) {
  Deno.test(`A match goes on behind ${badCount} that no server can read`, async () => {
    const { server: one, shared } = openServer("one");
    const { server: two } = openServer("two", { game: one, shared });
    for (let index = 0; index < badCount; index++) {
      await listMatch(shared, `bad-${index}`, { epoch: "1", checkpoint: FOREIGN });
    }
    await one.clock.advance(30_000);
    const session = await openMatch(one);
    one.ports.cut(true);
    await one.clock.advance(6_000);
    assertEquals(await ownerOf(shared, session), "two 2");
    assertEquals([two.sessions.sessionCount, two.warnings], [1, []]);
  });
}

Deno.test("A match goes on in the look in which others are found to be bad", async () => {
  const { server: one, shared } = openServer("one");
  const session = await openMatch(one);
  one.ports.cut(true);
  for (let index = 0; index < 60; index++) {
    await listMatch(shared, `bad-${index}`, { epoch: "1", checkpoint: FOREIGN });
  }
  openServer("two", { game: one, shared });
  await one.clock.advance(6_000);
  assertEquals(await ownerOf(shared, session), "two 2");
});

Deno.test("A match goes on though the store says nothing of another", async () => {
  const { server: one, shared } = openServer("one");
  const session = await openMatch(one);
  one.ports.cut(true);
  await listMatch(shared, "odd");
  // A key that holds something else: to read it fails each time.
  await shared.kvStore.sortedSetAdd(matchEpochKey("odd"), "member", 1);
  openServer("two", { game: one, shared });
  await one.clock.advance(6_000);
  assertEquals(await ownerOf(shared, session), "two 2");
});

Deno.test("A match that nobody can read is lost when its checkpoint is gone, and one server says so", async () => {
  const { server: one, shared } = openServer("one");
  const { server: two } = openServer("two", { game: one, shared });
  await listMatch(shared, "bad", { epoch: "1", checkpoint: FOREIGN, ttlMs: 60_000 });
  await listMatch(shared, "worse", { epoch: "1", checkpoint: FOREIGN });
  await one.clock.advance(50_000);
  assertEquals(await listedIn(shared), ["bad", "worse"]);
  await one.clock.advance(90_000);
  assertEquals(await listedIn(shared), ["worse"]);
  assertEquals([...one.warnings, ...two.warnings], ["match_lost"]);
});

Deno.test("A match that could not be read goes on when it can be read", async () => {
  const { server: one, shared } = openServer("one");
  const session = await openMatch(one);
  const checkpoint = await shared.kvStore.get(matchCheckpointKey(session.id, 1)) ?? "";
  one.ports.cut(true);
  await shared.kvStore.set(matchCheckpointKey(session.id, 1), FOREIGN);
  openServer("two", { game: one, shared });
  await one.clock.advance(10_000);
  await shared.kvStore.set(matchCheckpointKey(session.id, 1), checkpoint);
  assertEquals(await ownerOf(shared, session), "nobody");
  await one.clock.advance(120_000);
  assertEquals(await ownerOf(shared, session), "two 2");
});

Deno.test("A match that is over and listed again is taken off the list, and is no loss", async () => {
  const { server: one, shared } = openServer("one");
  await listMatch(shared, "over", { epoch: EPOCH_OVER });
  await listMatch(shared, "never-saved", { epoch: "2" });
  await one.clock.advance(4_000);
  assertEquals([await listedIn(shared), one.warnings], [[], ["match_lost"]]);
});
