import { assert, assertEquals } from "@std/assert";
import type { ManualClock } from "../../core/manual_clock.ts";
import { AGREEMENT_KEY_BYTES, agreementKeysFrom } from "../../core/net/session_keys.ts";
import type { UdpSource } from "../../core/net/udp_source.ts";
import { Rng } from "../../core/rng.ts";
import { randomBytesOf } from "../client/testing.ts";
import type { TokenClaim } from "../message_handler.ts";
import { openTestSessions } from "../testing.ts";
import { HEADER_BYTES, newHeader } from "../wire/datagram.ts";
import { JOIN_BYTES, type JoinMessage, PUBLIC_KEY_BYTES } from "../wire/join_message.ts";
import type { BinaryConnection } from "./binary_connection.ts";
import { ConnectionTable } from "./connection_table.ts";
import { JoinDesk } from "./join_desk.ts";
import {
  type Carry,
  IGNORED_METRICS,
  openTestEndpoint,
  type TestClient,
  type TestEndpoint,
} from "./testing.ts";

/** Behind the version of a byte, the client's nonce of 8 and the challenge token of 16. */
const KEY_AT = HEADER_BYTES + 1 + 8 + 16;
const TOKEN = { kind: "token", token: "slow" } as const;

/** Opens clients that all join by a token that is being looked into. */
function joinMany(test: TestEndpoint, count: number): TestClient[] {
  return Array.from({ length: count }, (_, index) => {
    const client = test.open(`p${index}`, { credential: TOKEN, joinMs: 60_000 });
    client.core.join(test.game.clock.monotonicMs());
    return client;
  });
}

Deno.test("JoinDesk looks into a bounded number of joins at once, and counts the others", async () => {
  const test = openTestEndpoint({ checkToken: () => new Promise(() => {}), strangersBurst: 1e6 });
  joinMany(test, 1_030);
  await test.run(200);
  assertEquals(test.drops("joins_in_flight"), 6);
});

Deno.test("JoinDesk looks into one join once, however often it comes, and answers each copy", async () => {
  const claims: PromiseWithResolvers<TokenClaim>[] = [];
  const test = openTestEndpoint({
    checkToken: () => {
      const claim = Promise.withResolvers<TokenClaim>();
      claims.push(claim);
      return claim.promise;
    },
  });
  const [client] = joinMany(test, 1);
  await test.run(3_000);
  assertEquals(claims.length, 1, "JOIN was repeated meanwhile");
  claims[0]?.resolve({ accountId: "a", playerId: "p0", matchId: undefined });
  await test.run(100);
  assertEquals(client?.core.state.kind, "playing");
  assertEquals([test.connections.size, test.game.sessions.playerCount], [1, 1]);
});

Deno.test("JoinDesk counts a fault of ours, and lets the client try again", async () => {
  let calls = 0;
  const test = openTestEndpoint({
    checkToken: () => {
      if (++calls === 1) return Promise.reject(new Error("no key server"));
      return Promise.resolve({ accountId: "a", playerId: "p0", matchId: undefined });
    },
  });
  const [client] = joinMany(test, 1);
  await test.run(2_000);
  assertEquals([test.drops("handler_failed"), client?.core.state.kind], [1, "playing"]);
});

Deno.test("JoinDesk answers a copy of a join that it refused, for there may be room by then", async () => {
  const test = openTestEndpoint({ sessions: { sessionsMax: 0 } });
  const client = test.open("p0");
  let join: Uint8Array | undefined;
  const { there } = client;
  client.there = (datagram, deliver) => {
    if (datagram.length === 1_200) join = datagram;
    there(datagram, deliver);
  };
  client.core.join(0);
  await test.run(100);
  assert(join !== undefined);
  const before = test.sent.length;
  test.endpoint.onDatagram(join, client.source);
  await test.run(100);
  assertEquals(test.sent.length, before + 1);
});

Deno.test("JoinDesk forgets answers in time, and seats nobody twice all the same", async () => {
  const test = openTestEndpoint();
  const client = test.open("p0");
  let join: Uint8Array | undefined;
  const { there } = client;
  client.there = (datagram, deliver) => {
    if (datagram.length === 1_200) join = datagram;
    there(datagram, deliver);
  };
  client.core.join(0);
  await test.run(12_000);
  assert(join !== undefined);
  test.endpoint.onDatagram(join, client.source);
  await test.run(100);
  assertEquals([test.connections.size, test.game.sessions.playerCount], [1, 1]);
  assertEquals(client.core.state.kind, "playing");
});

