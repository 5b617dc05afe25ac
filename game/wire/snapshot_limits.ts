import { TANKS_MAX } from "../simulation/rules.ts";

/** The most tank slots of a snapshot. */
export const SLOTS_MAX: number = TANKS_MAX;

/** The most shells of a snapshot: two for each tank, and some for those that were destroyed and came back. */
export const SHELLS_MAX = 256;

/** The most events of a snapshot; beyond it the oldest are left out. */
export const EVENTS_MAX = 64;

/** How many snapshots both sides keep as baselines. */
export const BASELINES_MAX = 32;

/** The most ticks between a snapshot and its baseline. */
export const BASELINE_TICKS_MAX = 255;

/** Headings of 12 bits: 4096 a turn. */
export const HEADING_BITS = 12;

/** The most hit points on the wire, as in the simulation. */
export const HP_MAX = 100;

/** The highest score of a tank or team. */
export const SCORE_MAX = 65_535;

/** The most bytes of a tank's id. */
export const TANK_ID_BYTES_MAX = 64;

/** The most ticks for which a shell flies: 2 s at 60 Hz. */
export const SHELL_AGE_MAX = 120;

/** The most datagrams that one snapshot is spread over. */
export const SNAPSHOT_PARTS_MAX = 64;

/** The most bytes of a snapshot's body: every slot taken, with the longest names. */
export const SNAPSHOT_BODY_BYTES_MAX = 40_960;
