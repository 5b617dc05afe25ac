/** What is measured, each with its unit: times are kept in microseconds and told in milliseconds. */
export const MEASURES = {
  /** A TCP or WebSocket connection, to auth, game server or gateway. */
  connect: { unit: "ms", title: "Connect" },
  /** From the request to the reply, as are the next two. */
  register: { unit: "ms", title: "Register" },
  login: { unit: "ms", title: "Log in" },
  /** A match found, searches that waited included. */
  find: { unit: "ms", title: "Find a match" },
  /** From asking for a tank to having it. */
  join: { unit: "ms", title: "Join" },
  /** From when an input was due to the first state that has applied it. */
  input_to_state: { unit: "ms", title: "Input to state" },
  /** From one state to the next, at the player. */
  snapshot_gap: { unit: "ms", title: "Gap between states" },
  /** How long ago, as far as the client knows the server's time, a state was the match. */
  snapshot_age: { unit: "ms", title: "Age of a state" },
  /** All messages that a state came in. */
  snapshot_bytes: { unit: "bytes", title: "Size of a state" },
} as const;

/** One of {@linkcode MEASURES}. */
export type MeasureName = keyof typeof MEASURES;

/** All of {@linkcode MEASURES}, in the order in which they are shown. */
export const MEASURE_NAMES = Object.keys(MEASURES) as readonly MeasureName[];

const US_PER_MS = 1_000;

/** How many of the kept units are one of those that are told. */
export function scaleOf(measure: MeasureName): number {
  return MEASURES[measure].unit === "ms" ? US_PER_MS : 1;
}

/** What is counted. */
export const COUNT_NAMES = [
  "accounts",
  "logins",
  "finds",
  "joins",
  /** Matches that a player left because its time was up. */
  "matches_left",
  /** Matches that ended while a player was in them. */
  "matches_over",
  /** Matches that a player followed to another server. */
  "matches_moved",
  /** Inputs that were due. */
  "inputs_due",
  /** Of those, the ones that a state has applied. */
  "inputs_applied",
  /** Those that no state applied in time. */
  "inputs_lost",
  /** Those that were so new when the player left that nothing can be said of them. */
  "inputs_unsettled",
  "snapshots",
  "messages_sent",
  "messages_received",
  "bytes_sent",
  "bytes_received",
  /** Values beyond what is kept, which count as the most that is. */
  "values_clamped",
] as const;

/** One of {@linkcode COUNT_NAMES}. */
export type CountName = typeof COUNT_NAMES[number];

/** What a player can be doing. */
export const PHASES = ["waiting", "entering", "playing", "thinking", "done"] as const;

/** One of {@linkcode PHASES}. */
export type Phase = typeof PHASES[number];
