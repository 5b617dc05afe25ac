import { assertEquals } from "@std/assert";
import type { SeenFrame, SeenTank } from "../../game/client/seen_frame.ts";
import { MatchMemory } from "./match_memory.ts";

function frame(tick: number, scores: Readonly<Record<string, number>>): SeenFrame {
  const tanks = Object.entries(scores).map(([tankId, score]): SeenTank => ({
    ...{ tankId, playerId: "", xM: 0, yM: 0, headingRad: 0, turretRad: 0 },
    ...{ hp: 100, team: 1, score, alive: true },
  }));
  return { tick, tanks: new Map(tanks.map((tank) => [tank.tankId, tank])), shells: [] };
}

function remember(...frames: readonly SeenFrame[]): MatchMemory {
  const memory = new MatchMemory("m");
  for (const each of frames) memory.onFrame(each);
  return memory;
}

Deno.test("MatchMemory sees a score that falls", () => {
  const { falls } = remember(frame(1, { a: 2, b: 0 }), frame(2, { a: 1, b: 1 }));
  assertEquals(falls, [{ matchId: "m", tankId: "a", from: 2, to: 1, tick: 2 }]);
});

Deno.test("MatchMemory forgives a tank that left and a state that was overtaken", () => {
  const left = remember(frame(1, { a: 2 }), frame(2, {}), frame(3, { a: 0 }));
  assertEquals(left.falls, []);
  const overtaken = remember(frame(2, { a: 2 }), frame(1, { a: 1 }));
  assertEquals([overtaken.falls, overtaken.frame?.tick], [[], 2]);
});

Deno.test("MatchMemory misses the points that a result does not have", () => {
  const memory = remember(frame(1, { a: 2, b: 1 }), frame(2, { b: 1 }));
  const result = (points: number): string[] =>
    memory.missingIn({ matchId: "m", winner: 1, scores: { 1: points } });
  assertEquals([result(3), result(2)], [[], ["team 1 had 3 and ends with 2"]]);
});
