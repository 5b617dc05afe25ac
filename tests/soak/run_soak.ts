// Long because it is the one course of a soak, from its start to what must hold at its end.
import { assertEquals } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { describeError } from "../../core/log.ts";
import { OWNED_MATCHES_KEY } from "../../core/protocol/match_owner.ts";
import { Rng } from "../../core/rng.ts";
import type { ClusterMember } from "../cluster/cluster_member.ts";
import { OwnerWatch } from "../cluster/owner_watch.ts";
import { eventually, inTime } from "../contract/eventually.ts";
import { EventCollector } from "./event_collector.ts";
import { planFaults } from "./fault_plan.ts";
import { type FaultRecord, runFaults } from "./fault_runner.ts";
import { memoryBounded, MemoryWatch } from "./memory_watch.ts";
import { emptyTally, RevocationProbe } from "./revocation_probe.ts";
import type { LedgerLine } from "./ledger_line.ts";
import { balanceLedger, faultUnseen } from "./soak_ledger.ts";
import type { SoakOptions } from "./soak_options.ts";
import { SoakPlayer } from "./soak_player.ts";
import type { SoakResult } from "./soak_report.ts";
import { openSoakSystem, type SoakSystem } from "./soak_system.ts";
import { SoakTroubles } from "./soak_troubles.ts";
import { StoredEvents } from "./stored_events.ts";
import { TicketWatch } from "./ticket_watch.ts";

/** Until every match is over and every event where it belongs, and then until all is rated; milliseconds. */
const SETTLE_MS_MAX = 90_000;
/** Until everybody has played the last match to its end, in milliseconds: much longer than one lasts. */
const PLAY_OUT_MS_MAX = 300_000;
/** What no outage excuses in a log. */
const FAULT = /panicked|Uncaught|uncaught_error|unhandled_rejection|session_failed|not_restored/;

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

interface Course {
  readonly options: SoakOptions;
  readonly say: (text: string) => void;
  readonly troubles: SoakTroubles;
  /** What was seen so far. */
  readonly seen: Mutable<SoakResult>;
}

/**
 * Plays while things go wrong, and compares afterwards. Never rejects: what the soak itself cannot do is a
 * fault in its ledger, beside what was seen until then.
 */
export async function runSoak(
  options: SoakOptions,
  { say, open = openSoakSystem }: {
    readonly say: (text: string) => void;
    readonly open?: () => Promise<SoakSystem>;
  },
): Promise<SoakResult> {
  const troubles = new SoakTroubles();
  using _strays = troubles.watchStrays();
  const seen = nothingSeen(options);
  await troubles.guard("could not run", async () => {
    const system = await open();
    say(`started; ${system.faults.length} things can go wrong`);
    await troubles.guard("could not go on", () => soak(system, { options, say, troubles, seen }));
    await system.close();
  });
  return { ...seen, ledger: [...seen.ledger, troubles.line()].map(faultUnseen) };
}

function nothingSeen(options: SoakOptions): Mutable<SoakResult> {
  return {
    ...{ options, players: [], faults: [], ledger: [], memory: [], notes: [] },
    probes: emptyTally(),
    events: { count: 0, repeats: 0 },
  };
}

async function soak(system: SoakSystem, course: Course): Promise<void> {
  const { options, say, troubles, seen } = course;
  const rng = new Rng(options.seed);
  const players = Array.from(
    { length: options.players },
    (_, index) => new SoakPlayer(system, { index, rng: new Rng(rng.nextU32()) }),
  );
  const watch = new OwnerWatch(system.ports.kvStore, systemClock);
  const tickets = new TicketWatch(system.ports.kvStore, systemClock);
  const memory = new MemoryWatch(system.cluster.members());
  const collector = new EventCollector(system.ports.eventLog, systemClock);
  const probe = new RevocationProbe(system);
  seen.players = players.map((player) => player.told);
  seen.probes = probe.tally;
  if (system.disks.size === 0) seen.notes = ["No disk was filled: mounts are refused here."];
  const stop = new AbortController();
  const stopWatching = new AbortController();
  const running = [...players.map((player) => player.run(stop.signal)), probe.run(stop.signal)];
  const watching = [
    memory.run(stopWatching.signal),
    tickets.run(stopWatching.signal),
    collector.run(stopWatching.signal, say),
  ];
  await troubles.guard("things could not be broken", () => breakThings(system, { ...course, rng }));
  say("no more faults; the last matches are played to their end");
  stop.abort();
  await troubles.guard("not played out", () => inTime(Promise.all(running), PLAY_OUT_MS_MAX));
  stopWatching.abort();
  await Promise.all(watching);
  seen.memory = memory.verdicts();
  seen.ledger = [faultsMended(seen.faults), await settled(system, collector), tickets.line()];
  await watch.close();
  const ended = await endAll(system.cluster.members());
  seen.ledger = [...seen.ledger, ended, ...memoryBounded(seen.memory)];
  await troubles.guard("what is stored could not be compared", async () => {
    const events = await readEvents(collector);
    seen.events = { count: events.matches.eventCount, repeats: events.matches.repeatCount };
    const { players, probes } = seen;
    const sources = { players, events, watch, probes, ports: system.ports };
    seen.ledger = [...await balanceLedger(sources), ...seen.ledger];
  });
}

