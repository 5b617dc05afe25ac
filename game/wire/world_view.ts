import type { JsonObject } from "../../core/json.ts";
import type { Arena } from "../simulation/arena.ts";
import type { Shell } from "../simulation/shell.ts";
import type { Tank } from "../simulation/tank.ts";
import type { World } from "../simulation/world.ts";
import type { WorldEvent } from "../simulation/world_event.ts";
import { encodeTank } from "./json_state.ts";
import type { EventView, ShellView, SnapshotView, TankView } from "./tank_view.ts";
import { headingOf } from "../simulation/trigonometry.ts";
import { centimetresFromUm, milliradiansFromHeading } from "./quantise.ts";

/** The tank id at a slot. */
export type EventTanks = (slot: number) => string | undefined;

/**
 * The world as clients see it. A tank that looks as it did in `previous` is given as the same
 * object, so that an encoder sees at once that nothing changed.
 */
export function viewWorld(world: World, previous: SnapshotView | undefined): SnapshotView {
  const tanks: (TankView | undefined)[] = [];
  for (const tank of world.tanks) tanks[tank.slot] = viewTank(tank, previous?.tanks[tank.slot]);
  return { tick: world.tick, tanks, shells: world.shells.map(viewShell) };
}

/** A tank as clients see it; `previous` itself where nothing changed. */
export function viewTank(tank: Tank, previous?: TankView): TankView {
  const xCm = centimetresFromUm(tank.xUm);
  const yCm = centimetresFromUm(tank.yUm);
  const headingMrad = milliradiansFromHeading(tank.heading);
  const turretMrad = milliradiansFromHeading(tank.turret);
  const { tankId, hp, team, score, alive } = tank;
  const isSame = previous !== undefined && previous.tankId === tankId &&
    previous.xCm === xCm && previous.yCm === yCm && previous.headingMrad === headingMrad &&
    previous.turretMrad === turretMrad && previous.hp === hp && previous.team === team &&
    previous.score === score && previous.alive === alive;
  if (isSame) return previous;
  return { tankId, xCm, yCm, headingMrad, turretMrad, hp, team, score, alive };
}

/** An event as clients see it; undefined for what `match_over` tells them. */
export function viewEvent(
  event: WorldEvent,
  tick: number,
  tankIdOf: EventTanks,
): EventView | undefined {
  const fields = eventFields(event, tankIdOf);
  return fields && { tick, json: JSON.stringify({ tick, ...fields }) };
}

/** What a client that joins is told, as a JSON object. */
export function encodeInitialState(
  world: World,
  tank: Tank,
  tickRate: number,
): string {
  const tanks = world.tanks.map((other) => encodeTank(viewTank(other)));
  return `{"tick":${world.tick},"tick_rate":${tickRate},"arena":${encodeArena(world.arena)},` +
    `"you":${encodeTank(viewTank(tank))},"tanks":[${tanks.join()}]}`;
}

function viewShell(shell: Shell): ShellView {
  return {
    id: shell.id,
    xCm: centimetresFromUm(shell.xUm),
    yCm: centimetresFromUm(shell.yUm),
    headingMrad: milliradiansFromHeading(headingOf(shell.velocityXUm, shell.velocityYUm)),
  };
}

function eventFields(
  event: WorldEvent,
  tankIdOf: EventTanks,
): Record<string, unknown> | undefined {
  switch (event.kind) {
    case "shot":
      return { event: "tank_shot", tank_id: tankIdOf(event.slot), shell_id: event.shellId };
    case "damaged":
      return {
        event: "tank_took_damage",
        tank_id: tankIdOf(event.slot),
        by: tankIdOf(event.by),
        damage: event.damage,
        hp: event.hp,
      };
    case "destroyed":
      return {
        event: "tank_destroyed",
        tank_id: tankIdOf(event.slot),
        by: tankIdOf(event.by),
      };
    case "respawned":
      return { event: "tank_respawned", tank_id: tankIdOf(event.slot) };
    case "ended":
      return undefined;
  }
}

const encodedArenas = new WeakMap<Arena, string>();

/** The arena as a JSON object; walls as [x, y, width, height], all in metres. */
export function viewArena(arena: Arena): JsonObject {
  const metres = (um: number): number => centimetresFromUm(um) / 100;
  return {
    name: arena.name,
    width: metres(arena.widthUm),
    height: metres(arena.heightUm),
    walls: arena.walls.map((wall) => [wall.xUm, wall.yUm, wall.widthUm, wall.heightUm].map(metres)),
  };
}

function encodeArena(arena: Arena): string {
  let encoded = encodedArenas.get(arena);
  if (encoded === undefined) {
    encoded = JSON.stringify(viewArena(arena));
    encodedArenas.set(arena, encoded);
  }
  return encoded;
}
