import { sleep, systemClock } from "../../core/clock.ts";
import { describeError } from "../../core/log.ts";
import type { Fault, PlannedFault } from "./fault_plan.ts";
import type { SoakSystem } from "./soak_system.ts";

/** A fault that was. */
export interface FaultRecord extends Fault {
  /** When it began, on the monotonic clock. */
  readonly fromMs: number;
  /** When it was mended: what was killed listens again. */
  readonly toMs: number;
}

const RESTART_TRIES_MAX = 5;
const RESTART_DELAY_MS = 2_000;

/** Does what the plan says, when it says it; the faults that were. Ends early when the signal aborts. */
export async function runFaults(
  plan: readonly PlannedFault[],
  system: SoakSystem,
  options: { readonly onFault: (fault: PlannedFault) => void; readonly signal: AbortSignal },
): Promise<FaultRecord[]> {
  const startMs = systemClock.monotonicMs();
  const records: FaultRecord[] = [];
  for (const fault of plan) {
    const waitMs = Math.max(0, startMs + fault.atMs - systemClock.monotonicMs());
    if (!await rest(waitMs, options.signal)) break;
    options.onFault(fault);
    const fromMs = systemClock.monotonicMs();
    const mend = await inflict(fault, system);
    // Also where it is to end: what is broken is mended first.
    await rest(fault.lastsMs, options.signal);
    await mend();
    const { kind, target } = fault;
    records.push({ kind, target, fromMs, toMs: systemClock.monotonicMs() });
  }
  return records;
}

/** Does it; what it gives undoes it. @throws Error for a target that there is not */
async function inflict(
  { kind, target }: Fault,
  system: SoakSystem,
): Promise<() => Promise<void>> {
  const { kafka } = system.brokers;
  if (target === "kafka" && kafka !== undefined) {
    const begin = kind === "freeze" ? kafka.freeze : kafka.cut;
    begin.call(kafka);
    return () => Promise.resolve(kind === "freeze" ? kafka.thaw() : kafka.mend());
  }
  switch (kind) {
    case "kill": {
      const one = found(system.breakable, target);
      await one.kill();
      return () => startAgain(one);
    }
    case "freeze": {
      const one = found(system.breakable, target);
      await one.freeze();
      return () => one.thaw();
    }
    case "cut": {
      const link = found(system.links, target);
      await link.cut();
      return () => Promise.resolve(link.mend());
    }
    case "fill": {
      const disk = found(system.disks, target);
      await disk.fill();
      return () => disk.empty();
    }
  }
}

/** What it needs may not be back yet, as after a fault before it. @throws what it threw last */
async function startAgain(one: { startAgain(): Promise<void> }): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await one.startAgain();
    } catch (error) {
      if (attempt >= RESTART_TRIES_MAX) {
        throw new Error(`Cannot start again: ${describeError(error)}`, { cause: error });
      }
      await sleep(systemClock, RESTART_DELAY_MS);
    }
  }
}

/** Whether the time has passed. */
async function rest(delayMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(systemClock, delayMs, signal);
    return true;
  } catch {
    // It is to end.
    return false;
  }
}

function found<Value>(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new Error(`Cannot break ${name}: there is none`);
  return value;
}
