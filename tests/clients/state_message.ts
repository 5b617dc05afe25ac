import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { listAt, numberAt, objectsAt, textAt } from "./json_fields.ts";

/** A tank as a client sees it; positions in metres, angles in radians. */
export interface SeenTank {
  /** Names the tank in its match and in events. */
  readonly tank_id: string;
  /** Metres from the left. */
  readonly x: number;
  /** Metres from the top. */
  readonly y: number;
  /** Where the hull looks, in radians. */
  readonly heading: number;
  /** Where the turret points, in radians, whatever the hull does. */
  readonly turret: number;
  /** Hit points; 0 is destroyed. */
  readonly hp: number;
  /** Whose side it is on. */
  readonly team: number;
  /** What the tank has scored. */
  readonly score: number;
  /** Whether it is on the ground, and not waiting to come back. */
  readonly alive: boolean;
}

/** The fields of a tank that a state carries: all, or those that changed. */
export type SeenTankChange = Partial<SeenTank> & Pick<SeenTank, "tank_id">;

/** A `state` message. */
export interface StateMessage {
  /** The tick that it shows. */
  readonly tick: number;
  /** The tick against which it is a delta; null: full. */
  readonly base: number | null;
  /** The last input that was applied. */
  readonly ackSeq: number;
  /** Tanks that are new or have changed; all of them in a full state. */
  readonly tanks: readonly SeenTankChange[];
  /** The ids of tanks that the base has and this tick has not. */
  readonly gone: readonly string[];
  /** All shells in flight. */
  readonly shells: readonly JsonObject[];
  /** What happened. */
  readonly events: readonly JsonObject[];
}

const STATE_FIELDS = ["type", "tick", "base", "ack_seq", "tanks", "gone", "shells", "events"];

/** A tank's fields, in the order in which PROTOCOL names them. */
export const TANK_FIELDS: readonly (keyof SeenTank)[] = [
  "tank_id",
  "x",
  "y",
  "heading",
  "turret",
  "hp",
  "team",
  "score",
  "alive",
];

const TANK_NUMBERS = ["x", "y", "heading", "turret", "hp", "team", "score"] as const;

/** Reads a `state` message. @throws AssertionError where it is not what PROTOCOL section 2 shows */
export function readState(message: JsonObject): StateMessage {
  assertEquals(Object.keys(message), STATE_FIELDS);
  return {
    tick: numberAt(message, "tick"),
    base: message.base === null ? null : numberAt(message, "base"),
    ackSeq: numberAt(message, "ack_seq"),
    tanks: objectsAt(message, "tanks").map(readTankChange),
    gone: listAt(message, "gone").map((id) => {
      assert(typeof id === "string", `gone holds ${JSON.stringify(id)}`);
      return id;
    }),
    shells: objectsAt(message, "shells"),
    events: objectsAt(message, "events"),
  };
}

/** Reads a tank that has all its fields, in their order. @throws AssertionError where it has not */
export function readWholeTank(fields: JsonObject): SeenTank {
  assertEquals<readonly string[]>(Object.keys(fields), TANK_FIELDS);
  return wholeTank(readTankChange(fields));
}

/** The change as a tank. @throws AssertionError where a field is missing */
export function wholeTank(change: SeenTankChange): SeenTank {
  const { tank_id, x, y, heading, turret, hp, team, score, alive } = change;
  assert(
    x !== undefined && y !== undefined && heading !== undefined && turret !== undefined &&
      hp !== undefined && team !== undefined && score !== undefined && alive !== undefined,
    `a tank that nobody knows has not all its fields: ${JSON.stringify(change)}`,
  );
  return { tank_id, x, y, heading, turret, hp, team, score, alive };
}

function readTankChange(fields: JsonObject): SeenTankChange {
  const known: ReadonlySet<string> = new Set(TANK_FIELDS);
  for (const field of Object.keys(fields)) assert(known.has(field), `a tank has a ${field}`);
  const { alive } = fields;
  assert(alive === undefined || typeof alive === "boolean", `alive is ${JSON.stringify(alive)}`);
  const numbers: Partial<Record<typeof TANK_NUMBERS[number], number>> = {};
  for (const field of TANK_NUMBERS) {
    if (field in fields) numbers[field] = numberAt(fields, field);
  }
  return {
    tank_id: textAt(fields, "tank_id"),
    ...numbers,
    ...(alive !== undefined && { alive }),
  };
}
