import { assert, assertEquals } from "@std/assert";
import { IDLE, openSmallWorld } from "../../tests/fixtures/small_world.ts";
import { recordMatch } from "../../tests/fixtures/recorded_match.ts";
import { hashWorld } from "../simulation/state_hash.ts";
import { SIMULATION_VERSION } from "../simulation/simulation_version.ts";
import { Tank } from "../simulation/tank.ts";
import type { World } from "../simulation/world.ts";
import type { RecordEvent } from "./match_record.ts";
import { MatchRecorder } from "./match_recorder.ts";
import { readOps } from "./op_reader.ts";
import { OPS_BYTES_MAX } from "./op_writer.ts";
import type { WorldOp } from "./world_op.ts";

interface Recording {
  readonly world: World;
  readonly recorder: MatchRecorder;
  readonly records: RecordEvent[];
}

function startRecording(): Recording {
  const world = openSmallWorld({ rules: { tanksMax: 10, timeLimitMs: 5_000 } });
  const records: RecordEvent[] = [];
  const write = (record: RecordEvent): void => void records.push(record);
  const recorder = new MatchRecorder(world, { matchId: "m", mode: "team", write });
  return { world, recorder, records };
}

function opsOf(record: RecordEvent | undefined): WorldOp[] {
  return [...readOps(Uint8Array.fromBase64(String(record?.ops)))];
}

function steps(recorder: MatchRecorder, count: number): void {
  for (let step = 0; step < count; step++) recorder.step();
}

Deno.test("MatchRecorder begins with what the match is made from", () => {
  const { world, records } = startRecording();
  const [{ state, ...head } = { event_type: "none" }] = records;
  assertEquals(head, {
    event_type: "match_recorded",
    match_id: "m",
    part: 0,
    seq: 0,
    format: 1,
    simulation: SIMULATION_VERSION,
    mode: "team",
    arena: "small",
    tick_rate: 30,
    seed: 1,
  });
  assert(JSON.stringify(state).includes(hashWorld(world)));
});

Deno.test("MatchRecorder gives a record away each second, with the hash", () => {
  const { world, recorder, records } = startRecording();
  steps(recorder, 29);
  assertEquals(records.length, 1);
  steps(recorder, 1);
  assertEquals(records[1], {
    event_type: "match_ticks",
    match_id: "m",
    part: 0,
    seq: 1,
    from_tick: 0,
    to_tick: 30,
    ops: "AB4=",
    hash: hashWorld(world),
  });
  steps(recorder, 75);
  assertEquals(records.map(({ seq }) => seq), [0, 1, 2, 3]);
});

Deno.test("MatchRecorder records what changed, as the world took it", () => {
  const { recorder, records } = startRecording();
  recorder.addTank(new Tank("tank-a"), "ann");
  recorder.addTank(new Tank("tank-b"), "bob", 1);
  recorder.step();
  recorder.setInput(0, { throttle: 500.2, turn: -0, turret: 70_000, fire: true });
  recorder.setInput(0, { throttle: 127, turn: 0, turret: 4_464, fire: true });
  recorder.setMoveOrder(1, { xUm: -5, yUm: 30_000_000.4 });
  recorder.fireOnce(1);
  recorder.fireOnce(1);
  recorder.setViewLag(1, 99);
  recorder.setViewLag(1, 99);
  recorder.setInput(0, { throttle: 127, turn: -3, turret: 4_464, fire: false });
  // Nobody is there.
  recorder.setInput(7, IDLE);
  recorder.removeTank(7);
  recorder.fireOnce(7);
  recorder.step();
  recorder.removeTank(1);
  steps(recorder, 28);
  assertEquals(records[1]?.joined, [["tank-a", "ann"], ["tank-b", "bob"]]);
  assertEquals(opsOf(records[1]), [
    { kind: "join", slot: 0, team: 1 },
    { kind: "join", slot: 1, team: 1 },
    { kind: "step", count: 1 },
    { kind: "input", slot: 0, throttle: 127, turn: undefined, turret: 4_464, fire: true },
    { kind: "order", slot: 1, xUm: 1_500_000, yUm: 30_000_000 },
    { kind: "shot", slot: 1 },
    { kind: "lag", slot: 1, ticks: 7 },
    { kind: "input", slot: 0, throttle: undefined, turn: -3, turret: undefined, fire: false },
    { kind: "step", count: 1 },
    { kind: "leave", slot: 1 },
    { kind: "step", count: 28 },
  ]);
});

