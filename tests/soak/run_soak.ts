import { assertEquals } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { describeError } from "../../core/log.ts";
import { Rng } from "../../core/rng.ts";
import { OwnerWatch } from "../cluster/owner_watch.ts";
import { eventually } from "../contract/eventually.ts";
import { planFaults } from "./fault_plan.ts";
import { type FaultRecord, runFaults } from "./fault_runner.ts";
import { MemoryWatch } from "./memory_watch.ts";
import { RevocationProbe } from "./revocation_probe.ts";
import { balanceLedger, type LedgerLine } from "./soak_ledger.ts";
import type { SoakOptions } from "./soak_options.ts";
import { SoakPlayer } from "./soak_player.ts";
import type { SoakResult } from "./soak_report.ts";
import { openSoakSystem, type SoakSystem } from "./soak_system.ts";
import { StoredEvents } from "./stored_events.ts";

/** Until everything that waits on a disk is where it belongs, in milliseconds. */
const SETTLE_MS_MAX = 60_000;
/** What no outage excuses in a log. */
const FAULT = /panicked|Uncaught|uncaught_error|unhandled_rejection|session_failed|not_restored/;

/** Plays while things go wrong, and compares afterwards. @throws Error where it cannot be set up */
export async function runSoak(
  options: SoakOptions,
  say: (text: string) => void,
): Promise<SoakResult> {
  const system = await openSoakSystem();
  try {
    say(`started; ${system.faults.length} things can go wrong`);
    return await soak(system, options, say);
  } finally {
    await system.close();
  }
}

async function soak(
  system: SoakSystem,
  options: SoakOptions,
  say: (text: string) => void,
): Promise<SoakResult> {
  const rng = new Rng(options.seed);
  const players = Array.from(
    { length: options.players },
    (_, index) => new SoakPlayer(system, { index, rng: new Rng(rng.nextU32()) }),
  );
  const watch = new OwnerWatch(system.ports.kvStore, systemClock);
  const memory = new MemoryWatch(system.cluster.members());
  const probe = new RevocationProbe(system);
  const stop = new AbortController();
  const stopMemory = new AbortController();
  const running = [...players.map((player) => player.run(stop.signal)), probe.run(stop.signal)];
  const watching = memory.run(stopMemory.signal);
  const faults = await breakThings(system, options, { rng, say, stop });
  say("no more faults; the last matches are played to their end");
  stop.abort();
  await Promise.all(running);
  stopMemory.abort();
  await watching;
  const notes = system.disks.size > 0 ? [] : ["No disk was filled: mounts are refused here."];
  await settle(system).catch((error: unknown) =>
    notes.push(`Not settled: ${describeError(error)}`)
  );
  await watch.close();
  const codes = await system.cluster.stop();
  const events = new StoredEvents();
  await events.readAll(system.ports.eventLog);
  const told = players.map((player) => player.told);
  const sources = { players: told, events, watch, probes: probe.tally, ports: system.ports };
  return {
    ...{ options, players: told, faults, probes: probe.tally, notes },
    ledger: [...await balanceLedger(sources), processesSound(system, codes)],
    memory: memory.verdicts(),
    events: { count: events.matches.eventCount, repeats: events.matches.repeatCount },
  };
}

async function breakThings(
  system: SoakSystem,
  { durationMs, faultEveryMs: everyMs, only }: SoakOptions,
  { rng, say, stop }: {
    readonly rng: Rng;
    readonly say: (text: string) => void;
    readonly stop: AbortController;
  },
): Promise<FaultRecord[]> {
  const endMs = systemClock.monotonicMs() + durationMs;
  const possible = system.faults.filter(({ kind, target }) => `${kind} ${target}`.includes(only));
  const plan = planFaults(possible, { durationMs, everyMs, rng });
  const onFault = ({ atMs, kind, target }: typeof plan[number]): void =>
    say(`${Math.round(atMs / 1_000)} s: ${kind} ${target}`);
  const faults = await runFaults(plan, system, { onFault, signal: stop.signal });
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.after(Math.max(0, endMs - systemClock.monotonicMs()), resolve);
  await promise;
  return faults;
}

/** Waits until events have left every disk and every result has been rated. */
async function settle({ cluster, ports }: SoakSystem): Promise<void> {
  await eventually(async () => {
    for (const member of cluster.members()) {
      const metrics = await member.metrics();
      assertEquals(metrics.get("outbox_events_count") ?? 0, 0, member.serverId);
    }
    const open = await ports.database.query(
      "SELECT match_id FROM matchmaking_matches WHERE settled_at_ms IS NULL",
    );
    assertEquals(open.length, 0, "matches that are not rated");
  }, SETTLE_MS_MAX);
}

function processesSound(
  { cluster }: SoakSystem,
  codes: ReadonlyMap<string, number>,
): LedgerLine {
  const faults = cluster.members().flatMap(({ serverId, errorLines }) => {
    const code = codes.get(serverId) ?? 0;
    const bad = errorLines.filter((line) => FAULT.test(line)).map((line) => `${serverId}: ${line}`);
    return code === 0 ? bad : [...bad, `${serverId} ended with ${code}`];
  });
  const checked = cluster.members().length;
  return { rule: "No process fails by itself, and each ends with 0 when asked", checked, faults };
}
