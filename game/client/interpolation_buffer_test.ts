import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { EXTRAPOLATION_MS_MAX, InterpolationBuffer } from "./interpolation_buffer.ts";
import type { SeenFrame, SeenShell, SeenTank } from "./seen_frame.ts";

const TICK_MS = 1_000 / 30;
const SPEED_M_PER_S = 8;

function tankAt(xM: number, more: Partial<SeenTank> = {}): SeenTank {
  const place = { xM, yM: 0, headingRad: 0, turretRad: 0 };
  return { tankId: "t", playerId: "", ...place, hp: 100, team: 1, score: 0, alive: true, ...more };
}

function frameAt(tick: number, tank: SeenTank, shells: readonly SeenShell[] = []): SeenFrame {
  return { tick, tanks: new Map([[tank.tankId, tank]]), shells };
}

/** A tank that drives along x by its tick. */
function driving(tick: number): SeenFrame {
  return frameAt(tick, tankAt(tick * TICK_MS * SPEED_M_PER_S / 1_000));
}

function openBuffer(snapshotRate = 30): InterpolationBuffer {
  return new InterpolationBuffer({ tickRate: 30, snapshotRate, shellCmPerTick: 133 });
}

function xOf(frame: SeenFrame | undefined): number {
  return frame?.tanks.get("t")?.xM ?? NaN;
}

interface Drive {
  readonly jitterMs: number;
  readonly lossShare: number;
  readonly seed?: number;
}

/** Ten seconds of a driving tank; gives each step of what is shown at 60 Hz after the first two, and the buffer. */
function drive({ jitterMs, lossShare, seed = 1 }: Drive): {
  readonly stepsM: readonly number[];
  readonly buffer: InterpolationBuffer;
} {
  const rng = new Rng(seed);
  const arrivals = Array.from({ length: 300 }, (_, tick) => ({
    tick: tick + 1,
    atMs: (tick + 1) * TICK_MS + 50 + rng.below(1_000) / 1_000 * jitterMs,
    isLost: rng.below(1_000) < lossShare * 1_000,
  })).filter(({ isLost }) => !isLost).sort((a, b) => a.atMs - b.atMs);
  const buffer = openBuffer();
  const stepsM: number[] = [];
  let lastM: number | undefined;
  for (let nowMs = 0; nowMs < 9_900; nowMs += 1_000 / 60) {
    while (arrivals[0] !== undefined && arrivals[0].atMs <= nowMs) {
      buffer.push(driving(arrivals.shift()?.tick ?? 0), nowMs);
    }
    const xM = xOf(buffer.sample(nowMs));
    if (nowMs > 2_000 && lastM !== undefined) stepsM.push(xM - lastM);
    lastM = xM;
  }
  return { stepsM, buffer };
}

Deno.test("InterpolationBuffer shows nothing before a snapshot", () => {
  assertEquals(openBuffer().sample(0), undefined);
  assertEquals(openBuffer().shownTick, 0);
});

Deno.test("InterpolationBuffer moves a tank evenly, however unsteadily snapshots come", () => {
  const stepM = SPEED_M_PER_S / 60;
  for (let seed = 1; seed <= 10; seed++) {
    for (const [jitterMs, lossShare] of [[0, 0], [20, 0], [60, 0.05]] as const) {
      const { stepsM } = drive({ jitterMs, lossShare, seed });
      const uneven = stepsM.filter((step) => step < 0.8 * stepM || step > 1.2 * stepM);
      const what = `seed ${seed}, jitter ${jitterMs}: ${uneven.length} of ${stepsM.length}`;
      assert(uneven.length <= stepsM.length * 0.04, what);
      assert(stepsM.every((step) => step >= -1e-9), `${what}: it went back`);
    }
  }
});

Deno.test("InterpolationBuffer lags by what jitter and loss need, from one to ten snapshot periods", () => {
  const calm = drive({ jitterMs: 0, lossShare: 0 }).buffer.delayMs;
  const shaky = drive({ jitterMs: 60, lossShare: 0 }).buffer.delayMs;
  const lossy = drive({ jitterMs: 0, lossShare: 0.2 }).buffer.delayMs;
  const awful = drive({ jitterMs: 2_000, lossShare: 0 }).buffer.delayMs;
  assertAlmostEquals(calm, TICK_MS, 10);
  assert(shaky > calm + 30, `${shaky}`);
  assert(lossy > 1.9 * TICK_MS && lossy < 5 * TICK_MS, `${lossy}`);
  assertAlmostEquals(awful, 10 * TICK_MS, 1e-6);
});