Deno.test("MatchRecorder records the first aim and the end of an order, though no number changes", () => {
  const { recorder, records } = startRecording();
  recorder.addTank(new Tank("tank-a"), "ann");
  recorder.setInput(0, IDLE);
  recorder.setInput(0, IDLE);
  recorder.setInput(0, { ...IDLE, throttle: 1 });
  recorder.setMoveOrder(0, { xUm: 30_000_000, yUm: 30_000_000 });
  recorder.setInput(0, { ...IDLE, throttle: 1 });
  steps(recorder, 30);
  const kinds = opsOf(records[1]).map(({ kind }) => kind);
  assertEquals(kinds, ["join", "input", "input", "order", "input", "step"]);
});

Deno.test("MatchRecorder answers as the world does", () => {
  const { recorder } = startRecording();
  assertEquals(recorder.setInput(0, IDLE), false);
  assertEquals(recorder.setMoveOrder(0, { xUm: 1, yUm: 1 }), false);
  assertEquals(recorder.fireOnce(0), false);
  assertEquals(recorder.setViewLag(0, 1), false);
  assertEquals(recorder.removeTank(0), undefined);
  assertEquals(recorder.addTank(new Tank("t"), "p", 9), { ok: false, reason: "unknown_team" });
  assertEquals(recorder.addTank(new Tank("t"), "p"), { ok: true, slot: 0 });
  assertEquals(recorder.setInput(0, IDLE), true);
  assertEquals(recorder.setMoveOrder(0, { xUm: 1, yUm: 1 }), true);
  assertEquals(recorder.fireOnce(0), true);
  assertEquals(recorder.fireOnce(0), true);
  assertEquals(recorder.setViewLag(0, 1), true);
  assertEquals(recorder.removeTank(0)?.tankId, "t");
});

Deno.test("MatchRecorder ends with the match, and records nothing after it", () => {
  const { world, recorder, records } = startRecording();
  recorder.addTank(new Tank("t"), "p");
  steps(recorder, 200);
  recorder.removeTank(0);
  recorder.end("empty");
  assertEquals(records.at(-1), {
    event_type: "match_record_ended",
    match_id: "m",
    part: 0,
    seq: 6,
    tick: 150,
    hash: records.at(-2)?.hash ?? "",
    reason: "match_over",
  });
  assertEquals(world.tick, 150);
});

Deno.test("MatchRecorder ends where its session does, and after a fault without a hash", () => {
  for (const reason of ["empty", "fault"]) {
    const { world, recorder, records } = startRecording();
    recorder.addTank(new Tank("t"), "p");
    steps(recorder, 5);
    recorder.end(reason);
    recorder.end("later");
    const hash = reason === "fault" ? null : hashWorld(world);
    assertEquals(records.slice(1).map((record) => [record.event_type, record.hash]), [
      ["match_ticks", hash],
      ["match_record_ended", hash],
    ]);
    assertEquals(records.at(-1)?.reason, reason);
  }
});

Deno.test("MatchRecorder bounds a record by its bytes, and by who comes", () => {
  const { recorder, records } = startRecording();
  recorder.addTank(new Tank("t"), "p");
  for (let count = 0; count < 20_000; count++) {
    recorder.setInput(0, { ...IDLE, turret: count });
  }
  for (let count = 0; count < 300; count++) {
    recorder.addTank(new Tank("u"), "q");
    recorder.removeTank(1);
  }
  recorder.step();
  recorder.end("empty");
  const sizes = records.slice(1, -1).map(({ ops }) => Uint8Array.fromBase64(String(ops)).length);
  assert(sizes.length > 5, `${sizes}`);
  assert(Math.max(...sizes) <= OPS_BYTES_MAX, `${sizes}`);
  const counts = records.map(({ joined }) => Array.isArray(joined) ? joined.length : 0);
  assertEquals([Math.max(...counts), counts.reduce((sum, count) => sum + count)], [128, 301]);
});

Deno.test("MatchRecorder takes at most 3 KB for a second of 10 tanks that all turn and shoot", () => {
  const { events } = recordMatch({ seed: 3, ticks: 900, modeName: "ffa" });
  const lengths = events.slice(1).map((event) => JSON.stringify(event).length);
  assert(Math.max(...lengths) <= 3_000, `${Math.max(...lengths)}`);
});

Deno.test("MatchRecorder without a place to write to only passes on", () => {
  const world = openSmallWorld();
  const recorder = new MatchRecorder(world, { matchId: "m", mode: "team", write: undefined });
  recorder.addTank(new Tank("t"), "p");
  recorder.setInput(0, { ...IDLE, throttle: 127 });
  recorder.setMoveOrder(0, { xUm: 1, yUm: 1 });
  recorder.fireOnce(0);
  recorder.setViewLag(0, 3);
  steps(recorder, 60);
  assertEquals([world.tick, world.tankAt(0)?.viewLagTicks], [60, 3]);
  recorder.end("empty");
  recorder.removeTank(0);
  assertEquals(world.tanks.length, 0);
});
