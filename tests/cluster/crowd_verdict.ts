import { assert, assertEquals } from "@std/assert";
import { percentile } from "../bench/figure.ts";
import { type MatchHistories, resultOf } from "./match_history.ts";
import { type Transport, TRANSPORTS } from "./match_seat.ts";
import type { PlayerCrowd } from "./player_crowd.ts";
import type { PlayerMatch, PlayerRecord } from "./player_record.ts";

/** Of play that may be lost with a server: two seconds, in ticks. */
const LOST_TICKS_MAX = 60;

/** Asserts that everybody came to an end, that no score fell, and that nobody lost more than may be. */
export function assertEveryoneTold({ records }: PlayerCrowd): void {
  const matches = records.flatMap(({ matches }) => matches);
  assertEquals(matches.flatMap(({ memory }) => memory.falls), [], "scores that fell");
  assertEquals(records.flatMap(missingScores), [], "results with less than was seen");
  const untold = records.filter(({ outcome }) =>
    outcome === undefined || outcome.kind === "untold"
  );
  assertEquals(untold.map(describe), [], "players who were told nothing");
  const ticksBack = matches.flatMap(({ memory }) => memory.ticksBack);
  assert(Math.max(0, ...ticksBack) <= LOST_TICKS_MAX, `went back by ${ticksBack} ticks`);
}

/**
 * Asserts that the event log has the end of each match once, as its players were told it, and that one
 * server at a time had each.
 */
export function assertHistoryAgrees(histories: MatchHistories, { records }: PlayerCrowd): void {
  assertEquals(histories.overlaps(), [], "matches of two servers at once");
  for (const [matchId, story] of histories.stories) {
    const epochs = story.begun.map((owner) => Number(owner.split(" ")[1])).toSorted();
    assertEquals(epochs, epochs.map((_, index) => index + 1), `${matchId}: ${story.begun}`);
    assert(story.over.length <= 1, `${matchId} was over ${story.over.length} times`);
  }
  for (const record of records) {
    const { outcome } = record;
    if (outcome?.kind !== "finished") continue;
    const story = histories.stories.get(outcome.result.matchId);
    assertEquals(resultOf(story), outcome.result, describe(record));
  }
}

/** Players who lost their seat and finished the match all the same, by transport. */
export function survivorsOf({ records }: PlayerCrowd): ReadonlyMap<Transport, number> {
  const count = (transport: Transport): number =>
    records.filter((record) =>
      record.transport === transport && record.outcome?.kind === "finished" &&
      record.matches.some(hasGap)
    ).length;
  return new Map(TRANSPORTS.map((transport) => [transport, count(transport)]));
}

/** How it went, for people: who finished, why the others did not, and what the outages cost them. */
export function describeCrowd({ records }: PlayerCrowd): string {
  const finished = records.filter(({ outcome }) => outcome?.kind === "finished").length;
  const lines = [`${finished} of ${records.length} players finished`];
  for (const record of records) {
    if (record.outcome?.kind !== "finished") lines.push(describe(record));
  }
  for (const transport of TRANSPORTS) {
    const gapsS = records.filter((record) => record.transport === transport)
      .flatMap(({ matches }) => matches.flatMap(({ memory }) => memory.gaps))
      .map(({ fromMs, toMs }) => (toMs - fromMs) / 1_000);
    if (gapsS.length === 0) continue;
    const [p50, most] = [percentile(gapsS, 0.5), Math.max(...gapsS)].map((s) => s.toFixed(1));
    lines.push(`${transport}: ${gapsS.length} times without a state, p50 ${p50} s, most ${most} s`);
  }
  return lines.join("\n");
}

function describe({ username, transport, mode, matches, misses, outcome }: PlayerRecord): string {
  const losses = matches.map(({ matchId, losses }) => `${matchId} (${losses.join(", ")})`);
  const missed = [...misses].map(([what, count]) => `${count} x ${what}`);
  return [username, transport, mode, JSON.stringify(outcome), ...losses, ...missed].join("; ");
}

function missingScores({ outcome, matches }: PlayerRecord): string[] {
  if (outcome?.kind !== "finished") return [];
  const { result } = outcome;
  return matches.filter(({ matchId }) => matchId === result.matchId)
    .flatMap(({ memory }) => memory.missingIn(result));
}

function hasGap({ memory, losses }: PlayerMatch): boolean {
  return losses.length > 0 || memory.ticksBack.length > 0;
}
