// Whose a match is rests on how these compare: match_timing_test.ts holds them against one another.

/** How often each lease is renewed and its match's checkpoint written, in milliseconds. */
export const KEEP_PERIOD_MS = 1_000;
/** However much happens in a match, it is kept this often at most, in milliseconds. */
export const KEEP_PERIOD_MS_MIN = 200;
/**
 * For how long a lease is relied on, in milliseconds from when it was asked for: less than it counts
 * (`MATCH_OWNER_TTL_MS`), so that a match stops here before it can go on elsewhere.
 */
export const LEASE_RELIED_MS = 2_500;
/** How long a checkpoint is kept after its match's owner is gone, in milliseconds. */
export const CHECKPOINT_TTL_MS = 10 * 60_000;
/** How long a match's epoch is remembered, in milliseconds: longer than the longest match, which is an hour. */
export const EPOCH_TTL_MS = 65 * 60_000;
/** For how long it is remembered that a match is over, in milliseconds: nobody sleeps longer and has players. */
export const EPOCH_OVER_TTL_MS = 10 * 60_000;

/** How long a server whose lease is in doubt listens for itself, in milliseconds. */
export const ECHO_DEADLINE_MS = 500;
/** How often it does, in milliseconds. */
export const ECHO_PERIOD_MS = 500;
/** For how long it relies on having heard itself, in milliseconds. */
export const ECHO_RELIED_MS = 1_500;

/** How often matches without an owner are looked for, in milliseconds. */
export const RESTORE_PERIOD_MS = 500;
/** How long an owner that is late has for its answer, in milliseconds. */
export const PROBE_DEADLINE_MS = 500;
/** A deadline that was seen to pass so late says nothing of who was asked; in milliseconds. */
export const PROBE_TOOK_MS_MAX = 2 * PROBE_DEADLINE_MS;
/**
 * For how long an owner must not have answered, in milliseconds: one that cannot reach the store plays on for
 * almost as long (`ECHO_RELIED_MS`) after it has heard itself last.
 */
export const SILENT_MS_MIN = 1_600;
/** Owners are asked so long before their leases run out, in milliseconds, so that nobody waits for that then. */
export const ASKED_AHEAD_MS = 1_500;
