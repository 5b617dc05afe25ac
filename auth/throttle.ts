/** How often a password may be guessed for one account, or from one address. */
export interface ThrottleRules {
  /** Failures without a wait, 1 or more. */
  readonly failuresFree: number;
  /** Milliseconds after which one failure is forgotten: no more than that many follow for ever. */
  readonly forgetMs: number;
  /** The wait after the first failure that is not free, in milliseconds; doubled by each other. */
  readonly delayMs: number;
  /** The longest wait, in milliseconds. */
  readonly delayMsMax: number;
}

/** What is remembered of one account or address. */
export interface ThrottleState {
  /** Failures that were not forgotten at `atMs`. */
  readonly failureCount: number;
  /** When that was, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Until when nothing is tried, in milliseconds since the epoch. */
  readonly untilMs: number;
}

/** Beyond what is free no more failures are counted: whoever stops is forgotten in a bounded time. */
const FAILURES_OVER_MAX = 20;

const STATE_PATTERN = /^(\d{1,8}):(\d{1,15}):(\d{1,15})$/;

/** Milliseconds until a password may be tried; 0: now. Never above the rules' longest wait. */
export function retryAfterMs(
  state: ThrottleState | undefined,
  options: { readonly rules: ThrottleRules; readonly nowMs: number },
): number {
  if (state === undefined) return 0;
  // Another server's clock may be ahead.
  return Math.min(Math.max(0, state.untilMs - options.nowMs), options.rules.delayMsMax);
}

/** What is remembered after one more failure. */
export function afterFailure(
  state: ThrottleState | undefined,
  options: { readonly rules: ThrottleRules; readonly nowMs: number },
): ThrottleState {
  const { rules: { failuresFree, forgetMs, delayMs, delayMsMax }, nowMs } = options;
  const before = state ?? { failureCount: 0, atMs: nowMs, untilMs: 0 };
  const forgottenCount = Math.floor(Math.max(0, nowMs - before.atMs) / forgetMs);
  const leftCount = Math.max(0, before.failureCount - forgottenCount);
  // What has passed of the time in which the next one is forgotten is kept.
  const atMs = leftCount === 0 ? nowMs : before.atMs + forgottenCount * forgetMs;
  const failureCount = Math.min(leftCount + 1, failuresFree + FAILURES_OVER_MAX);
  const overCount = failureCount - failuresFree;
  const waitMs = overCount > 0 ? Math.min(delayMs * 2 ** (overCount - 1), delayMsMax) : 0;
  return { failureCount, atMs, untilMs: Math.max(before.untilMs, nowMs + waitMs) };
}

/** Milliseconds after which a state says nothing any more. */
export function throttleTtlMs(
  state: ThrottleState,
  options: { readonly rules: ThrottleRules; readonly nowMs: number },
): number {
  const forgottenAtMs = state.atMs + state.failureCount * options.rules.forgetMs;
  return Math.max(1, forgottenAtMs - options.nowMs, state.untilMs - options.nowMs);
}

/** The state as a text that {@linkcode tryParseThrottle} reads. */
export function formatThrottle({ failureCount, atMs, untilMs }: ThrottleState): string {
  return `${failureCount}:${Math.floor(atMs)}:${Math.ceil(untilMs)}`;
}

/** The text as a state, or undefined where it is none. */
export function tryParseThrottle(text: string | undefined): ThrottleState | undefined {
  const match = STATE_PATTERN.exec(text ?? "");
  if (match === null) return undefined;
  const [failureCount = 0, atMs = 0, untilMs = 0] = match.slice(1).map(Number);
  return { failureCount, atMs, untilMs };
}
