import { assert, assertEquals, assertThrows } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { tryChangeInput } from "../../tests/clients/change_input.ts";
import { RECORDED_MATCH_ID, recordMatch } from "../../tests/fixtures/recorded_match.ts";
import { hashWorld } from "../simulation/state_hash.ts";
import { SIMULATION_VERSION } from "../simulation/simulation_version.ts";
import { saveWorld } from "../simulation/world_state.ts";
import { MatchRecorder } from "./match_recorder.ts";
import { MatchReplay } from "./match_replay.ts";
import { ReplayError, type ReplayProblem } from "./replay_error.ts";
import { OP_CODES } from "./world_op.ts";

const TICK_RATE = 30;
const MINUTE_TICKS = 60 * TICK_RATE;

/** Replays events, and gives the hash after each step beside what came of it. */
function replay(
  events: readonly JsonObject[],
): { readonly replay: MatchReplay; readonly hashes: string[] } {
  const replay = new MatchReplay(RECORDED_MATCH_ID);
  const hashes: string[] = [];
  let tick = 0;
  for (const event of events) {
    for (const world of replay.play(event)) {
      if (world.tick > tick) hashes.push(hashWorld(world));
      tick = world.tick;
    }
  }
  return { replay, hashes };
}

function assertRefused(
  events: readonly JsonObject[],
  problem: ReplayProblem,
  message: string,
): void {
  const error = assertThrows(() => replay(events), ReplayError, message);
  assertEquals(error.problem, problem);
}

/** The events with the one at `index` changed. */
function withChange(
  events: readonly JsonObject[],
  index: number,
  change: JsonObject,
): readonly JsonObject[] {
  return events.map((event, at) => at === index ? { ...event, ...change } : event);
}

const minute = recordMatch({ seed: 1, ticks: MINUTE_TICKS, endReason: "empty" });

Deno.test("MatchReplay plays 10 bots for 3 minutes again, hash for hash", () => {
  const { events, hashes } = recordMatch({ seed: 9, ticks: 3 * MINUTE_TICKS, endReason: "empty" });
  const played = replay(events);
  assertEquals(played.hashes, hashes);
  assertEquals(played.replay.difference, undefined);
  assertEquals(played.replay.end, { tick: 3 * MINUTE_TICKS, reason: "empty" });
  // One a second and one at the end.
  assertEquals(played.replay.hashCount, 181);
});

Deno.test("MatchReplay plays players who come, go and see late again, to the match's end", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const script = { seed, ticks: 2 * MINUTE_TICKS, botCount: 4, playerCount: 5, modeName: "team" };
    const { events, hashes, world } = recordMatch(script);
    const played = replay(events);
    assert(world.outcome !== undefined, `seed ${seed}: not over`);
    assertEquals(played.replay.end, { tick: world.tick, reason: "match_over" });
    // The match was over before the script was.
    assertEquals(played.hashes, hashes.slice(0, world.tick));
    assertEquals(played.replay.world?.outcome, world.outcome);
  }
});

Deno.test("MatchReplay keeps who played under their own ids", () => {
  const { events, world } = recordMatch({ seed: 2, ticks: 60, botCount: 2, playerCount: 2 });
  const names = ({ tankId, playerId }: { readonly tankId: string; readonly playerId: string }) =>
    `${tankId} ${playerId}`;
  assertEquals(replay(events).replay.world?.tanks.map(names), world.tanks.map(names));
});

Deno.test("MatchReplay tells one changed input, and the tick at which it shows", () => {
  let changed = 0;
  for (const [index, event] of minute.events.entries()) {
    const change = tryChangeInput(event);
    if (change === undefined) continue;
    const { difference } = replay(withChange(minute.events, index, change)).replay;
    // The tank was destroyed in that second all the same.
    if (difference === undefined) continue;
    changed += 1;
    assertEquals(difference.tick, event.to_tick);
    assertEquals(difference.recorded, event.hash);
  }
  assert(changed >= 10, `${changed} inputs`);
});

Deno.test("MatchReplay tells an operation that the world does not take", () => {
  const leave = new Uint8Array([OP_CODES.leave, 99, OP_CODES.step, 30]).toBase64();
  const { difference, hashCount } = replay(withChange(minute.events, 5, { ops: leave })).replay;
  assertEquals(difference, { tick: 120, recorded: "leave of slot 99", replayed: "refused" });
  assertEquals(hashCount, 4);
});

