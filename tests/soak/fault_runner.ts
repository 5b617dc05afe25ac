import { type Clock, sleep } from "../../core/clock.ts";
import { describeError } from "../../core/log.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Fault, PlannedFault } from "./fault_plan.ts";
import type { Drainable, SoakSystem } from "./soak_system.ts";

/** A fault that was. */
export interface FaultRecord extends Fault {
  /** When it began, on the monotonic clock. */
  readonly fromMs: number;
  /** When it was mended: what was killed listens again. */
  readonly toMs: number;
  /** What did not go as it must, in words: it did not come back, or did not end when asked. */
  readonly troubles: readonly string[];
}

/** What is broken. */
export type FaultTargets =
  & Pick<SoakSystem, "breakable" | "drainable" | "links" | "disks">
  & { readonly brokers: Pick<SoakSystem["brokers"], "kafka"> };

/** How faults are done. */
export interface FaultRun {
  /** Takes each fault that was, once it is mended. */
  readonly records: FaultRecord[];
  /** Told of each before it begins. */
  readonly onFault: (fault: PlannedFault) => void;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Says when. */
  readonly clock: Clock;
}

const RESTART_TRIES_MAX = 2;
const RESTART_DELAY_MS = 2_000;

interface Trouble {
  readonly text: string;
  /** It does not run, and nothing more can be done to it. */
  readonly isGone: boolean;
}

/**
 * Does what the plan says, when it says it. What cannot be started again is left out from then on. Never
 * rejects.
 */
export async function runFaults(
  plan: readonly PlannedFault[],
  targets: FaultTargets,
  { records, onFault, signal, clock }: FaultRun,
): Promise<void> {
  const startMs = clock.monotonicMs();
  const gone = new Set<string>();
  for (const fault of plan) {
    const waitMs = Math.max(0, startMs + fault.atMs - clock.monotonicMs());
    if (!await rest(waitMs, { clock, signal })) return;
    if (gone.has(fault.target)) continue;
    onFault(fault);
    const fromMs = clock.monotonicMs();
    const troubles: Trouble[] = [];
    const mend = await inflict(fault, targets, { clock, troubles });
    // Also where it is to end: what is broken is mended first.
    await rest(fault.lastsMs, { clock, signal });
    await mend();
    if (troubles.some(({ isGone }) => isGone)) gone.add(fault.target);
    const { kind, target } = fault;
    const texts = troubles.map(({ text }) => `${kind} ${target}: ${text}`);
    records.push({ kind, target, fromMs, toMs: clock.monotonicMs(), troubles: texts });
  }
}

interface Inflicting {
  readonly clock: Clock;
  readonly troubles: Trouble[];
}

/** Does it; what it gives undoes it. Neither rejects: what they cannot do is a trouble. */
async function inflict(
  fault: Fault,
  targets: FaultTargets,
  about: Inflicting,
): Promise<() => Promise<void>> {
  const { troubles } = about;
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      troubles.push({ text: `${what}: ${describeError(error)}`, isGone: false });
    }
  };
  let mend = (): Promise<void> => Promise.resolve();
  await attempt("could not be done", async () => {
    mend = await begin(fault, targets, about);
  });
  return () => attempt("could not be mended", mend);
}

/** @throws Error for a target that there is not, or that cannot be broken */
async function begin(
  { kind, target }: Fault,
  { brokers: { kafka }, breakable, drainable, links, disks }: FaultTargets,
  about: Inflicting,
): Promise<() => Promise<void>> {
  if (target === "kafka" && kafka !== undefined) {
    await (kind === "freeze" ? kafka.freeze() : kafka.cut());
    return async () => await (kind === "freeze" ? kafka.thaw() : kafka.mend());
  }
  switch (kind) {
    case "kill": {
      const one = found(breakable, target);
      await one.kill();
      return () => startAgain(one, about);
    }
    case "freeze": {
      const one = found(breakable, target);
      await one.freeze();
      return () => one.thaw();
    }
    case "drain": {
      const one = found(drainable, target);
      const text = await whyNotEnded(one);
      if (text !== undefined) about.troubles.push({ text, isGone: false });
      return () => startAgain(one, about);
    }
    case "cut": {
      const link = found(links, target);
      await link.cut();
      return () => Promise.resolve(link.mend());
    }
    case "fill": {
      const disk = found(disks, target);
      await disk.fill();
      return () => disk.empty();
    }
    default:
      return unreachable(kind);
  }
}

/** It has its drain time, and what a loaded machine adds to that. */
async function whyNotEnded(one: Pick<Drainable, "stop">): Promise<string | undefined> {
  try {
    const code = await one.stop();
    return code === 0 ? undefined : `ended with ${code} when it was asked to end`;
  } catch (error) {
    return `did not end when it was asked to: ${describeError(error)}`;
  }
}

/** What it needs may not be back yet, as after a fault before it. @throws Error where it cannot be ended */
async function startAgain(
  one: Pick<Drainable, "kill" | "startAgain">,
  { clock, troubles }: Inflicting,
): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await one.startAgain();
    } catch (error) {
      if (attempt >= RESTART_TRIES_MAX) {
        const text = `could not be started again: ${describeError(error)}`;
        return void troubles.push({ text, isGone: true });
      }
      // What has half begun is in the way.
      await one.kill();
      await sleep(clock, RESTART_DELAY_MS);
    }
  }
}

/** Whether the time has passed. */
async function rest(
  delayMs: number,
  { clock, signal }: Pick<FaultRun, "clock" | "signal">,
): Promise<boolean> {
  try {
    await sleep(clock, delayMs, signal);
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
