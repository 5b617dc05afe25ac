/**
 * A match on a real server, with bots, and with clients behind a network that loses, repeats and reorders
 * their datagrams, played again in another process from nothing but what the server wrote.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { Rng } from "../../core/rng.ts";
import { tryChangeInput } from "../clients/change_input.ts";
import { GameClient } from "../clients/game_client.ts";
import { readRecording, withFolder, writeRecording } from "../clients/recording_log.ts";
import { runReplay } from "../clients/replay_process.ts";
import { SteppedGame } from "../clients/stepped_game.ts";

const BOTS = "10";
const PLAYERS = ["ann", "bob", "cid"];
const SECONDS = 180;
const TICKS_PER_INPUT = 2;
const BAD_NETWORK = {
  lossShare: 0.1,
  delayMs: 50,
  jitterMs: 60,
  duplicateShare: 0.1,
  reorderShare: 0.1,
};

Deno.test("3 minutes of 10 bots and players on a bad network are replayed in another process", async () => {
  await withFolder(async (dataDir) => {
    const matchId = await playMatch(dataDir);
    const replayed = await runReplay([matchId], { dataDir });
    assertEquals([replayed.code, replayed.error], [0, ""], replayed.output);
    const hashCount = Number(/all (\d+) hashes are equal/.exec(replayed.output)?.[1]);
    assert(hashCount >= SECONDS, replayed.output);
    await replayDamaged(await readRecording(dataDir), matchId);
  });
});

/** Plays it, and returns its id. */
async function playMatch(dataDir: string): Promise<string> {
  const seed = 7;
  const env = { GAME_BOT_COUNT: BOTS, GAME_BOT_SKILL: "hard" };
  const game = await SteppedGame.start({ dataDir, seed, env });
  const clients: GameClient[] = [];
  try {
    for (const playerId of PLAYERS) {
      const joining = GameClient.join(game.relay.address, { playerId, mode: "steppe_war" });
      clients.push(await game.stepUntil(joining));
    }
    game.setNetwork(BAD_NETWORK);
    const keys = new Rng(seed);
    for (let tick = 1; tick <= SECONDS * 30; tick += TICKS_PER_INPUT) {
      for (const client of clients) await press(client, tick, keys);
      await game.step(TICKS_PER_INPUT);
    }
    const { there, back } = game.relay.tally;
    for (const { lost, duplicated } of [there, back]) {
      assert(lost > 500 && duplicated > 500, `${lost} lost, ${duplicated} twice`);
    }
    assertEquals(new Set(clients.map(({ sessionId }) => sessionId)).size, 1);
    return clients[0]?.sessionId ?? "";
  } finally {
    for (const client of clients) await client.close();
    await game.close();
  }
}

/** An input, as a client sends them, and now and then an order or a single shot. */
async function press(client: GameClient, tick: number, keys: Rng): Promise<void> {
  const share = (): number => keys.below(201) / 100 - 1;
  const action = keys.below(100);
  if (action === 0) {
    await client.act("move", { position: [keys.below(400), keys.below(400)] });
  } else if (action === 1) {
    await client.act("shoot");
  } else {
    const fire = keys.below(3) === 0;
    const [throttle, turn, turret] = [share(), share(), 3 * share()];
    await client.act("input", { seq: tick, throttle, turn, turret, fire });
  }
}

/** Changed or incomplete it is not taken for the match that was played. */
async function replayDamaged(events: readonly JsonObject[], matchId: string): Promise<void> {
  const index = events.findIndex((event, at) => at > 60 && tryChangeInput(event) !== undefined);
  const changed = events.map((event, at) => at === index ? tryChangeInput(event) ?? {} : event);
  await withFolder(async (dataDir) => {
    await writeRecording(dataDir, changed);
    const { code, output } = await runReplay([matchId], { dataDir });
    assertEquals(code, 1, output);
    assertStringIncludes(output, `differs at tick ${events[index]?.to_tick} `);
  });
  await withFolder(async (dataDir) => {
    await writeRecording(dataDir, events.filter((_, at) => at !== 90));
    const { code, output } = await runReplay([matchId], { dataDir });
    assertEquals(code, 2, output);
    assertStringIncludes(output, "record 90 is missing, the next is 91");
  });
}
