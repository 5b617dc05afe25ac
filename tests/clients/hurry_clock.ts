import { type Clock, systemClock } from "../../core/clock.ts";

/** A clock that agrees with the machine's now, and goes `factor` times as fast. */
export function hurryClock(factor: number): Clock {
  const startMs = systemClock.monotonicMs();
  const startNowMs = systemClock.nowMs();
  const passedMs = (): number => (systemClock.monotonicMs() - startMs) * factor;
  return {
    nowMs: () => Math.floor(startNowMs + passedMs()),
    monotonicMs: () => startMs + passedMs(),
    after: (delayMs, callback) => systemClock.after(delayMs / factor, callback),
    every: (periodMs, callback) => systemClock.every(periodMs / factor, callback),
  };
}
