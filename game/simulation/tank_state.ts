import type { JsonObject } from "../../core/json.ts";
import type { FieldReader } from "./field_reader.ts";
import { type MatchRules, teamNumberMax } from "./rules.ts";
import type { Tank } from "./tank.ts";
import { CONTROL_MAX } from "./tank_input.ts";
import { rewindTicksMax } from "./tank_past.ts";
import { isTeamOf } from "./teams.ts";
import { TANK_HP_MAX, type Tuning } from "./tuning.ts";
import type { Arena } from "./arena.ts";
import { HEADING_MASK } from "./units.ts";

/** The longest id that is restored. */
export const ID_LENGTH_MAX = 256;

/** What a tank's numbers are held against. */
export interface TankSetting {
  /** Where it stands. */
  readonly arena: Arena;
  /** Steps a second. */
  readonly tickRate: number;
  /** The match's rules. */
  readonly rules: MatchRules;
  /** The match's figures. */
  readonly tuning: Tuning;
}

const COUNT = { min: 0, max: 0x7fff_ffff };
const HEADING = { min: 0, max: HEADING_MASK };
const CONTROL = { min: -CONTROL_MAX, max: CONTROL_MAX };

/** A tank as plain data. */
export function saveTank(tank: Tank): JsonObject {
  return {
    tank_id: tank.tankId,
    player_id: tank.playerId,
    slot: tank.slot,
    team: tank.team,
    x_um: tank.xUm,
    y_um: tank.yUm,
    heading: tank.heading,
    turret: tank.turret,
    speed_um_per_tick: tank.speedUmPerTick,
    hp: tank.hp,
    alive: tank.alive,
    score: tank.score,
    kills: tank.kills,
    deaths: tank.deaths,
    reload_ticks: tank.reloadTicks,
    respawn_ticks: tank.respawnTicks,
    protected_ticks: tank.protectedTicks,
    input: { ...tank.input },
    aims: tank.aims,
    view_lag_ticks: tank.viewLagTicks,
    fire_pending: tank.firePending,
    order_x_um: tank.orderXUm,
    order_y_um: tank.orderYUm,
    order_ticks: tank.orderTicks,
  };
}

/** Reads what {@linkcode saveTank} wrote, but for the tank's id. @throws Error naming what is wrong */
export function readTank(reader: FieldReader, setting: TankSetting, tank: Tank): void {
  const { arena, rules, tuning } = setting;
  tank.playerId = reader.text("player_id", ID_LENGTH_MAX);
  tank.slot = reader.integer("slot", { min: 0, max: rules.tanksMax - 1 });
  tank.team = reader.integer("team", { min: 1, max: teamNumberMax(rules) });
  if (!isTeamOf(rules, tank.slot, tank.team)) throw reader.refusal("team", "the slot's own");

  tank.xUm = reader.integer("x_um", { min: 0, max: arena.widthUm });
  tank.yUm = reader.integer("y_um", { min: 0, max: arena.heightUm });
  if (!arena.isClear(tank, tuning.radiusUm)) throw reader.refusal("x_um", "clear of walls");
  tank.heading = reader.integer("heading", HEADING);
  tank.turret = reader.integer("turret", HEADING);
  const speed = { min: -tuning.reverseUmPerTick, max: tuning.forwardUmPerTick };
  tank.speedUmPerTick = reader.integer("speed_um_per_tick", speed);

  tank.alive = reader.boolean("alive");
  const hp = tank.alive ? { min: 1, max: TANK_HP_MAX } : { min: 0, max: 0 };
  tank.hp = reader.integer("hp", hp);
  tank.score = reader.integer("score", COUNT);
  tank.kills = reader.integer("kills", COUNT);
  tank.deaths = reader.integer("deaths", COUNT);
  tank.reloadTicks = reader.integer("reload_ticks", { min: 0, max: tuning.reloadTicks });
  tank.respawnTicks = reader.integer("respawn_ticks", COUNT);
  tank.protectedTicks = reader.integer("protected_ticks", { min: 0, max: tuning.protectionTicks });
  readCommands(reader, setting, tank);
}

function readCommands(reader: FieldReader, setting: TankSetting, tank: Tank): void {
  const { arena, tickRate } = setting;
  const input = reader.object("input");
  tank.input.throttle = input.integer("throttle", CONTROL);
  tank.input.turn = input.integer("turn", CONTROL);
  tank.input.turret = input.integer("turret", HEADING);
  tank.input.fire = input.boolean("fire");
  tank.aims = reader.boolean("aims");
  const lag = { min: 0, max: rewindTicksMax(tickRate) };
  tank.viewLagTicks = reader.integer("view_lag_ticks", lag);
  tank.firePending = reader.boolean("fire_pending");
  tank.orderXUm = reader.integer("order_x_um", { min: 0, max: arena.widthUm });
  tank.orderYUm = reader.integer("order_y_um", { min: 0, max: arena.heightUm });
  tank.orderTicks = reader.integer("order_ticks", COUNT);
}