Deno.test("JoinDesk forgets answers that have arrived, where there are many, to make room", async () => {
  const { desk, clock, join, hear } = openDesk();
  while (!desk.isFull) await join();
  await clock.advance(999);
  hear(100);
  desk.expire();
  assert(desk.isFull, "copies may yet come");
  await clock.advance(1);
  desk.expire();
  let seats = 0;
  for (; !desk.isFull; seats++) await join();
  assertEquals(seats, 100, "the others have not been heard, and may ask again");
  await clock.advance(2_000);
  desk.expire();
  assert(desk.isFull);
  await clock.advance(7_000);
  desk.expire();
  assert(!desk.isFull);
});

Deno.test("JoinDesk remembers answers that have arrived as long as others, where there are few", async () => {
  const { desk, clock, join, hear } = openDesk();
  const message = await join();
  hear(1);
  for (const [ms, isKnown] of [[9_999, true], [1, false]] as const) {
    await clock.advance(ms);
    desk.expire();
    assertEquals(desk.repeat(message, SOURCE), isKnown);
  }
});

interface TestDesk {
  readonly desk: JoinDesk;
  readonly clock: ManualClock;
  /** Has one player join, each time anew. */
  join(): Promise<JoinMessage>;
  /** Has the server hear of its first so many connections. */
  hear(count: number): void;
}

const SOURCE: UdpSource = { hostname: "192.0.2.1", port: 1_000 };

function openDesk(): TestDesk {
  const { sessions, clock } = openTestSessions();
  const randomBytes = randomBytesOf(new Rng(1));
  const opened: BinaryConnection[] = [];
  const connections = new ConnectionTable(() => {}, (connection) => void opened.push(connection));
  const desk = new JoinDesk({
    ...{ sessions, connections, clock, randomBytes, checkToken: claimAny, allowGuests: false },
    send: () => {},
    tickRate: 30,
    snapshotRate: 30,
    silenceMs: 30_000,
    metrics: IGNORED_METRICS,
  });
  const clientPublicKey = agreementKeysFrom(randomBytes(AGREEMENT_KEY_BYTES)).publicKey;
  return {
    ...{ desk, clock },
    join: async () => {
      const message = {
        clientNonce: randomBytes(8),
        challengeToken: randomBytes(16),
        clientPublicKey,
        credential: TOKEN,
        playerId: "p0",
        matchId: "",
        mode: "",
      };
      assertEquals(await desk.join(message, SOURCE), undefined);
      return message;
    },
    hear: (count) => {
      const header = { ...newHeader(), sequence: 1 };
      for (const connection of opened.slice(0, count)) {
        connection.accept(new Uint8Array(), header, { isTagGood: true });
      }
    },
  };
}

Deno.test("JoinDesk seats nobody with a public key that makes no secret, in no way of joining", async () => {
  const tokens = { allowGuests: false, checkToken: claimAny };
  for (const options of [{}, tokens]) {
    const test = openTestEndpoint(options);
    const join = { credential: options === tokens ? TOKEN : { kind: "guest" } as const };
    const client = test.open("p0", join);
    client.there = withoutKey(client.there);
    client.core.join(0);
    await test.run(300);
    assertEquals(endOf(client), "bad_key");
    assertEquals([test.connections.size, test.game.sessions.playerCount], [0, 0]);
  }
});

Deno.test("JoinDesk gives a tank back to nobody with such a key, and keeps it for its player", async () => {
  const test = openTestEndpoint();
  const client = await test.play("p0");
  const { there, back } = client;
  client.back = () => {};
  client.there = withoutKey(there);
  await test.run(5_000);
  assertEquals(client.core.state.kind, "resuming");
  client.back = back;
  await test.run(3_000);
  assertEquals([endOf(client), test.game.sessions.playerCount], ["bad_key", 1]);
});

function claimAny(): Promise<TokenClaim> {
  return Promise.resolve({ accountId: "a", playerId: "p0", matchId: undefined });
}

function endOf({ core }: TestClient): string {
  return core.state.kind === "ended" ? core.state.reason : core.state.kind;
}

/** A way on which JOINs lose their public key: with zeros every key agreement gives zeros. */
function withoutKey(carry: Carry): Carry {
  return (datagram, deliver) => {
    const changed = datagram.slice();
    if (changed.length === JOIN_BYTES) changed.fill(0, KEY_AT, KEY_AT + PUBLIC_KEY_BYTES);
    carry(changed, deliver);
  };
}
