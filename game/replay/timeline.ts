import type { JsonObject } from "../../core/json.ts";
import type { Shell } from "../simulation/shell.ts";
import type { Tank } from "../simulation/tank.ts";
import { headingOf } from "../simulation/trigonometry.ts";
import { metresFromUm, radiansFromHeading } from "../simulation/units.ts";
import type { World } from "../simulation/world.ts";
import type { WorldEvent } from "../simulation/world_event.ts";
import type { StartRecord } from "./match_record.ts";

/** Of metres and radians in the text. */
const DECIMALS = 3;

/**
 * Writes a match as one JSON document, piece by piece: what it was, `frames` with where every tank and
 * every shell was at the chosen rate, `events`, and how it ended. Metres and radians; a tick is 1 / `tick_rate` of a second.
 *
 * Parts may overlap: a server that goes on with a match from a saved state may begin before the tick up to
 * which the one before it had recorded. `frames` goes back then, to a frame of the tick from which the match
 * went on: frames of that tick or later that stand before it count no more, nor do their later events.
 */
export class Timeline {
  readonly #write: (text: string) => void;
  readonly #framesPerSecond: number;
  #events: JsonObject[] = [];
  #lastFrameTick = -1;
  #part = 0;
  #hasBegun = false;

  /** Writes nothing yet. `framesPerSecond` is above 0; where there are fewer ticks, each is a frame. */
  constructor(options: {
    readonly framesPerSecond: number;
    readonly write: (text: string) => void;
  }) {
    this.#framesPerSecond = options.framesPerSecond;
    this.#write = options.write;
  }

  /** The world after a step, or before the first: to be called for each. */
  add(world: World, start: StartRecord): void {
    if (!this.#hasBegun) this.#begin(world, start);
    const goesBack = start.part !== this.#part && this.#beginPart(world, start);
    for (const event of world.events) this.#events.push(viewEvent(event, world));
    const ticksPerFrame = Math.max(1, Math.round(world.tickRate / this.#framesPerSecond));
    if (world.tick === this.#lastFrameTick) return;
    if (goesBack || world.tick % ticksPerFrame === 0 || world.outcome !== undefined) {
      this.#addFrame(world);
    }
  }

  /** Forgets what came after the tick at which a part begins; whether that has been written already. */
  #beginPart({ tick }: World, { part }: StartRecord): boolean {
    this.#part = part;
    this.#events = this.#events.filter((event) => Number(event.tick) <= tick);
    return tick < this.#lastFrameTick;
  }

  /** The end; `reason` is undefined where the recording just stops. */
  finish(world: World, reason: string | undefined): void {
    if (this.#lastFrameTick !== world.tick) this.#addFrame(world);
    const winner = world.outcome?.winner;
    const end = {
      tick: world.tick,
      end_reason: reason ?? null,
      // 0 is a draw.
      winner: winner === undefined || winner === 0 ? null : winner,
      scores: scoresOf(world),
      tanks: world.tanks.map(({ tankId, playerId, team, score, kills, deaths }) => {
        return { tank_id: tankId, player_id: playerId, team, score, kills, deaths };
      }),
    };
    this.#write(`\n],\n"end":${JSON.stringify(end)}}\n`);
  }

  #begin(world: World, start: StartRecord): void {
    this.#hasBegun = true;
    const { arena, tickRate, seed } = world;
    const about = {
      match_id: start.matchId,
      mode: start.mode,
      simulation: start.simulation,
      seed,
      tick_rate: tickRate,
      arena: {
        name: arena.name,
        width: round(metresFromUm(arena.widthUm)),
        height: round(metresFromUm(arena.heightUm)),
        walls: arena.walls.map((wall) =>
          [wall.xUm, wall.yUm, wall.widthUm, wall.heightUm].map((um) => round(metresFromUm(um)))
        ),
      },
    };
    this.#write(`${JSON.stringify(about).slice(0, -1)},\n"frames":[`);
  }

  #addFrame(world: World): void {
    const separator = this.#lastFrameTick < 0 ? "\n" : ",\n";
    this.#lastFrameTick = world.tick;
    const frame = {
      tick: world.tick,
      scores: scoresOf(world),
      tanks: world.tanks.map(viewTank),
      shells: world.shells.map(viewShell),
      events: this.#events,
    };
    this.#events = [];
    this.#write(separator + JSON.stringify(frame));
  }
}

function viewTank(tank: Tank): JsonObject {
  return {
    tank_id: tank.tankId,
    player_id: tank.playerId,
    team: tank.team,
    x: round(metresFromUm(tank.xUm)),
    y: round(metresFromUm(tank.yUm)),
    heading: round(radiansFromHeading(tank.heading)),
    turret: round(radiansFromHeading(tank.turret)),
    hp: tank.hp,
    alive: tank.alive,
    score: tank.score,
  };
}

function viewShell({ id, xUm, yUm, velocityXUm, velocityYUm }: Shell): JsonObject {
  const heading = round(radiansFromHeading(headingOf(velocityXUm, velocityYUm)));
  return { id, x: round(metresFromUm(xUm)), y: round(metresFromUm(yUm)), heading };
}

/** The event with its tanks by their ids, under the names that messages use. */
function viewEvent(event: WorldEvent, world: World): JsonObject {
  const { tick } = world;
  if (event.kind === "ended") return { tick, event: "match_over", reason: event.reason };
  const tankId = world.tankAt(event.slot)?.tankId;
  const about = { tick, event: EVENT_NAMES[event.kind], tank_id: tankId };
  if (event.kind === "respawned") return about;
  if (event.kind === "shot") {
    return { ...about, x: round(metresFromUm(event.xUm)), y: round(metresFromUm(event.yUm)) };
  }
  const by = world.tankAt(event.by)?.tankId;
  return event.kind === "destroyed"
    ? { ...about, by }
    : { ...about, by, damage: event.damage, hp: event.hp };
}

const EVENT_NAMES = {
  shot: "tank_shot",
  damaged: "tank_took_damage",
  destroyed: "tank_destroyed",
  respawned: "tank_respawned",
} as const;

/** By team number; the first is nobody's. */
function scoresOf(world: World): JsonObject {
  return Object.fromEntries(
    world.scores.flatMap((score, team) => team === 0 ? [] : [[String(team), score]]),
  );
}

function round(value: number): number {
  return Number(value.toFixed(DECIMALS));
}
