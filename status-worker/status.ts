import { type JsonValue, tryJsonObject, tryParseJson } from "../core/json.ts";
import type { ConstantRow } from "../core/ports/constants_source.ts";
import { type LiveStatus, tryParseLiveStatus } from "./live_status.ts";

/** How much faster or slower than usual things go; 1 is usual. */
export interface ServerRates {
  /** Experience. */
  readonly exp: number;
  /** Rewards of battles between players. */
  readonly pvp: number;
  /** Rewards of battles against bots. */
  readonly pve: number;
  /** How often rare enemies appear. */
  readonly color_mob: number;
  /** Skill of crews. */
  readonly skill: number;
}

/** The status as it is cached; field for field what a visitor sees. */
export interface ServerStatus {
  /** 1 where the server is open to players. */
  readonly server_status: number;
  /** The rates. */
  readonly rates: ServerRates;
  /** Flags for the client. */
  readonly client_status: number;
  /** What the game servers say of themselves; null where none has been listened to yet. */
  readonly live: LiveStatus | null;
  /** When the table was read, in seconds since the Unix epoch; null where it never was. */
  readonly updated_at: number | null;
  /** What each constant means, by its name in the table. */
  readonly _meta: Readonly<Record<string, string>>;
}

/** Where an answer can come from, best first; `stale` is what was known last. */
export const STATUS_SOURCES = ["cache", "database", "stale", "default"] as const;

/** One of {@linkcode STATUS_SOURCES}. */
export type StatusSource = typeof STATUS_SOURCES[number];

/** What a visitor is told of how the answer was come by. */
export interface CacheNote {
  /** Whether the database was not asked. */
  readonly cached: boolean;
  /** Whole seconds since {@linkcode ServerStatus.updated_at}. */
  readonly age_seconds: number | null;
  /** Where the answer comes from. */
  readonly source: StatusSource;
}

/** What a visitor gets. */
export interface AnnotatedStatus extends ServerStatus {
  /** How the answer was come by. */
  readonly _cache: CacheNote;
}

/** A constant whose value in the table is no number. */
export interface WrongConstant {
  /** Its name in the table. */
  readonly name: string;
  /** The value, cut to {@linkcode WRONG_VALUE_LENGTH_MAX} characters. */
  readonly value: string;
}

/** Characters of a wrong value that are reported. */
export const WRONG_VALUE_LENGTH_MAX = 64;

/** Rows whose descriptions are passed on; later ones are left out. */
export const META_ROWS_MAX = 1_000;

/** What is said where nothing is known. */
export const DEFAULT_STATUS: ServerStatus = {
  server_status: 1,
  rates: { exp: 1, pvp: 1, pve: 1, color_mob: 1, skill: 1 },
  client_status: 256,
  live: null,
  updated_at: null,
  _meta: {},
};

/**
 * Makes the status from the rows of the table. A constant that is missing, or whose value is no
 * number, has its default; of two rows with one name the first counts.
 *
 * @param options `updatedAtS`: when they were read, in seconds since the Unix epoch; `live`: what is
 * known of the game servers
 */
export function makeStatus(
  rows: readonly ConstantRow[],
  options: { readonly updatedAtS: number; readonly live: LiveStatus | null },
): { readonly status: ServerStatus; readonly wrong: readonly WrongConstant[] } {
  const wrong: WrongConstant[] = [];
  const read = (name: string, fallback: number): number => {
    const row = rows.find((candidate) => candidate.name === name);
    if (row === undefined) return fallback;
    const value = tryParseNumber(row.value);
    if (value === undefined) {
      wrong.push({ name, value: row.value.slice(0, WRONG_VALUE_LENGTH_MAX) });
    }
    return value ?? fallback;
  };
  const { server_status, rates, client_status } = DEFAULT_STATUS;
  const status = {
    server_status: read("ServerStatus", server_status),
    rates: {
      exp: read("RateExp", rates.exp),
      pvp: read("RatePvp", rates.pvp),
      pve: read("RatePve", rates.pve),
      color_mob: read("RateColorMob", rates.color_mob),
      skill: read("RateSkill", rates.skill),
    },
    client_status: read("CLIENT_STATUS", client_status),
    live: options.live,
    updated_at: options.updatedAtS,
    _meta: Object.fromEntries(
      rows.slice(0, META_ROWS_MAX).map(({ name, description }) => [name, description]),
    ),
  };
  return { status, wrong };
}

/** A status that was cached as JSON, or undefined where the text is none. */
export function tryParseStatus(text: string): ServerStatus | undefined {
  const value = tryJsonObject(tryParseJson(text));
  const rates = tryParseRates(value?.rates);
  const { server_status, client_status, updated_at } = value ?? {};
  if (rates === undefined || !isFiniteNumber(server_status)) return undefined;
  if (!isFiniteNumber(client_status) || !isFiniteNumber(updated_at)) return undefined;
  const live = tryParseLiveStatus(value?.live) ?? null;
  return { server_status, rates, client_status, live, updated_at, _meta: textsOf(value?._meta) };
}

/** The status with `_cache`. */
export function annotateStatus(
  status: ServerStatus,
  options: { readonly source: StatusSource; readonly ageSeconds: number | null },
): AnnotatedStatus {
  const { source, ageSeconds } = options;
  const cached = source === "cache" || source === "stale";
  return { ...status, _cache: { cached, age_seconds: ageSeconds, source } };
}

/** What the status says, but not when the servers were counted: what it says may last. */
export function contentOf(status: ServerStatus): string {
  const { live } = status;
  return JSON.stringify({ ...status, live: live && { ...live, updated_at: 0 } });
}

/** Whole seconds since the table was read, never below 0; null where it never was. */
export function ageSecondsOf(status: ServerStatus, nowMs: number): number | null {
  if (status.updated_at === null) return null;
  // The clock of whoever wrote it may be ahead of ours.
  return Math.max(0, Math.floor(nowMs / 1_000 - status.updated_at));
}

// `Number` alone would take an empty text for 0, and "0x10" and "Infinity" for numbers.
function tryParseNumber(text: string): number | undefined {
  if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function tryParseRates(value: JsonValue | undefined): ServerRates | undefined {
  const { exp, pvp, pve, color_mob, skill } = tryJsonObject(value) ?? {};
  if (!isFiniteNumber(exp) || !isFiniteNumber(pvp) || !isFiniteNumber(pve)) return undefined;
  if (!isFiniteNumber(color_mob) || !isFiniteNumber(skill)) return undefined;
  return { exp, pvp, pve, color_mob, skill };
}

function textsOf(value: JsonValue | undefined): Record<string, string> {
  const texts: [string, string][] = [];
  for (const [name, text] of Object.entries(tryJsonObject(value) ?? {})) {
    if (typeof text === "string") texts.push([name, text]);
  }
  return Object.fromEntries(texts.slice(0, META_ROWS_MAX));
}

function isFiniteNumber(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
