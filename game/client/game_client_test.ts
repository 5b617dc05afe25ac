import { assert, assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { Rng } from "../../core/rng.ts";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import { BinaryClient } from "./binary_client.ts";
import { GameClient } from "./game_client.ts";
import { randomBytesOf, TestServer } from "./testing.ts";
import type { TransportEvents } from "./transport.ts";

function openGame(): {
  readonly clock: ManualClock;
  readonly client: GameClient;
  readonly closes: number[];
  readonly events: TransportEvents;
} {
  const clock = new ManualClock();
  const closes: number[] = [];
  const world = openSmallWorld();
  const { slot } = placeTank(world, { x: 30, y: 30 });
  let events: TransportEvents = { onBytes: () => {}, onFault: () => {} };
  const server = new TestServer({
    world,
    slot,
    rng: new Rng(1),
    send: (datagram) => {
      const copy = datagram.slice();
      clock.after(5, () => events.onBytes(copy));
    },
  });
  const client = new GameClient({
    core: new BinaryClient({ playerId: "p1", randomBytes: randomBytesOf(new Rng(2)) }),
    clock,
    openTransport: (given) => {
      events = given;
      return {
        send: (bytes) => server.receive(bytes),
        close: () => Promise.resolve(void closes.push(clock.monotonicMs())),
      };
    },
  });
  clock.every(1_000 / 30, () => server.step(clock.monotonicMs()));
  return { clock, client, closes, events };
}

Deno.test("GameClient runs a core on a transport, with one timer of the clock", async () => {
  const { clock, client } = openGame();
  const kinds = new Set<string>();
  const stop = client.on(({ kind }) => kinds.add(kind));
  assertEquals(clock.timerCount, 1, "idle, it waits for nothing; the server steps");
  client.join();
  client.setInput({ throttle: 127, turn: 0, turret: 0, fire: false });
  await clock.advance(500);
  assertEquals(client.state.kind, "playing");
  assertEquals([...kinds].toSorted(), ["input", "snapshot", "state"]);
  assert((client.frame?.tick ?? 0) > 10 && (client.rttMs ?? 0) >= 5);
  stop();
  kinds.clear();
  await clock.advance(500);
  assertEquals(kinds.size, 0);
  await client.close();
});

Deno.test("GameClient closes its transport, and does nothing after that", async () => {
  const { clock, client, closes } = openGame();
  client.join();
  await clock.advance(300);
  await client.close();
  await client.close();
  assertEquals(client.state, { kind: "ended", reason: "closed", retryAfterMs: 0 });
  assertEquals(closes.length, 2, "a transport is closed again without harm");
  await clock.advance(1_000);
  client.join();
  client.leave();
  assertEquals([client.state.kind, client.say("a")], ["ended", false]);
});

Deno.test("GameClient waits for what is to be so, and no longer than it may", async () => {
  const { clock, client } = openGame();
  client.join();
  const playing = client.until(() => client.state.kind === "playing", new AbortController().signal);
  await clock.advance(300);
  await playing;
  const control = new AbortController();
  const never = client.until(() => false, control.signal);
  control.abort(new Error("enough"));
  await assertRejects(() => never, Error, "enough");
  await assertRejects(() => client.until(() => true, control.signal), Error, "enough");
  await client.close();
});

Deno.test("GameClient ends when its transport fails, and says why that did", async () => {
  const clock = new ManualClock();
  let fail: (error: unknown) => void = () => {};
  const client = new GameClient({
    core: new BinaryClient({ playerId: "p1", randomBytes: randomBytesOf(new Rng(2)) }),
    clock,
    openTransport: ({ onFault }) => {
      fail = onFault;
      return { send: () => {}, close: () => Promise.resolve() };
    },
  });
  client.join();
  assertEquals(client.fault, undefined);
  const fault = new Error("no network");
  fail(fault);
  assertEquals([client.state.kind, client.fault], ["ended", fault]);
  assertEquals(clock.timerCount, 0);
  await client.close();
});
