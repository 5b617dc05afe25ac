import { assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { PostgresWatch } from "./postgres_watch.ts";

/** A server that is there or not, and what was told of it. */
class Scene {
  readonly clock = new ManualClock();
  readonly told: string[] = [];
  error: Error | undefined;
  probeCount = 0;
  readonly watch: PostgresWatch;

  constructor(error?: Error) {
    this.error = error;
    this.watch = new PostgresWatch({
      probe: () => {
        this.probeCount++;
        return this.error === undefined ? Promise.resolve() : Promise.reject(this.error);
      },
      clock: this.clock,
      random: () => 1,
      onState: (isUp, reason) => void this.told.push(isUp ? "up" : `down: ${reason}`),
    });
  }
}

Deno.test("PostgresWatch tells once that the server is up, whatever was suspected", async () => {
  const scene = new Scene();
  await scene.clock.advance(0);
  assertEquals(scene.told, ["up"]);
  for (let count = 0; count < 5; count++) scene.watch.suspect();
  await scene.clock.advance(10_000);
  assertEquals(scene.told, ["up"]);
  assertEquals(scene.clock.timerCount, 0);
  await scene.watch.close();
});

Deno.test("PostgresWatch tells of an outage and of its end, asking less and less often", async () => {
  const scene = new Scene();
  await scene.clock.advance(0);
  scene.error = new Error("refused");
  scene.watch.suspect();
  await scene.clock.advance(0);
  assertEquals(scene.told, ["up", "down: refused"]);
  scene.probeCount = 0;
  // Pauses of 100, 200, 400, 800, 1600 and then 2000 ms.
  for (const [afterMs, count] of [[99, 0], [1, 1], [200, 2], [400, 3], [800, 4], [1_600, 5]]) {
    await scene.clock.advance(afterMs ?? 0);
    assertEquals(scene.probeCount, count);
  }
  await scene.clock.advance(20_000);
  assertEquals(scene.probeCount, 15);
  scene.error = undefined;
  await scene.clock.advance(2_000);
  assertEquals(scene.told, ["up", "down: refused", "up"]);
  await scene.watch.close();
});

Deno.test("PostgresWatch.whenUp waits for a server that is late", async () => {
  const scene = new Scene(new Error("refused"));
  const up = scene.watch.whenUp(1_000);
  await scene.clock.advance(500);
  scene.error = undefined;
  await scene.clock.advance(400);
  await up;
  await scene.watch.whenUp(0);
  await scene.watch.close();
});

Deno.test("PostgresWatch.whenUp gives up when it is too late", async () => {
  const scene = new Scene(new Error("refused"));
  const late = assertRejects(() => scene.watch.whenUp(1_000), Error, "refused");
  await scene.clock.advance(1_000);
  await late;
  await scene.watch.close();
});

Deno.test("PostgresWatch.whenUp does not wait for a certificate to become good", async () => {
  const error = Object.assign(new Error("wrong name"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  const scene = new Scene(error);
  await assertRejects(() => scene.watch.whenUp(1_000), Error, "wrong name");
  await scene.watch.close();
});

Deno.test("PostgresWatch looks no more once it is closed", async () => {
  const scene = new Scene(new Error("refused"));
  await scene.clock.advance(0);
  const waiting = assertRejects(() => scene.watch.whenUp(1_000), Error, "database is closed");
  await scene.watch.close();
  await waiting;
  const { probeCount } = scene;
  scene.watch.suspect();
  await scene.clock.advance(60_000);
  assertEquals([scene.probeCount, scene.clock.timerCount], [probeCount, 0]);
});