async function breakThings(
  system: SoakSystem,
  { options, rng, say, seen }: Course & { readonly rng: Rng },
): Promise<void> {
  const { durationMs, faultEveryMs: everyMs, only } = options;
  const endMs = systemClock.monotonicMs() + durationMs;
  const possible = system.faults.filter(({ kind, target }) => `${kind} ${target}`.includes(only));
  const plan = planFaults(possible, { durationMs, everyMs, rng });
  const records: FaultRecord[] = [];
  seen.faults = records;
  await runFaults(plan, system, {
    ...{ records, clock: systemClock, signal: new AbortController().signal },
    onFault: ({ atMs, kind, target }) => say(`${Math.round(atMs / 1_000)} s: ${kind} ${target}`),
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.after(Math.max(0, endMs - systemClock.monotonicMs()), resolve);
  await promise;
}

function faultsMended(faults: readonly FaultRecord[]): LedgerLine {
  return {
    rule: "What was broken comes back, and who is asked to end does so in time, with 0",
    checked: faults.length,
    faults: faults.flatMap(({ troubles }) => troubles),
  };
}

/** Whether everything has come to rest: no match goes on, no event waits, no result is unrated. */
async function settled(system: SoakSystem, collector: EventCollector): Promise<LedgerLine> {
  const { cluster } = system;
  const faults: string[] = [];
  for (const wait of [untilQuiet, untilRated]) {
    await wait(system, collector).catch((error: unknown) =>
      faults.push(`not settled: ${describeError(error)}`)
    );
  }
  const rule = "Everything comes to rest: matches end, events leave the disks, results are rated";
  return { rule, checked: cluster.members().length, faults };
}

async function untilQuiet({ cluster, ports }: SoakSystem): Promise<void> {
  await eventually(async () => {
    for (const member of cluster.members()) {
      const metrics = await member.metrics();
      assertEquals(metrics.get("active_sessions_game") ?? 0, 0, `sessions of ${member.serverId}`);
      assertEquals(metrics.get("outbox_events_count") ?? 0, 0, `events of ${member.serverId}`);
    }
    const range = { min: 0, max: Infinity, limit: 10 };
    const owned = await ports.kvStore.sortedSetRange(OWNED_MATCHES_KEY, range);
    assertEquals(owned.map(({ member }) => member), [], "matches that are somebody's");
  }, SETTLE_MS_MAX);
}

/** A match that the log does not end, because its players never met, is never rated. */
async function untilRated({ ports }: SoakSystem, collector: EventCollector): Promise<void> {
  const { matches } = await readEvents(collector);
  await eventually(async () => {
    const open = await ports.database.query(
      "SELECT match_id FROM matchmaking_matches WHERE settled_at_ms IS NULL",
    );
    const over = open.map((row) => String(row.match_id)).filter((id) => matches.isOver(id));
    assertEquals(over, [], "matches that are over and not rated");
  }, SETTLE_MS_MAX);
}

async function readEvents(collector: EventCollector): Promise<StoredEvents> {
  await collector.collect();
  const events = new StoredEvents();
  await events.readAll(collector);
  return events;
}

async function endAll(members: readonly ClusterMember[]): Promise<LedgerLine> {
  const faults = await Promise.all(members.map(async (member) => {
    const why = await whyNotEnded(member);
    const bad = member.errorLines.filter((line) => FAULT.test(line));
    return [...bad, ...why === undefined ? [] : [why]].map((text) => `${member.serverId}: ${text}`);
  }));
  return {
    rule: "No process fails by itself, and each ends with 0 when asked",
    checked: members.length,
    faults: faults.flat(),
  };
}

async function whyNotEnded(member: ClusterMember): Promise<string | undefined> {
  try {
    const code = await member.stop();
    return code === 0 ? undefined : `ended with ${code}`;
  } catch (error) {
    return describeError(error);
  }
}
