import { assert, assertEquals } from "@std/assert";
import type { Player } from "../player.ts";
import { DATAGRAM_TAG_BYTES, DATAGRAM_TYPES } from "../wire/datagram.ts";
import { decodeSnapshotPrefix, SnapshotPrefix } from "../wire/snapshot_prefix.ts";
import { openTestEndpoint, type TestClient, type TestEndpoint } from "./testing.ts";

function playerOf(test: TestEndpoint, playerId: string): Player {
  const player = test.game.sessions.find(playerId);
  assert(player !== undefined, playerId);
  return player;
}

Deno.test("A binary client's inputs drive its tank, and its trigger fires", async () => {
  const test = openTestEndpoint();
  const { core } = await test.play("ann");
  const { tank, match } = playerOf(test, "ann");
  core.setInput({ throttle: 127, turn: 0, turret: 9_000, fire: true });
  await test.run(500);
  assert(tank.speedUmPerTick > 0);
  assertEquals(tank.input, { throttle: 127, turn: 0, turret: 9_000, fire: true });
  assert(match.world.nextShellId > 1);
});

Deno.test("A shot fired in an input that too many others pushed out is fired all the same, once", async () => {
  const test = openTestEndpoint();
  const client = await test.play("ann");
  const { match } = playerOf(test, "ann");
  const { there } = client;
  const aim = { throttle: 0, turn: 0, turret: 0, fire: false };
  client.core.setInput(aim);
  await test.run(1_000);
  const before = match.world.nextShellId;
  // Nothing comes through for a while, in which the trigger is pulled and let go again.
  const held: Uint8Array[] = [];
  client.there = (datagram) => void held.push(datagram.slice());
  client.core.setInput({ ...aim, fire: true });
  await test.run(40);
  client.core.setInput(aim);
  await test.run(300);
  client.there = there;
  for (const datagram of held) test.endpoint.onDatagram(datagram, client.source);
  await test.run(300);
  assertEquals(match.world.nextShellId, before + 1);
});

Deno.test("A binary client that is shown what is old has its shots judged by it", async () => {
  const test = openTestEndpoint();
  const client = await test.play("ann");
  const { tank } = playerOf(test, "ann");
  const { clock } = test.game;
  client.core.setInput({ throttle: 0, turn: 0, turret: 0, fire: false });
  await test.run(1_000);
  const near = tank.viewLagTicks;
  // 100 ms more each way are six ticks.
  client.there = (datagram, deliver) => void clock.after(100, () => deliver(datagram));
  client.back = (datagram, deliver) => void clock.after(100, () => deliver(datagram));
  await test.run(2_000);
  assert(tank.viewLagTicks >= Math.min(7, near + 4), `${near} and ${tank.viewLagTicks}`);
});

Deno.test("A JSON client's shots are judged by what it acknowledged, and at once if it never did", async () => {
  const test = openTestEndpoint();
  const player = test.game.seat("bob");
  await test.run(500);
  assertEquals(player.tank.viewLagTicks, 0);
  player.ackedTick = player.match.world.tick;
  await test.run(40);
  const before = player.tank.viewLagTicks;
  await test.run(134);
  assert(player.tank.viewLagTicks >= before + 3);
  await test.run(2_000);
  assertEquals(player.tank.viewLagTicks, 7, "held within 250 ms");
});

Deno.test("Binary clients get each tick's snapshot, and the last one again once the match is over", async () => {
  const test = openTestEndpoint();
  const { core, events } = await test.play("ann");
  const { match } = playerOf(test, "ann");
  const ticksBefore = events.filter(({ kind }) => kind === "snapshot").length;
  await test.run(1_000);
  const ticks = events.filter(({ kind }) => kind === "snapshot").length - ticksBefore;
  assert(ticks >= 29 && ticks <= 31, `${ticks}`);
  await test.run(match.world.timeLimitTicks * 1_000 / 30);
  const over = events.find((event) => event.kind === "message");
  assertEquals(over?.kind === "message" && over.message.type, "match_over");
  assert(core.frame !== undefined && core.frame.tick >= match.world.tick);
});

Deno.test("Once the match is over the last snapshot is repeated to those who lack it, and to nobody else", async () => {
  const test = openTestEndpoint({ sessions: { matchMsMax: 2_000 } });
  const [ann, bob] = [await test.play("ann"), await test.play("bob")];
  const { match } = playerOf(test, "ann");
  while (match.world.tick < match.world.timeLimitTicks - 1) await test.run(1);
  const { back } = bob;
  // What bob is sent is lost for a while, the last snapshot too.
  bob.back = () => {};
  await test.run(200);
  assert(match.isOver);
  const from = test.sent.length;
  const snapshotsTo = ({ source }: TestClient): number =>
    test.sent.slice(from).filter(({ bytes, to }) =>
      bytes[1] === DATAGRAM_TYPES.snapshot && to.port === source.port
    ).length;
  await test.run(500);
  assertEquals([ann.core.frame?.tick, snapshotsTo(ann)], [match.world.tick, 0]);
  assert(snapshotsTo(bob) >= 10, `${snapshotsTo(bob)}`);
  bob.back = back;
  await test.run(200);
  assertEquals(bob.core.frame?.tick, match.world.tick);
  const before = snapshotsTo(bob);
  await test.run(700);
  assertEquals([snapshotsTo(ann), snapshotsTo(bob)], [0, before]);
  assertEquals([ann.core.state.kind, bob.core.state.kind], ["playing", "playing"]);
  await test.run(1_000);
  const ended = { kind: "ended", reason: "match_over", retryAfterMs: 0 } as const;
  assertEquals([ann.core.state, bob.core.state], [ended, ended]);
});

Deno.test("A slow client's first snapshot is a baseline as soon as it says so, however quick the others are", async () => {
  const test = openTestEndpoint();
  await test.play("ann");
  await test.run(500);
  const bob = test.open("bob");
  const { clock } = test.game;
  bob.core.join(clock.monotonicMs());
  bob.there = (datagram, deliver) => void clock.after(100, () => deliver(datagram));
  bob.back = (datagram, deliver) => void clock.after(100, () => deliver(datagram));
  const baselines = (): { readonly tick: number; readonly baselineTick: number }[] =>
    test.sent
      .filter(({ bytes, to }) =>
        to.port === bob.source.port && bytes[1] === DATAGRAM_TYPES.snapshot
      )
      .map(({ bytes }) => {
        const prefix = new SnapshotPrefix();
        decodeSnapshotPrefix(bytes, bytes.length - DATAGRAM_TAG_BYTES, prefix);
        const { tick, baselineTicks } = prefix;
        return { tick, baselineTick: baselineTicks === 0 ? 0 : tick - baselineTicks };
      });
  await test.run(2_000);
  const told = baselines();
  const firstDelta = told.findIndex(({ baselineTick }) => baselineTick > 0);
  assert(firstDelta > 5, "it is slow");
  assertEquals(told[firstDelta]?.baselineTick, told[0]?.tick);
  assertEquals(told.findLastIndex(({ baselineTick }) => baselineTick === 0), firstDelta - 1);
});
