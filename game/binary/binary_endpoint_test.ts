import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { PERFECT_LINK, SimulatedLink } from "../../tests/network/simulated_link.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import { DATAGRAM_TYPES } from "../wire/datagram.ts";
import { frameHash } from "../wire/frame_hash.ts";
import { HELLO_BYTES } from "../wire/hello_message.ts";
import { JOIN_BYTES } from "../wire/join_message.ts";
import { tryDecodeRefused } from "../wire/refused_message.ts";
import { SnapshotFrame } from "../wire/snapshot_frame.ts";
import { captureFrame, worldLayout } from "../wire/world_frame.ts";
import { openTestEndpoint, type TestClient, type TestEndpoint } from "./testing.ts";

const AHEAD: TankInput = { throttle: 127, turn: 30, turret: 12_000, fire: true };
const STILL: TankInput = { throttle: 0, turn: 0, turret: 12_000, fire: false };

function endOf({ core }: TestClient): string {
  return core.state.kind === "ended" ? core.state.reason : core.state.kind;
}

/** What the server's world looks like now. */
function worldHash({ game }: TestEndpoint, playerId: string): string {
  const world = game.sessions.find(playerId)?.match.world;
  assert(world !== undefined);
  const frame = new SnapshotFrame();
  captureFrame(world, frame);
  return frameHash(frame, worldLayout(world));
}

function seenHash({ core }: TestClient): string {
  assert(core.snapshot !== undefined && core.layout !== undefined);
  return frameHash(core.snapshot, core.layout);
}

/** Makes a client's network a bad one, and gives its two ways. */
function worsen(test: TestEndpoint, client: TestClient, seed: number): SimulatedLink[] {
  const conditions = { ...PERFECT_LINK, lossShare: 0.1, delayMs: 50, jitterMs: 20 };
  return (["there", "back"] as const).map((way, index) => {
    let deliverNow: (datagram: Uint8Array) => void = () => {};
    const link = new SimulatedLink({
      conditions,
      rng: new Rng(seed * 2 + index),
      clock: test.game.clock,
      deliver: (datagram) => deliverNow(datagram),
    });
    client[way] = (datagram, deliver) => {
      deliverNow = deliver;
      link.send(datagram);
    };
    return link;
  });
}

Deno.test("BinaryEndpoint lets a client join, drive and see what the world is", async () => {
  const test = openTestEndpoint();
  const client = await test.play("p1");
  client.core.setInput(AHEAD);
  const tank = test.game.sessions.find("p1")?.tank;
  const { xUm, yUm } = tank ?? {};
  await test.run(1_000);
  assert(tank !== undefined && (tank.xUm !== xUm || tank.yUm !== yUm));
  assertEquals(seenHash(client), worldHash(test, "p1"));
  assertEquals(client.core.match?.matchId, test.game.sessions.find("p1")?.match.id);
});

Deno.test("BinaryEndpoint sends nothing that its client refuses, however bots and players fire", async () => {
  const test = openTestEndpoint({ sessions: { botCount: 8 } });
  const clients = [await test.play("p1"), await test.play("p2")];
  clients.forEach((client, index) => {
    const carry = client.back;
    // Players see the past to different degrees, by which their shells have flown on.
    client.back = (datagram, deliver) => {
      test.game.clock.after(60 * index, () => carry(datagram, deliver));
    };
    client.core.setInput({ ...AHEAD, turn: 60 });
  });
  await test.run(25_000);
  for (const client of clients) {
    assertEquals([...client.core.drops.counts], []);
    assert((client.core.frame?.tick ?? 0) > 700);
  }
});

Deno.test("BinaryEndpoint stores nothing for, and sends no more bytes than came to, who proves nothing", async () => {
  const test = openTestEndpoint();
  const client = test.open("p1");
  let bytesIn = 0;
  const came: Uint8Array[] = [];
  client.there = (datagram, deliver) => {
    bytesIn += datagram.length;
    came.push(datagram);
    deliver(datagram);
  };
  // Its address is somebody else's: nothing comes back.
  client.back = () => {};
  client.core.join(0);
  await test.run(5_000);
  const hello = came[0];
  assert(hello !== undefined && hello.length === HELLO_BYTES);
  const rng = new Rng(1);
  for (let count = 0; count < 2_000; count++) {
    const datagram = hello.slice(0, count % 3 === 0 ? rng.below(HELLO_BYTES + 1) : HELLO_BYTES);
    if (count % 2 === 0) datagram[1] = rng.below(32);
    if (count % 5 === 0) datagram[rng.below(datagram.length + 1)] = rng.below(256);
    bytesIn += datagram.length;
    const before = sumOf(test);
    test.endpoint.onDatagram(datagram, client.source);
    assert(sumOf(test) - before <= datagram.length, `datagram ${count} is answered with more`);
  }
  assert(sumOf(test) <= bytesIn);
  assertEquals([test.connections.size, test.game.sessions.playerCount], [0, 0]);
});

