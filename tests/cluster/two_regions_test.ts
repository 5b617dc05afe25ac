/**
 * Two regions with three game servers, two gateways and two matchmakers, each a process of its own with the
 * permissions of its task, on private brokers: 200 players over all transports find, play and finish short
 * matches, while a game server, a gateway and a matchmaker are killed one after another.
 */
import { assert, assertEquals } from "@std/assert";
import { brokerTest } from "../brokers/require_brokers.ts";
import { eventually } from "../contract/eventually.ts";
import { openSeed, say } from "../fuzz/seed.ts";
import type { ClusterMember } from "./cluster_member.ts";
import {
  assertEveryoneTold,
  assertHistoryAgrees,
  describeCrowd,
  survivorsOf,
} from "./crowd_verdict.ts";
import { MatchHistories } from "./match_history.ts";
import { TRANSPORTS } from "./match_seat.ts";
import { type TwoRegions, whyNoClusterBrokers, withTwoRegions } from "./two_regions_system.ts";

const PLAYERS = 200;
/** Those who are there when the game server, the gateway and the matchmaker go, and those who come then. */
const WAVES = [110, 40, 30, 20] as const;
/** Of those who were sent, so many have to play before the next is killed: some are in between. */
const SEATED_SHARE = 0.9;
/**
 * A player may be told why not, as when the match ends while the way back to it is looked for: nobody on two
 * quiet cores, one in six where the machine has eight times as much to do as it can.
 */
const FINISHED_SHARE = 0.6;
const PATIENCE_MS = 40_000;
/** So many over each transport play where a server is killed: of fewer all may be in their match's last seconds. */
const CROWDED_MIN = 3;
/** What no outage excuses in a log. */
const FAULT = /panicked|Uncaught|uncaught_error|unhandled_rejection|session_failed|not_restored/;

const NAME =
  "200 players in two regions finish their matches though a server, a gateway and a matchmaker are killed";

if (Deno.env.get("CLUSTER_TESTS") === "1") {
  const whyNot = await whyNoClusterBrokers();
  brokerTest(
    NAME,
    whyNot === undefined,
    whyNot ?? "",
    () => withTwoRegions({ players: PLAYERS, seed: openSeed("two regions") }, killOneAfterAnother),
  );
} else {
  // Beside other tests twelve processes are too slow for what they are held to.
  Deno.test.ignore(`${NAME} (skipped: deno task test:cluster runs it alone)`, () => {});
}

async function killOneAfterAnother(system: TwoRegions): Promise<void> {
  const { cluster, crowd, watch } = system;
  const [first, second, third, last] = WAVES;
  await sendAndSeat(system, first);
  const victim = await pickCrowded(system);
  const orphans = watch.matchesOf(victim.serverId);
  await victim.kill();
  await sendAndSeat(system, second);
  // Everybody else's matches are somebody's again.
  await eventually(() => assertEquals(watch.matchesOf(victim.serverId), []), PATIENCE_MS);
  const gateway = pick(system, cluster.members("gateway"));
  await gateway.kill();
  await sendAndSeat(system, third);
  const matchmaker = pick(system, cluster.members("matchmaker"));
  await matchmaker.kill();
  crowd.send(last);
  await crowd.ended();
  say(describeCrowd(crowd));
  assertEveryoneTold(crowd);
  assertEquals(watch.faults, []);
  const finished = crowd.with("finished").length;
  assert(finished >= PLAYERS * FINISHED_SHARE, `${finished} of ${PLAYERS} finished`);
  for (const [transport, count] of survivorsOf(crowd)) {
    assert(count > 0, `nobody over ${transport} outlived an outage`);
  }
  await assertRemembered(system, { victim, orphans });
}

/** What a killed server had written to its disk comes into the log when it is back; then all of it is read. */
async function assertRemembered(
  { cluster, crowd, ports }: TwoRegions,
  { victim, orphans }: { readonly victim: ClusterMember; readonly orphans: readonly string[] },
): Promise<void> {
  await victim.startAgain();
  await eventually(async () => {
    assertEquals((await victim.metrics()).get("outbox_events_count"), 0);
  });
  const codes = await cluster.stop();
  for (const member of cluster.members()) {
    const { serverId, logLines, errorLines } = member;
    assertEquals(errorLines.filter((line) => FAULT.test(line)), [], serverId);
    assertEquals(codes.get(serverId), 0, logLines.slice(-10).join("\n"));
  }
  const histories = new MatchHistories();
  await histories.readAll(ports.eventLog);
  say(`${histories.eventCount} events, ${histories.repeatCount} of them came again`);
  assertHistoryAgrees(histories, crowd);
  const owners = (matchId: string): string[] =>
    histories.stories.get(matchId)?.begun.toSorted((a, b) => epochOf(a) - epochOf(b)) ?? [];
  for (const matchId of orphans) {
    const [before, after, ...others] = owners(matchId);
    assertEquals([before, others], [`${victim.serverId} 1`, []], matchId);
    assert(after !== undefined && !after.startsWith(victim.serverId), `${matchId}: ${after}`);
  }
}

/** Has so many more players come, and waits until nearly everybody who was sent plays. */
async function sendAndSeat({ crowd }: TwoRegions, count: number): Promise<void> {
  crowd.send(count);
  const wanted = crowd.sentCount * SEATED_SHARE;
  await eventually(
    () => assert(crowd.seatedCount >= wanted, `${crowd.seatedCount} of ${crowd.sentCount} play`),
    PATIENCE_MS,
  );
}

/** A game server with more matches than one, and in them some over each transport, who are to outlive its end. */
async function pickCrowded(system: TwoRegions): Promise<ClusterMember> {
  const { cluster, crowd, watch } = system;
  const isFit = ({ serverId }: ClusterMember): boolean => {
    const matchIds = new Set(watch.matchesOf(serverId));
    return matchIds.size > 1 &&
      TRANSPORTS.every((transport) => crowd.countIn(matchIds, transport) >= CROWDED_MIN);
  };
  const servers = cluster.members("game");
  await eventually(() => assert(servers.some(isFit), "no server has players enough"), PATIENCE_MS);
  return pick(system, servers, isFit);
}

function pick(
  { rng }: TwoRegions,
  members: readonly ClusterMember[],
  isFit: (member: ClusterMember) => boolean = (): boolean => true,
): ClusterMember {
  const member = rng.pick(members.filter(isFit));
  assert(member !== undefined, "there is nobody to kill");
  return member;
}

function epochOf(owner: string): number {
  return Number(owner.split(" ")[1]);
}
