import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { PLAYER_ON_THE_WAY_MS, Reservations } from "./reservations.ts";

const NOTHING = { matches: 0, players: 0 };

function openBench(): { clock: ManualClock; reservations: Reservations } {
  const clock = new ManualClock();
  return { clock, reservations: new Reservations({ clock }) };
}

Deno.test("Reservations count before they are confirmed", () => {
  const { reservations } = openBench();
  reservations.hold("a", { matches: 1, players: 3 });
  reservations.hold("a", { matches: 1, players: 1 });
  assertEquals(reservations.of("a"), { matches: 2, players: 4 });
  assertEquals(reservations.of("b"), NOTHING);
});

Deno.test("A confirmed match counts until the server's next broadcast", () => {
  const { reservations } = openBench();
  const confirmed = reservations.hold("a", { matches: 1, players: 2 });
  reservations.hold("a", { matches: 1, players: 2 });
  confirmed.confirm();
  assertEquals(reservations.of("a"), { matches: 2, players: 4 });
  reservations.settle("a");
  reservations.settle("b");
  assertEquals(reservations.of("a"), { matches: 1, players: 4 });
});

Deno.test("A released reservation counts no more, once", () => {
  const { reservations } = openBench();
  const released = reservations.hold("a", { matches: 1, players: 2 });
  reservations.hold("a", { matches: 1, players: 1 });
  for (let times = 0; times < 2; times++) released.release();
  assertEquals(reservations.of("a"), { matches: 1, players: 1 });
});

Deno.test("A reservation is forgotten when its players had time to come", async () => {
  const { clock, reservations } = openBench();
  const first = reservations.hold("a", { matches: 1, players: 2 });
  await clock.advance(PLAYER_ON_THE_WAY_MS - 1);
  reservations.hold("a", { matches: 1, players: 5 });
  assertEquals(reservations.of("a"), { matches: 2, players: 7 });
  await clock.advance(1);
  assertEquals(reservations.of("a"), { matches: 1, players: 5 });
  first.release();
  assertEquals(reservations.of("a"), { matches: 1, players: 5 });
  await clock.advance(PLAYER_ON_THE_WAY_MS);
  assertEquals(reservations.of("a"), NOTHING);
});