function sumOf({ sent }: TestEndpoint): number {
  return sent.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

Deno.test("BinaryEndpoint answers a JOIN with no more bytes than it has, repeated or not", async () => {
  const test = openTestEndpoint();
  const client = test.open("p1");
  const joins: Uint8Array[] = [];
  client.there = (datagram, deliver) => {
    if (datagram[1] === DATAGRAM_TYPES.join) joins.push(datagram);
    deliver(datagram);
  };
  client.core.join(0);
  await test.run(1_000);
  const [join] = joins;
  assert(join !== undefined && join.length === JOIN_BYTES);
  for (let count = 0; count < 20; count++) {
    const before = sumOf(test);
    test.endpoint.onDatagram(join, client.source);
    assert(sumOf(test) - before <= JOIN_BYTES);
  }
  assertEquals([test.connections.size, test.game.sessions.playerCount], [1, 1]);
  const before = sumOf(test);
  test.endpoint.onDatagram(join, { hostname: "192.0.2.9", port: 9 });
  assert(sumOf(test) - before < 60, "for another address the challenge proves nothing");
  assertEquals(test.connections.size, 1);
});

Deno.test("BinaryEndpoint bounds its replies to strangers of one host", () => {
  const test = openTestEndpoint({ strangersBurst: 10 });
  const client = test.open("p1");
  client.back = () => {};
  client.core.join(0);
  const [hello] = client.core.takeDatagrams();
  assert(hello !== undefined);
  for (let count = 0; count < 50; count++) test.endpoint.onDatagram(hello, client.source);
  assertEquals([test.sent.length, test.drops("stranger_rate")], [10, 40]);
});

Deno.test("BinaryEndpoint tells a client of another version that it is one, within what strangers may ask", async () => {
  const test = openTestEndpoint({ strangersBurst: 10 });
  const client = test.open("p1");
  const olds: Uint8Array[] = [];
  client.there = (datagram, deliver) => {
    const old = datagram.slice();
    old[14] = 2;
    olds.push(old);
    deliver(olds.length === 1 ? datagram : old);
  };
  client.core.join(0);
  await test.run(200);
  assertEquals(olds.map((old) => old[1]), [DATAGRAM_TYPES.hello, DATAGRAM_TYPES.join]);
  assertEquals([endOf(client), test.drops("unsupported_version")], ["unsupported_version", 1]);
  for (const old of olds) {
    const before = sumOf(test);
    test.endpoint.onDatagram(old, client.source);
    const refused = test.sent.at(-1)?.bytes ?? new Uint8Array();
    assertEquals(refused.length, sumOf(test) - before, "one answer");
    assert(refused.length < old.length);
    const decoded = tryDecodeRefused(refused);
    assert(decoded.ok);
    const { clientNonce, reason, retryAfterMs, serverVersion } = decoded.message;
    assertEquals(clientNonce, old.slice(15, 23));
    assertEquals([reason, retryAfterMs, serverVersion], ["unsupported_version", 0, 1]);
  }
  const [hello = new Uint8Array()] = olds;
  const answered = test.sent.length;
  for (const length of [hello.length - 1, 23, 15]) {
    test.endpoint.onDatagram(hello.slice(0, length), client.source);
  }
  assertEquals(test.sent.length, answered, "what is shorter is no HELLO of any version");
  for (let count = 0; count < 50; count++) test.endpoint.onDatagram(hello, client.source);
  assert(test.sent.length <= 12, `${test.sent.length}`);
  assert(test.drops("stranger_rate") >= 40);
});

Deno.test("BinaryEndpoint takes no forged, replayed or mangled datagram, and counts each", async () => {
  const test = openTestEndpoint();
  const client = await test.play("p1");
  client.core.setInput(STILL);
  await test.run(500);
  const rng = new Rng(3);
  let last: Uint8Array | undefined;
  client.there = (datagram, deliver) => {
    const forged = datagram.slice();
    const at = 14 + rng.below(forged.length - 14);
    forged[at] = (forged[at] ?? 0) ^ (1 + rng.below(255));
    deliver(forged);
    if (last !== undefined) deliver(last);
    deliver(datagram);
    last = datagram;
  };
  const [badTags, replays] = [test.drops("bad_tag"), test.drops("replayed")];
  await test.run(2_000);
  assert(test.drops("bad_tag") - badTags >= 55 && test.drops("replayed") - replays >= 55);
  assertEquals(endOf(client), "playing");
  assertEquals(seenHash(client), worldHash(test, "p1"));
  test.endpoint.onDatagram(new Uint8Array(40).fill(0xb1), client.source);
  assertEquals(test.drops("unknown_type"), 1);
  const stranger = last?.slice();
  assert(stranger !== undefined);
  stranger[2] = (stranger[2] ?? 0) ^ 1;
  test.endpoint.onDatagram(stranger, client.source);
  assertEquals(test.drops("unknown_connection"), 1);
});

Deno.test("BinaryEndpoint refuses with a reason from the closed set", async () => {
  const table = [
    [{ allowGuests: false }, {}, "authentication_required"],
    [{}, { matchId: "nowhere" }, "no_such_match"],
    [{}, { mode: "nothing" }, "no_such_mode"],
    [{ sessions: { admits: () => false } }, {}, "server_busy"],
    [{ sessions: { sessionsMax: 0 } }, {}, "no_tanks_available"],
    [{}, { credential: { kind: "token", token: "bad" } }, "authentication_required"],
    [
      {},
      { credential: { kind: "resume", resumeToken: new Uint8Array(16) } },
      "resume_expired",
    ],
  ] as const;
  for (const [options, join, reason] of table) {
    const test = openTestEndpoint(options);
    const client = test.open("p1", join);
    client.core.join(0);
    await test.run(300);
    assertEquals(endOf(client), reason);
  }
  const test = openTestEndpoint();
  await test.play("p1");
  const other = test.open("p1");
  other.core.join(test.game.clock.monotonicMs());
  await test.run(300);
  assertEquals(endOf(other), "player_id_taken");
});

Deno.test("BinaryEndpoint lets an account play under its own name alone, and back from elsewhere", async () => {
  const test = openTestEndpoint({
    allowGuests: false,
    checkToken: (token) =>
      Promise.resolve({ accountId: token, playerId: token, matchId: undefined }),
  });
  const credential = { kind: "token", token: "ann" } as const;
  const thief = test.open("bob", { credential });
  thief.core.join(0);
  await test.run(300);
  assertEquals(endOf(thief), "player_id_taken");
  const first = await test.play("ann", { credential });
  const second = await test.play("ann", { credential });
  await test.run(100);
  assertEquals([endOf(first), endOf(second)], ["superseded", "playing"]);
  assertEquals(second.core.match?.tankId, first.core.match?.tankId);
  assertEquals(second.core.match?.isResumed, true);
});

Deno.test("BinaryEndpoint follows a client to another address once it has proven that", async () => {
  const test = openTestEndpoint();
  const client = await test.play("p1");
  client.core.setInput(AHEAD);
  await test.run(500);
  const before = client.core.snapshot?.tick ?? 0;
  client.source = { hostname: "192.0.2.77", port: 7_777 };
  await test.run(1_000);
  assert((client.core.snapshot?.tick ?? 0) > before + 20);
  assertEquals(endOf(client), "playing");
  assertEquals(test.connections.size, 1, "it is the same connection");
});

Deno.test("BinaryEndpoint sends nothing but a challenge to an address that only copied a datagram", async () => {
  const test = openTestEndpoint();
  const client = await test.play("p1");
  client.core.setInput(STILL);
  const thief = { hostname: "192.0.2.66", port: 6_666 };
  client.there = (datagram, deliver) => {
    // The copy is quicker than what was copied.
    test.endpoint.onDatagram(datagram, thief);
    deliver(datagram);
  };
  const from = test.sent.length;
  await test.run(2_000);
  const stolen = test.sent.slice(from).filter(({ to }) => to.port === thief.port);
  assert(stolen.length > 0 && stolen.length <= 21, `${stolen.length}`);
  assert(stolen.every(({ bytes }) => bytes[1] === DATAGRAM_TYPES.pathChallenge));
  assert(
    test.sent.slice(from).some(({ bytes, to }) => {
      return bytes[1] === DATAGRAM_TYPES.snapshot && to.port === client.source.port;
    }),
  );
});

Deno.test("BinaryEndpoint gives a client its tank back within its time, and not after it", async () => {
  for (const [awayMs, end] of [[2_500, "playing"], [6_000, "resume_expired"]] as const) {
    const test = openTestEndpoint({ silenceMs: 4_000 });
    const client = await test.play("p1");
    const tankId = client.core.match?.tankId;
    client.core.setInput(AHEAD);
    await test.run(500);
    const [there, back] = worsen(test, client, 1);
    there?.cut();
    back?.cut();
    await test.run(awayMs);
    there?.mend();
    back?.mend();
    await test.run(6_000);
    assertEquals(endOf(client), end);
    if (end !== "playing") continue;
    assertEquals([client.core.match?.tankId, client.core.match?.isResumed], [tankId, true]);
    assertEquals(test.game.sessions.playerCount, 1);
  }
});

Deno.test("BinaryEndpoint brings players through partitions and loss, whatever the seed", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const test = openTestEndpoint();
    const clients = await Promise.all(["p1"].map((id) => test.play(id)));
    for (const client of clients) client.core.setInput(AHEAD);
    for (const client of clients) {
      const links = worsen(test, client, seed);
      for (let turn = 0; turn < 3; turn++) {
        await test.run(500 + seed * 100);
        for (const link of links) link.cut();
        await test.run(1_000 + seed * 300);
        for (const link of links) link.mend();
        await test.run(3_000);
      }
    }
    await test.run(6_000);
    for (const client of clients) {
      assertEquals(endOf(client), "playing", `seed ${seed}`);
      client.core.setInput(STILL);
    }
    await test.run(4_000);
    const [client] = clients;
    const seen = client?.core.frame?.tanks.get(client.core.match?.tankId ?? "");
    const tank = test.game.sessions.find("p1")?.tank;
    assert(Math.abs((seen?.xM ?? 0) * 1e6 - (tank?.xUm ?? 0)) < 6_000, `seed ${seed}`);
    assert(Math.abs((seen?.yM ?? 0) * 1e6 - (tank?.yUm ?? 0)) < 6_000, `seed ${seed}`);
  }
});