Deno.test("MatchReplay refuses a recording with a hole, out of order or of another match", () => {
  const { events } = minute;
  const gap = events.filter((_, index) => index !== 7);
  assertRefused(gap, "missing", "record 7 is missing, the next is 8");
  assertRefused(events.slice(1), "missing", "record 0 is missing, the next is 1");
  assertRefused(events.toSpliced(3, 4), "missing", "records 3 to 6 are missing, the next is 7");
  const swapped = [...events.slice(0, 4), ...events.slice(5, 6), ...events.slice(4)];
  assertRefused(swapped, "missing", "record 4 is missing, the next is 5");
  const other = withChange(events, 2, { match_id: "match-2" });
  assertRefused(other, "out_of_order", "a record is of match match-2");
  const again = [...events.slice(0, 9), { ...events[3], event_id: "other" }];
  assertRefused(again, "out_of_order", "record 3 comes after record 8");
  const last = events.at(-1) ?? {};
  assertRefused(
    [...events, { ...last, seq: events.length, event_id: "x" }],
    "out_of_order",
    "after the end",
  );
});

Deno.test("MatchReplay refuses another version's recording", () => {
  const simulation = withChange(minute.events, 0, { simulation: SIMULATION_VERSION + 1 });
  assertRefused(simulation, "other_version", `this is ${SIMULATION_VERSION}`);
  assertRefused(withChange(minute.events, 0, { format: 99 }), "other_version", "its format is 99");
});

Deno.test("MatchReplay refuses records that say what cannot be", () => {
  const cases: readonly [index: number, change: JsonObject, message: string][] = [
    [0, { state: null }, "state must be an object"],
    [0, { state: { version: 99 } }, "world.version"],
    [1, { event_type: "match_lost" }, "event_type"],
    [1, { seq: -1 }, "seq must be a whole number"],
    [1, { ops: "no base64!" }, "ops is no base64"],
    [1, { ops: "BwA=" }, "code 7 is none"],
    [1, { ops: "AQ==" }, "it ends in the middle"],
    [1, { ops: "AIGAgICAgAE=" }, "a number is too long"],
    [1, { ops: "AGQ=" }, "goes on after its last tick"],
    [1, { ops: "AAE=" }, "tick 30 is at tick 1"],
    [1, { joined: [1] }, "joined must be"],
    [2, { from_tick: 29 }, "tick 29 follows tick 30"],
    [2, { from_tick: 61, to_tick: 60 }, "to_tick must be 61 or more"],
    [minute.events.length - 1, { tick: 5 }, "it ends at tick 5"],
  ];
  for (const [index, change, message] of cases) {
    assertRefused(withChange(minute.events, index, change), "bad_record", message);
  }
});

Deno.test("MatchReplay counts an event once that is delivered twice", () => {
  const doubled = minute.events.flatMap((event) => [event, event]);
  const late = minute.events.toSpliced(20, 0, ...minute.events.slice(15, 18));
  for (const events of [doubled, late]) {
    const played = replay(events);
    assertEquals(played.hashes, minute.hashes);
    assertEquals(played.replay.end?.tick, MINUTE_TICKS);
  }
});

Deno.test("MatchReplay goes on from a saved state where another server took over", () => {
  const first = recordMatch({ seed: 4, ticks: 300 });
  const events = [...first.events];
  const recorder = new MatchRecorder(first.world, {
    matchId: RECORDED_MATCH_ID,
    mode: "steppe_war",
    part: 1,
    write: (event) => void events.push({ ...event, event_id: `later-${events.length}` }),
  });
  for (let tick = 0; tick < 60; tick++) {
    recorder.setInput(3, { throttle: 127, turn: tick, turret: 0, fire: true });
    recorder.step();
  }
  recorder.end("empty");
  const handedOver = replay(events);
  assertEquals(handedOver.replay.end, { tick: 360, reason: "empty" });
  assertEquals(handedOver.replay.difference, undefined);
  assertEquals(
    handedOver.replay.world && saveWorld(handedOver.replay.world),
    saveWorld(first.world),
  );
  // The first server's last second is lost, or comes late: what counts is where the second began.
  const [lost] = events.splice(10, 1);
  assertEquals(replay(events).replay.end?.tick, 360);
  assertEquals(replay([...events, lost ?? {}]).replay.end?.tick, 360);
  // How the second began is lost.
  const noStart = events.filter(({ part, seq }) => part !== 1 || seq !== 0);
  assertRefused(noStart, "missing", "how part 1 began");
});
