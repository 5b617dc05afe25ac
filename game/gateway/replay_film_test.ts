import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RECORDED_MATCH_ID, recordMatch } from "../../tests/fixtures/recorded_match.ts";
import { makeFilm } from "./replay_film.ts";
import { makeFilmInThread } from "./replay_thread.ts";

const { events } = recordMatch({ seed: 1, ticks: 95, botCount: 2, endReason: "match_over" });
const REQUEST = { matchId: RECORDED_MATCH_ID, events, framesPerSecond: 10, lengthMax: 1_000_000 };

Deno.test("makeFilm gives neither accounts nor addresses away, and the same in a thread", async () => {
  const film = await makeFilm(REQUEST);
  assert(film.kind === "made");
  assertEquals(await makeFilmInThread(REQUEST, new AbortController().signal), film);
  const text = await new Response(
    new Blob([film.bytes]).stream().pipeThrough(new DecompressionStream("gzip")),
  ).text();
  assert(!/account|"ip"|address|server_id/.test(text));
});

Deno.test("makeFilm bounds the timeline, and says what is wrong with a recording", async () => {
  assertEquals(await makeFilm({ ...REQUEST, lengthMax: 1_000 }), { kind: "too_long" });
  const damaged = await makeFilm({ ...REQUEST, events: events.filter((_, at) => at !== 2) });
  assert(damaged.kind === "failed");
  assertStringIncludes(damaged.reason, "missing");
});

Deno.test("makeFilmInThread ends its thread when it is told to", async () => {
  const stop = new AbortController();
  const film = makeFilmInThread(REQUEST, stop.signal);
  stop.abort(new Error("enough"));
  assertEquals(await film.catch((error: Error) => error.message), "enough");
});
