import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { ReplayError } from "./replay_error.ts";

/** The layout of the events of `match_inputs`; another one is refused. */
export const REPLAY_FORMAT = 1;

/** The longest text of one record's operations: base64 of the most bytes, with its padding. */
const OPS_LENGTH_MAX = 24_000;
const SEQ_MAX = 0x7fff_ffff;
const TEXT_LENGTH_MAX = 256;
/** Who may come within one record. */
export const JOINED_MAX = 128;

/** An event of the topic `match_inputs`, without what every event has. */
export interface RecordEvent extends JsonObject {
  /** `match_recorded`, `match_ticks` or `match_record_ended`. */
  readonly event_type: string;
}

/** What every record begins with. */
export interface RecordHead {
  /** Also the event's key. */
  readonly matchId: string;
  /** 0, and one more each time that another server goes on with the match from a saved state. */
  readonly part: number;
  /** Counts the records of a part from 0: a hole shows. */
  readonly seq: number;
}

/** A part begins, from a whole saved world: of part 0 the one at tick 0, without tanks. */
export interface StartRecord extends RecordHead {
  /** Tells the records apart. */
  readonly kind: "start";
  /** The name of the game mode. */
  readonly mode: string;
  /** The number of the simulation that plays it. */
  readonly simulation: number;
  /** What `saveWorld` gave. */
  readonly state: JsonObject;
}

/** What was done to the world for a second, or less where that was much. */
export interface TicksRecord extends RecordHead {
  /** Tells the records apart. */
  readonly kind: "ticks";
  /** Steps done before its first operation. */
  readonly fromTick: number;
  /** Steps done after its last. */
  readonly toTick: number;
  /** As `readOps` reads them. */
  readonly ops: Uint8Array;
  /** The tanks that came, in order: tank id and player id. */
  readonly joined: readonly (readonly [tankId: string, playerId: string])[];
  /** The world's hash after its last operation; undefined within a second. */
  readonly hash: string | undefined;
}

/** The match is over, or its session has ended before. */
export interface EndRecord extends RecordHead {
  /** Tells the records apart. */
  readonly kind: "end";
  /** Steps done. */
  readonly tick: number;
  /** The world's hash; undefined after a fault. */
  readonly hash: string | undefined;
  /** `match_over`, or why the session ended. */
  readonly reason: string;
}

/** What a match is replayed from. */
export type MatchRecord = StartRecord | TicksRecord | EndRecord;

/** Whether an event says that a match was recorded; each match has one such event, or one a part. */
export function isStartEvent(event: JsonObject): boolean {
  return event.event_type === "match_recorded";
}

/** A record's type and head, as an event has them. */
export function encodeHead(eventType: string, head: RecordHead): RecordEvent {
  return { event_type: eventType, match_id: head.matchId, part: head.part, seq: head.seq };
}

/** Reads an event of `match_inputs`. @throws ReplayError saying what is wrong with it */
export function parseMatchRecord(event: JsonObject): MatchRecord {
  const head = {
    matchId: text(event, "match_id"),
    part: integer(event, "part"),
    seq: integer(event, "seq"),
  };
  switch (event.event_type) {
    case "match_recorded":
      return parseStart(event, head);
    case "match_ticks":
      return parseTicks(event, head);
    case "match_record_ended": {
      const reason = text(event, "reason");
      return { ...head, kind: "end", tick: integer(event, "tick"), hash: hash(event), reason };
    }
    default:
      throw wrong("event_type", "one of match_inputs");
  }
}

function parseStart(event: JsonObject, head: RecordHead): StartRecord {
  const format = integer(event, "format");
  if (format !== REPLAY_FORMAT) {
    throw new ReplayError("other_version", `its format is ${format}, this is ${REPLAY_FORMAT}`);
  }
  const state = tryJsonObject(event.state);
  if (state === undefined) throw wrong("state", "an object");
  const simulation = integer(event, "simulation");
  return { ...head, kind: "start", mode: text(event, "mode"), simulation, state };
}

function parseTicks(event: JsonObject, head: RecordHead): TicksRecord {
  const fromTick = integer(event, "from_tick");
  const toTick = integer(event, "to_tick");
  if (toTick < fromTick) throw wrong("to_tick", `${fromTick} or more`);
  const ops = parseOps(event);
  return {
    ...head,
    kind: "ticks",
    fromTick,
    toTick,
    ops,
    joined: joined(event),
    hash: hash(event),
  };
}

function parseOps(event: JsonObject): Uint8Array {
  const { ops } = event;
  if (typeof ops !== "string" || ops.length > OPS_LENGTH_MAX) throw wrong("ops", "base64");
  try {
    return Uint8Array.fromBase64(ops);
  } catch (error) {
    throw new ReplayError("bad_record", "ops is no base64", { cause: error });
  }
}

function joined(event: JsonObject): readonly (readonly [string, string])[] {
  const { joined = [] } = event;
  if (!Array.isArray(joined) || joined.length > JOINED_MAX) {
    throw wrong("joined", "a list of pairs");
  }
  return joined.map((pair: unknown): [string, string] => {
    const [tankId, playerId]: unknown[] = Array.isArray(pair) ? pair : [];
    if (typeof tankId === "string" && typeof playerId === "string") return [tankId, playerId];
    throw wrong("joined", "a list of pairs");
  });
}

function hash(event: JsonObject): string | undefined {
  if (event.hash === undefined || event.hash === null) return undefined;
  return text(event, "hash");
}

function text(event: JsonObject, name: string): string {
  const value = event[name];
  if (typeof value === "string" && value.length <= TEXT_LENGTH_MAX) return value;
  throw wrong(name, "a text");
}

function integer(event: JsonObject, name: string): number {
  const value = event[name];
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= SEQ_MAX) {
    return value;
  }
  throw wrong(name, "a whole number");
}

function wrong(name: string, rule: string): ReplayError {
  return new ReplayError("bad_record", `${name} must be ${rule}`);
}
