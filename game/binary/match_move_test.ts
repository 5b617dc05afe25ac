import { assert, assertEquals } from "@std/assert";
import { encodeCheckpoint, parseCheckpoint } from "../match_checkpoint.ts";
import type { TokenClaim } from "../message_handler.ts";
import { openTestEndpoint, type TestClient, type TestEndpoint } from "./testing.ts";

const FULL = { throttle: 1, turn: 0.25, turret: 0, fire: false };

/** Has the client's datagrams go to another server from now on, as if it were at the old one's address. */
function redirect(client: TestClient, { endpoint, game }: TestEndpoint): void {
  client.there = (datagram): void => endpoint.onDatagram(datagram, client.source);
  client.back = (): void => {};
  const { clock } = game;
  clock.every(1, () => {
    if (clock.monotonicMs() >= client.core.dueMs) client.core.advance(clock.monotonicMs());
    for (const datagram of client.core.takeDatagrams()) {
      endpoint.onDatagram(datagram, client.source);
    }
    client.events.push(...client.core.takeEvents());
  });
}

/** Gives the client what the server has sent, from `from` on; gives how much there is. */
function deliver(client: TestClient, server: TestEndpoint, from: number): number {
  const { clock } = server.game;
  for (const { bytes } of server.sent.slice(from)) client.core.receive(bytes, clock.monotonicMs());
  return server.sent.length;
}

function checkpointOf({ game }: TestEndpoint): ReturnType<typeof parseCheckpoint> {
  const [session] = game.sessions.sessionList;
  assert(session !== undefined);
  return parseCheckpoint(encodeCheckpoint(session));
}

Deno.test("A client whose server is gone resumes its tank where the match goes on", async () => {
  const first = openTestEndpoint();
  const client = await first.play("a");
  client.core.setInput(FULL);
  await first.run(1_000);
  const tankId = client.core.match?.tankId;
  const checkpoint = checkpointOf(first);
  client.there = (): void => {};
  client.back = (): void => {};
  const second = openTestEndpoint();
  const session = second.game.sessions.restore(checkpoint, 2);
  // The clock of the one goes on where that of the other stands.
  await second.run(first.game.clock.monotonicMs());
  redirect(client, second);
  let delivered = 0;
  for (let step = 0; step < 1_600; step++) {
    await second.run(5);
    delivered = deliver(client, second, delivered);
  }
  assertEquals(client.core.state.kind, "playing");
  assertEquals([client.core.match?.tankId, client.core.match?.isResumed], [tankId, true]);
  const [player] = session.players.values();
  assert(player !== undefined && player.link.ticked !== undefined);
  const saved = checkpoint.players[0]?.inputSeq ?? 0;
  assert(saved > 0 && player.link.ticked.inputSeq > saved, `${player.link.ticked.inputSeq}`);
});

Deno.test("A match that goes where clients cannot be told leaves nobody behind", async () => {
  const test = openTestEndpoint();
  const clients = [await test.play("a"), await test.play("b")];
  const { sessions, pool } = test.game;
  const [session] = sessions.sessionList;
  assert(session !== undefined);
  sessions.release(session, { host: "h".repeat(129), port: 9 });
  await test.run(100);
  const ended = { kind: "ended", reason: "server_stopping", retryAfterMs: 0 } as const;
  assertEquals(clients.map(({ core }) => core.state), [ended, ended]);
  assertEquals([sessions.sessionCount, sessions.playerCount, pool.inUse], [0, 0, 0]);
});

Deno.test("A client whose match is handed over is told where, and comes in with what it was told", async () => {
  const first = openTestEndpoint();
  const client = await first.play("a");
  const tankId = client.core.match?.tankId;
  const checkpoint = checkpointOf(first);
  const [session] = first.game.sessions.sessionList;
  assert(session !== undefined);
  first.game.sessions.release(session, { host: "192.0.2.9", port: 9 });
  await first.run(100);
  assertEquals(client.core.state, { kind: "ended", reason: "moved", retryAfterMs: 0 });
  const moved = client.events.flatMap((event) => event.kind === "moved" ? [event.to] : []);
  assertEquals(moved.map(({ host, port, matchId }) => [host, port, matchId]), [
    ["192.0.2.9", 9, session.id],
  ]);
  const second: TestEndpoint = openTestEndpoint({
    allowGuests: false,
    checkToken: (token): Promise<TokenClaim | undefined> => {
      const player = second.game.sessions.findByResumeToken(token);
      if (player === undefined) return Promise.resolve(undefined);
      const { playerId, accountId, match } = player;
      return Promise.resolve({ playerId, accountId, matchId: match.id, resumes: true });
    },
  });
  second.game.sessions.restore(checkpoint, 2);
  const token = moved[0]?.token ?? "";
  const again = await second.play("a", {
    credential: { kind: "token", token },
    matchId: session.id,
  });
  assertEquals([again.core.match?.tankId, again.core.match?.isResumed], [tankId, true]);
});