Deno.test("InterpolationBuffer comes to another delay by a tenth of time's pace at most", () => {
  const buffer = openBuffer();
  // The way grows longer by 60 ms in the middle, as when a route changes.
  const arrivals = Array.from({ length: 300 }, (_, index) => {
    return { tick: index + 1, atMs: (index + 1) * TICK_MS + (index < 100 ? 0 : 60) };
  });
  const stepMs = 1_000 / 60;
  let lastTick: number | undefined;
  for (let nowMs = 300; nowMs < 9_500; nowMs += stepMs) {
    while ((arrivals[0]?.atMs ?? Infinity) <= nowMs) {
      buffer.push(driving(arrivals.shift()?.tick ?? 0), nowMs);
    }
    const tick = buffer.sample(nowMs)?.tick ?? 0;
    const pace = (tick - (lastTick ?? tick)) * TICK_MS / stepMs;
    if (lastTick !== undefined) assert(pace > 0.89 && pace < 1.11, `${pace} at ${nowMs} ms`);
    lastTick = tick;
  }
});

Deno.test("InterpolationBuffer drives on for 100 ms where no snapshot comes, and then stands", () => {
  const buffer = openBuffer();
  for (let tick = 1; tick <= 30; tick++) {
    buffer.push(driving(tick), tick * TICK_MS);
    buffer.sample(tick * TICK_MS);
  }
  const lastM = xOf(driving(30));
  const shown = Array.from({ length: 120 }, (_, step) => {
    return xOf(buffer.sample(30 * TICK_MS + step * 1_000 / 60));
  });
  const beyondM = Math.max(...shown) - lastM;
  assertAlmostEquals(beyondM, SPEED_M_PER_S * EXTRAPOLATION_MS_MAX / 1_000, 1e-6);
  assertEquals(shown.at(-1), shown.at(-20));
});

Deno.test("InterpolationBuffer turns a tank the short way, and does not slide one that came back", () => {
  const buffer = openBuffer();
  buffer.push(frameAt(1, tankAt(5, { headingRad: 6.2 })), 0);
  buffer.push(frameAt(2, tankAt(5, { headingRad: 0.1 })), TICK_MS);
  buffer.sample(TICK_MS);
  const turning = buffer.sample(TICK_MS * 2.5)?.tanks.get("t")?.headingRad ?? 3;
  assert(turning > 6.1 || turning < 0.3, `${turning}`);
  const other = openBuffer();
  other.push(frameAt(1, tankAt(5)), 0);
  other.push(frameAt(2, tankAt(50)), TICK_MS);
  for (let ms = TICK_MS; ms < 3 * TICK_MS; ms += 2) {
    assert([5, 50].includes(xOf(other.sample(ms))), "it is here or there");
  }
});

Deno.test("InterpolationBuffer flies a shell from where and when it was fired", () => {
  const buffer = openBuffer();
  const shell: SeenShell = { id: "3:0", tick: 3, xM: 10, yM: 5, headingRad: 0 };
  for (let tick = 1; tick <= 10; tick++) {
    buffer.push(frameAt(tick, tankAt(0), tick >= 3 && tick < 9 ? [shell] : []), tick * TICK_MS);
  }
  const seen: [number, number | undefined][] = [];
  for (let tick = 1; tick < 12; tick += 0.5) {
    const shown = buffer.sample(10 * TICK_MS + (tick - 1) * TICK_MS);
    if (shown !== undefined) seen.push([shown.tick, shown.shells[0]?.xM]);
  }
  for (const [tick, xM] of seen) {
    if (xM !== undefined) assertAlmostEquals(xM, 10 + (tick - 3) * 1.33, 1e-9);
    if (tick >= 9) assertEquals(xM, undefined);
  }
  const early = openBuffer();
  early.push(frameAt(1, tankAt(0)), 0);
  early.push(frameAt(5, tankAt(0), [shell]), 4 * TICK_MS);
  const before = early.sample(4 * TICK_MS);
  assert(before !== undefined && before.tick < 3.1);
  assertEquals(before.shells, []);
});

Deno.test("InterpolationBuffer ignores a snapshot that is not newer, and says what it shows", () => {
  const buffer = openBuffer(15);
  buffer.push(frameAt(10, tankAt(1, { score: 10 })), 0);
  buffer.push(frameAt(12, tankAt(1, { score: 12 })), 2 * TICK_MS);
  buffer.sample(2 * TICK_MS);
  assert(buffer.shownTick > 7 && buffer.shownTick <= 12, `${buffer.shownTick}`);
  buffer.push(frameAt(8, tankAt(1, { score: 8 })), 2 * TICK_MS + 5);
  const shown = buffer.sample(1_000);
  assertEquals([shown?.tick, shown?.tanks.get("t")?.score], [15, 12], "100 ms beyond the newest");
});
