import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { Rng } from "../../core/rng.ts";
import { openSmallWorld, placeTank } from "../fixtures/small_world.ts";
import { type LinkConditions, PERFECT_LINK, SimulatedLink } from "./simulated_link.ts";
import { BinaryClient, type BinaryClientOptions } from "../../game/client/binary_client.ts";
import type { ClientEvent } from "../../game/client/client_event.ts";
import { randomBytesOf, TestServer, type TestServerOptions } from "../../game/client/testing.ts";
import type { TankInput } from "../../game/simulation/tank_input.ts";

/** 30 ticks a second. */
export const TICK_MS = 1_000 / 30;
/** Drives, turns and fires. */
export const AHEAD: TankInput = { throttle: 127, turn: 20, turret: 9_000, fire: true };
/** Stands, and aims where it aimed. */
export const STILL: TankInput = { throttle: 0, turn: 0, turret: 9_000, fire: false };

/** A client and a server on a clock that a test moves, with a bad network between them. */
export interface ClientBench {
  /** Stands still until the test moves it. */
  readonly clock: ManualClock;
  /** Has a tank in the middle of the arena. */
  readonly client: BinaryClient;
  /** Steps 30 times a second. */
  readonly server: TestServer;
  /** To the server. */
  readonly there: SimulatedLink;
  /** From the server. */
  readonly back: SimulatedLink;
  /** All that the client told. */
  readonly events: ClientEvent[];
  /** What the client sent. */
  readonly sent: Uint8Array[];
  /** What the server was like at each tick. */
  readonly hashes: ReadonlyMap<number, string>;
  /** Moves the clock on. */
  run(ms: number): Promise<void>;
}

/** How a bench differs from a perfect one. */
export interface ClientBenchOptions {
  /** Of everything; 1 by default. */
  readonly seed?: number;
  /** Of each direction; perfect by default. */
  readonly conditions?: Partial<LinkConditions>;
  /** What differs for the client. */
  readonly client?: Partial<BinaryClientOptions>;
  /** What differs for the server. */
  readonly server?: Partial<TestServerOptions>;
  /** Called before each datagram that comes to the client. */
  readonly onDelivery?: (client: BinaryClient, datagram: Uint8Array) => void;
}

/** Opens both; the client is idle. */
export function openClientBench(options: ClientBenchOptions = {}): ClientBench {
  const { seed = 1 } = options;
  const clock = new ManualClock();
  const conditions = { ...PERFECT_LINK, ...options.conditions };
  const events: ClientEvent[] = [];
  const sent: Uint8Array[] = [];
  const client = new BinaryClient({
    playerId: "p1",
    randomBytes: randomBytesOf(new Rng(seed + 1)),
    ...options.client,
  });
  const world = openSmallWorld({ seed });
  const tank = placeTank(world, { x: 30, y: 30 });
  placeTank(world, { x: 40, y: 40 });
  const pass = (): void => {
    for (const datagram of client.takeDatagrams()) {
      sent.push(datagram);
      there.send(datagram);
    }
    events.push(...client.takeEvents());
  };
  const back = new SimulatedLink({
    conditions,
    rng: new Rng(seed + 2),
    clock,
    deliver: (datagram) => {
      options.onDelivery?.(client, datagram);
      client.receive(datagram, clock.monotonicMs());
      pass();
    },
  });
  const server = new TestServer({
    world,
    slot: tank.slot,
    rng: new Rng(seed + 3),
    send: (datagram) => back.send(datagram),
    ...options.server,
  });
  const there = new SimulatedLink({
    conditions,
    rng: new Rng(seed + 4),
    clock,
    deliver: (datagram) => server.receive(datagram),
  });
  const hashes = new Map<number, string>();
  clock.every(TICK_MS, () => {
    server.step(clock.monotonicMs());
    hashes.set(world.tick, server.frameHash);
  });
  clock.every(1, () => {
    if (clock.monotonicMs() >= client.dueMs) client.advance(clock.monotonicMs());
    pass();
  });
  return {
    clock,
    client,
    server,
    there,
    back,
    events,
    sent,
    hashes,
    run: (ms) => clock.advance(ms),
  };
}

/** Opens both, and joins. */
export async function openPlayingBench(options: ClientBenchOptions = {}): Promise<ClientBench> {
  const bench = openClientBench(options);
  bench.client.join(0);
  for (let turn = 0; turn < 20 && bench.client.state.kind !== "playing"; turn++) {
    await bench.run(500);
  }
  await bench.run(500);
  assertEquals(bench.client.state.kind, "playing");
  return bench;
}
