import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Playback, SPEEDS } from "./playback.js";

function open(): Playback {
  return new Playback({ firstTick: 0, lastTick: 300, tickRate: 30 });
}

Deno.test("Playback goes on as fast as it is set, and stands still at the end", () => {
  const playback = open();
  playback.advance(100);
  assertEquals(playback.tick, 0);
  playback.play();
  playback.advance(100);
  assertAlmostEquals(playback.tick, 3);
  playback.setSpeed(8);
  playback.advance(100);
  assertAlmostEquals(playback.tick, 27);
  playback.seek(299);
  playback.advance(100);
  assertEquals([playback.tick, playback.isPlaying, playback.isAtEnd], [300, false, true]);
  playback.play();
  assertEquals([playback.tick, playback.isPlaying], [0, true]);
});

Deno.test("Playback does not jump over what a page that was away has missed", () => {
  const playback = open();
  playback.play();
  playback.advance(60_000);
  assertAlmostEquals(playback.tick, 7.5);
});

Deno.test("Playback keeps within the match and within its speeds", () => {
  const playback = open();
  playback.seek(-5);
  assertEquals(playback.tick, 0);
  playback.seek(1e9);
  assertEquals(playback.tick, 300);
  for (let press = 0; press < 9; press++) playback.changeSpeed(1);
  assertEquals(playback.speed, SPEEDS.at(-1));
  for (let press = 0; press < 9; press++) playback.changeSpeed(-1);
  assertEquals(playback.speed, SPEEDS[0]);
});
