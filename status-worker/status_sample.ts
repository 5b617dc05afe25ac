import type { JsonObject, JsonValue } from "../core/json.ts";
import type { EventBody } from "../core/protocol/event_envelope.ts";
import type { ServerStatus } from "./status.ts";

/** `status_updated`: the table was just read; `status_sampled`: between two readings. */
export const SAMPLE_KINDS = ["status_updated", "status_sampled"] as const;

/** One of {@linkcode SAMPLE_KINDS}. */
export type SampleKind = typeof SAMPLE_KINDS[number];

/** What is remembered of one moment. */
export interface StatusSample {
  /** When, in milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Whether players could play: the table says open, and a game server was there if one can tell. */
  readonly isUp: boolean;
  /** Players in matches; null where no one knew. */
  readonly players: number | null;
  /** Matches; null where no one knew. */
  readonly matches: number | null;
  /** Game servers; null where no one knew. */
  readonly servers: number | null;
}

/** The event by which a status is remembered; time, id and server come with its envelope. */
export function toSampleEvent(status: ServerStatus, kind: SampleKind): EventBody {
  const { server_status, rates, client_status, live } = status;
  return {
    event_type: kind,
    server_status,
    client_status,
    rates: { ...rates },
    players_online: live?.players_online ?? null,
    matches_running: live?.matches_running ?? null,
    servers: live?.servers ?? null,
    regions: live?.regions.map((region) => ({ ...region })) ?? null,
  };
}

/** The sample that an event holds, or undefined where it holds none. */
export function tryParseSample(event: JsonObject): StatusSample | undefined {
  const { event_type, timestamp, server_status } = event;
  if (!SAMPLE_KINDS.some((kind) => kind === event_type)) return undefined;
  if (!isFinite(timestamp) || !isFinite(server_status)) return undefined;
  const servers = countOf(event.servers);
  return {
    atMs: timestamp * 1_000,
    isUp: isUp(server_status, servers),
    players: countOf(event.players_online),
    matches: countOf(event.matches_running),
    servers,
  };
}

/** Whether players can play, as {@linkcode StatusSample.isUp} has it; `servers` is null where no one knows. */
export function isUp(serverStatus: number, servers: number | null): boolean {
  return serverStatus > 0 && servers !== 0;
}

function isFinite(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function countOf(value: JsonValue | undefined): number | null {
  return isFinite(value) && value >= 0 ? value : null;
}
