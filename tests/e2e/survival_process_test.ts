import { assert, assertEquals } from "@std/assert";
import { whyNobodyListens } from "../brokers/broker_here.ts";
import { lockMachineBrokers } from "../brokers/machine_lock.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { numberAt, objectsAt, parseJsonObject, textAt } from "../clients/json_fields.ts";
import { WebPlayer } from "../clients/web_player.ts";
import { eventually } from "../contract/eventually.ts";
import {
  type GameProcess,
  type SurvivalProcesses,
  withSurvivalProcesses,
} from "./survival_processes.ts";

const MATCH = "match-1";
const TICKS_PER_SECOND = 30;
const LOST_TICKS_MAX = 2 * TICKS_PER_SECOND;
const whyNot = await whyNobodyListens(5672);

function survivalTest(name: string, work: (system: SurvivalProcesses) => Promise<void>): void {
  brokerTest(
    name,
    whyNot === undefined,
    whyNot ?? "",
    async () => {
      await using _lock = await lockMachineBrokers();
      await withSurvivalProcesses(["game-0", "game-1", "game-2"], work);
    },
  );
}

async function join({ prepare, ticket, webSocketUrl }: SurvivalProcesses): Promise<WebPlayer> {
  await prepare("game-0", { matchId: MATCH, players: ["a"] });
  return await WebPlayer.join(webSocketUrl, { matchId: MATCH, token: await ticket(MATCH, "a") });
}

function tickOf(player: WebPlayer): number {
  return numberAt(player.latest ?? {}, "tick");
}

function scoresOf(player: WebPlayer): Map<string, number> {
  const tanks = objectsAt(player.latest ?? {}, "tanks");
  return new Map(tanks.map((tank) => [textAt(tank, "tank_id"), numberAt(tank, "score")]));
}

/** Waits until somebody has scored, and for a while longer; gives the scores of then. */
async function untilScored(player: WebPlayer): Promise<Map<string, number>> {
  const sum = (): number => [...scoresOf(player).values()].reduce((all, one) => all + one, 0);
  await eventually(() => assert(player.latest !== undefined && sum() > 0), 60_000);
  const scores = scoresOf(player);
  const tick = tickOf(player);
  await eventually(() => assert(tickOf(player) > tick + TICKS_PER_SECOND), 20_000);
  return scores;
}

async function assertGoesOn(
  player: WebPlayer,
  before: { readonly tick: number; readonly scores: Map<string, number> },
  ticksLostMax = LOST_TICKS_MAX,
): Promise<void> {
  const moved = await player.next("MATCH_MOVED", 20_000);
  const { tick } = Object(moved.initial_state);
  assert(tick >= before.tick - ticksLostMax, `goes on at ${tick}, was at ${before.tick}`);
  const count = player.stateCount;
  await eventually(() => assert(player.stateCount > count + 10), 10_000);
  const after = scoresOf(player);
  for (const [tankId, score] of before.scores) {
    assert((after.get(tankId) ?? -1) >= score, `${tankId} had ${score}, has ${after.get(tankId)}`);
  }
}

/** Every time that a server went on with the match, as `server epoch`. */
function restoredBy({ servers }: SurvivalProcesses): string[] {
  return [...servers.values()].flatMap(({ serverId, process }) =>
    process.logLines.flatMap((line) => {
      const epoch = /"match_restored".*"epoch":(\d+)/.exec(line)?.[1];
      return epoch === undefined ? [] : [`${serverId} ${epoch}`];
    })
  );
}

/** When a server logged an event, as text that sorts. */
function timeOf({ process }: GameProcess, event: string): string {
  const line = process.logLines.find((line) => line.includes(`"${event}"`));
  assert(line !== undefined, `${event} was not logged`);
  return textAt(parseJsonObject(line), "time");
}

survivalTest("Survival: SIGKILL of a match's server in the middle of it", async (system) => {
  const player = await join(system);
  const scores = await untilScored(player);
  const tick = tickOf(player);
  await system.servers.get("game-0")?.process.kill();
  await assertGoesOn(player, { tick, scores });
  const owner = await system.ownerOf(MATCH);
  assert(owner === "game-1 2" || owner === "game-2 2", owner);
  assertEquals(restoredBy(system), [owner]);
  await player.close();
});

survivalTest("Survival: SIGTERM of a match's server hands it over", async (system) => {
  const player = await join(system);
  const scores = await untilScored(player);
  const tick = tickOf(player);
  assertEquals(await system.servers.get("game-0")?.process.stop(), 0);
  await assertGoesOn(player, { tick, scores }, 0);
  assertEquals(restoredBy(system), [await system.ownerOf(MATCH)]);
  await player.close();
});

survivalTest(
  "Survival: a match's server that is cut off stops, and never has it again",
  async (system) => {
    const player = await join(system);
    const scores = await untilScored(player);
    const tick = tickOf(player);
    const cutOff = system.servers.get("game-0");
    assert(cutOff !== undefined);
    await Promise.all(cutOff.relays.map((relay) => relay.cut()));
    await assertGoesOn(player, { tick, scores });
    const owner = await system.ownerOf(MATCH);
    for (const relay of cutOff.relays) relay.mend();
    await eventually(async () => {
      const metrics = await cutOff.process.metrics("game");
      assertEquals(metrics.get("matches_fenced_total"), 1);
      assertEquals(metrics.get("active_sessions_game"), 0);
    });
    // It had stopped before the other went on: all of them log by the same clock.
    const stopped = timeOf(cutOff, "match_in_doubt");
    const other = system.servers.get(owner.split(" ")[0] ?? "");
    assert(other !== undefined && stopped <= timeOf(other, "match_restored"), stopped);
    assertEquals([await system.ownerOf(MATCH), restoredBy(system)], [owner, [owner]]);
    await player.close();
  },
);