Deno.test("BinaryEndpoint lets a client leave, and says so again to one that missed it", async () => {
  const test = openTestEndpoint();
  const client = await test.play("p1");
  let lost = 0;
  const { back } = client;
  client.back = (datagram, deliver) => {
    if (datagram[1] === DATAGRAM_TYPES.left && lost++ < 3) return;
    back(datagram, deliver);
  };
  client.core.leave(test.game.clock.monotonicMs());
  await test.run(2_500);
  assertEquals([endOf(client), lost], ["asked", 4]);
  assertEquals(test.game.sessions.playerCount, 0);
  await test.run(6_000);
  assertEquals(test.connections.size, 0, "what has ended is forgotten");
});

Deno.test("BinaryEndpoint hands what a client says on, once and in order", async () => {
  const test = openTestEndpoint();
  const client = await test.play("p1");
  worsen(test, client, 4);
  for (const text of ["a", "b", "c", "d"]) client.core.say(text);
  await test.run(8_000);
  assertEquals(test.heard.map((text) => JSON.parse(text).text), ["a", "b", "c", "d"]);
});

Deno.test("BinaryEndpoint gives a tank back to a client that never heard that it had it back", async () => {
  const test = openTestEndpoint();
  const client = await test.play("p1");
  const tankId = client.core.match?.tankId;
  const { there, back } = client;
  client.there = client.back = () => {};
  await test.run(2_000);
  client.there = there;
  let isWelcomeLost = false;
  client.back = (datagram, deliver) => {
    if (datagram[1] !== DATAGRAM_TYPES.welcome || isWelcomeLost) return back(datagram, deliver);
    // The answer goes to an address that the client has just left.
    isWelcomeLost = true;
    client.source = { hostname: "192.0.2.55", port: 5_555 };
  };
  await test.run(15_000);
  assert(isWelcomeLost);
  assertEquals([endOf(client), client.core.match?.tankId], ["playing", tankId]);
  assertEquals([test.connections.size, test.game.sessions.playerCount], [1, 1]);
});
