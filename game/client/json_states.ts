import type { JsonObject, JsonValue } from "../../core/json.ts";
import { tryJsonObject } from "../../core/json.ts";
import type { MatchEvent } from "./client_event.ts";
import type { SeenFrame, SeenShell, SeenTank } from "./seen_frame.ts";

/** States that are kept as what later ones are deltas against. */
export const STATES_KEPT_MAX = 64;
/** Tanks and shells of one state, at most; more is none. */
const THINGS_MAX = 512;

/** A state that was understood. */
export interface AppliedState {
  /** The match as it is now. */
  readonly frame: SeenFrame;
  /** What happened since the newest state before it. */
  readonly events: readonly MatchEvent[];
  /** The newest input that has been applied. */
  readonly inputSeq: number;
}

/** The states of a match in JSON, each made whole from the one that it is a delta against. */
export class JsonStates {
  readonly #frames = new Map<number, SeenFrame>();
  #newestTick = 0;

  /** The tick of the newest; 0 before the first. */
  get newestTick(): number {
    return this.#newestTick;
  }

  /** Takes a `state` message; undefined where it is none, is old, or its base is not there. */
  apply(message: JsonObject): AppliedState | undefined {
    const { tick, base, ack_seq: inputSeq, events } = message;
    if (!isCount(tick) || tick <= this.#newestTick || !isCount(inputSeq)) return undefined;
    const baseFrame = isCount(base) ? this.#frames.get(base) : undefined;
    if (base !== null && baseFrame === undefined) return undefined;
    const tanks = mergeTanks(baseFrame, message);
    const shells = readShells(message.shells, tick);
    if (tanks === undefined || shells === undefined) return undefined;
    const frame: SeenFrame = { tick, tanks, shells };
    const after = this.#newestTick;
    this.#frames.set(tick, frame);
    this.#newestTick = tick;
    for (const kept of this.#frames.keys()) {
      if (this.#frames.size <= STATES_KEPT_MAX) break;
      this.#frames.delete(kept);
    }
    return { frame, events: readEvents(events, after), inputSeq };
  }
}

function mergeTanks(
  base: SeenFrame | undefined,
  message: JsonObject,
): Map<string, SeenTank> | undefined {
  const changes = listOf(message.tanks);
  const gone = listOf(message.gone);
  if (changes === undefined || gone === undefined) return undefined;
  const tanks = new Map<string, SeenTank>(base?.tanks);
  for (const id of gone) if (typeof id === "string") tanks.delete(id);
  for (const value of changes) {
    const fields = tryJsonObject(value);
    const tankId = fields?.tank_id;
    if (fields === undefined || typeof tankId !== "string") return undefined;
    const tank = readSeenTank(fields, tanks.get(tankId));
    if (tank === undefined) return undefined;
    tanks.set(tankId, tank);
  }
  return tanks;
}

/** A tank from its fields, those that are missing as they were; undefined where there are none to take. */
export function readSeenTank(fields: JsonObject, before?: SeenTank): SeenTank | undefined {
  const { tank_id: tankId = before?.tankId, alive = before?.alive } = fields;
  const {
    x = before?.xM,
    y = before?.yM,
    heading = before?.headingRad,
    turret = before?.turretRad,
    hp = before?.hp,
    team = before?.team,
    score = before?.score,
  } = fields;
  const isWhole = typeof tankId === "string" && typeof alive === "boolean" && isNumber(x) &&
    isNumber(y) && isNumber(heading) && isNumber(turret) && isNumber(hp) && isNumber(team) &&
    isNumber(score);
  if (!isWhole) return undefined;
  const place = { xM: x, yM: y, headingRad: heading, turretRad: turret };
  return { tankId, playerId: "", ...place, hp, team, score, alive };
}

function readShells(value: JsonValue | undefined, tick: number): SeenShell[] | undefined {
  const list = listOf(value);
  if (list === undefined) return undefined;
  const shells: SeenShell[] = [];
  for (const item of list) {
    const { id, x, y, heading } = tryJsonObject(item) ?? {};
    if (!isCount(id) || !isNumber(x) || !isNumber(y) || !isNumber(heading)) return undefined;
    shells.push({ id: `${id}`, tick, xM: x, yM: y, headingRad: heading });
  }
  return shells;
}

const KIND_OF: ReadonlyMap<JsonValue | undefined, MatchEvent["kind"]> = new Map([
  ["tank_shot", "shot"],
  ["tank_took_damage", "damaged"],
  ["tank_destroyed", "destroyed"],
  ["tank_respawned", "respawned"],
]);

/** Events repeat until a state is acknowledged: only those after the last tick are new. */
function readEvents(value: JsonValue | undefined, afterTick: number): MatchEvent[] {
  const events: MatchEvent[] = [];
  for (const item of listOf(value) ?? []) {
    const { event, tick, tank_id: tankId, by, damage } = tryJsonObject(item) ?? {};
    const kind = KIND_OF.get(event);
    if (kind === undefined || !isCount(tick) || tick <= afterTick) continue;
    events.push({
      kind,
      tick,
      tankId: typeof tankId === "string" ? tankId : "",
      byTankId: typeof by === "string" ? by : undefined,
      damage: isNumber(damage) ? damage : 0,
    });
  }
  return events;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(value) && value.length <= THINGS_MAX ? value : undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === "number" && value >= 0;
}
