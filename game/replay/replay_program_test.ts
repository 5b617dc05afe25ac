/** `deno task replay` in a process of its own, on recordings that a test has written. */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { tryJsonObject } from "../../core/json.ts";
import { tryChangeInput } from "../../tests/clients/change_input.ts";
import { readRecording, withFolder, writeRecording } from "../../tests/clients/recording_log.ts";
import { runReplay } from "../../tests/clients/replay_process.ts";
import { RECORDED_MATCH_ID, recordMatch } from "../../tests/fixtures/recorded_match.ts";

const SECONDS = 20;
const TICKS = SECONDS * 30;

const { events, hashes, world } = recordMatch({
  seed: 11,
  ticks: TICKS,
  botCount: 6,
  playerCount: 3,
  modeName: "ffa",
  endReason: "empty",
});

Deno.test("replay ends with 0 and says so where every hash is equal", async () => {
  await withFolder(async (dataDir) => {
    await writeRecording(dataDir, events);
    const { code, output, error } = await runReplay([RECORDED_MATCH_ID], { dataDir });
    assertEquals([code, error], [0, ""]);
    const verdict = `all ${SECONDS + 1} hashes are equal; ${TICKS} ticks (0:20), ended by empty`;
    assertEquals(output, `${RECORDED_MATCH_ID}: ${verdict}\n`);
    // Nothing was added to the log.
    assertEquals((await readRecording(dataDir)).length, events.length);
  });
});

Deno.test("replay ends with 1 and names the tick where an input was changed", async () => {
  await withFolder(async (dataDir) => {
    const index = events.findIndex((event, at) => at > 5 && tryChangeInput(event) !== undefined);
    const changed = events.map((event, at) => at === index ? tryChangeInput(event) ?? {} : event);
    await writeRecording(dataDir, changed);
    const { code, output, error } = await runReplay([RECORDED_MATCH_ID], { dataDir });
    assertEquals([code, error], [1, ""]);
    const tick = Number(events[index]?.to_tick);
    assertStringIncludes(output, `differs at tick ${tick} (`);
    assertStringIncludes(output, `recorded ${hashes[tick - 1]}, replayed `);
  });
});

Deno.test("replay ends with 2 and says what is missing", async () => {
  const cases = [
    { kept: events.filter((_, at) => at !== 8), message: "record 8 is missing, the next is 9" },
    { kept: events.slice(1), message: "record 0 is missing" },
    { kept: events.slice(0, -1), message: `stops at tick ${TICKS} without an end` },
    { kept: [], message: `${RECORDED_MATCH_ID} is not recorded` },
  ];
  await Promise.all(cases.map(({ kept, message }) =>
    withFolder(async (dataDir) => {
      await writeRecording(dataDir, kept);
      const { code, output } = await runReplay([RECORDED_MATCH_ID], { dataDir });
      assertEquals(code, 2, message);
      assertStringIncludes(output, message);
    })
  ));
});

Deno.test("replay ends with 2 where there is no log, makes none, and says how it is used", async () => {
  await withFolder(async (dataDir) => {
    const noLog = await runReplay([RECORDED_MATCH_ID], { dataDir });
    assertEquals([noLog.code, noLog.error], [2, "Cannot replay: there is no event log\n"]);
    assertEquals([...Deno.readDirSync(dataDir)], []);
    const noMatch = await runReplay([], { dataDir });
    assertEquals(noMatch.code, 2);
    assertStringIncludes(noMatch.error, "Cannot replay: which match?");
    assertStringIncludes(noMatch.error, "deno task replay <match_id>");
  });
});

Deno.test("replay lists what is recorded", async () => {
  await withFolder(async (dataDir) => {
    const second = events.slice(0, 4).map((event) => ({ ...event, match_id: "match-2" }));
    const started = { timestamp: 1_700_000_000.5, server_id: "game-7" };
    await writeRecording(
      dataDir,
      [...events, ...second].map((event) => ({ ...event, ...started })),
    );
    const { code, output } = await runReplay(["--list"], { dataDir });
    assertEquals(code, 0);
    const about = "2023-11-14T22:13:20.500Z  game-7  ffa  crossroads";
    assertEquals(output.trim().split("\n"), [
      `${RECORDED_MATCH_ID}  ${about}  ${TICKS} ticks, empty`,
      `match-2  ${about}  no end`,
    ]);
  });
});

Deno.test("replay writes the timeline to a file or to standard output", async () => {
  await withFolder(async (dataDir) => {
    await writeRecording(dataDir, events);
    const path = `${dataDir}/timeline.json`;
    const args = [RECORDED_MATCH_ID, "--fps", "2", "--to-json"];
    assertEquals((await runReplay([...args, path], { dataDir })).code, 0);
    const text = await Deno.readTextFile(path);
    const timeline = tryJsonObject(JSON.parse(text));
    assert(Array.isArray(timeline?.frames));
    assertEquals(timeline.frames.length, SECONDS * 2 + 1);
    assertEquals(tryJsonObject(timeline.end)?.tick, world.tick);
    const { code, output, error } = await runReplay([...args, "-"], { dataDir });
    assertEquals([code, output], [0, text]);
    assertStringIncludes(error, "hashes are equal");
    // What was written before is left alone where there is nothing to write.
    const wrong = await runReplay(["match-0", "--to-json", path], { dataDir });
    assertEquals([wrong.code, await Deno.readTextFile(path)], [2, text]);
    assertEquals((await runReplay([...args.slice(0, 1), "--to-json", path], { dataDir })).code, 0);
    assertNotEquals(await Deno.readTextFile(path), text);
    const names = Array.from(Deno.readDirSync(dataDir), ({ name }) => name);
    assertEquals(names.filter((name) => name.startsWith("timeline")), ["timeline.json"]);
  });
});
