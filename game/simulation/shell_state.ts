import type { JsonObject } from "../../core/json.ts";
import type { Arena } from "./arena.ts";
import type { FieldReader } from "./field_reader.ts";
import { Shell } from "./shell.ts";
import type { Tank } from "./tank.ts";
import type { Tuning } from "./tuning.ts";

/** A shell's id is 1..this. */
export const SHELL_ID_MAX = 0xffff_ffff;

/** What a shell's numbers are held against. */
export interface ShellSetting {
  /** Where it flies. */
  readonly arena: Arena;
  /** The match's figures. */
  readonly tuning: Tuning;
  /** The match's tanks. */
  readonly tanks: readonly Tank[];
}

/** A shell as plain data. */
export function saveShell(shell: Shell): JsonObject {
  return {
    id: shell.id,
    owner_slot: shell.ownerSlot,
    team: shell.team,
    x_um: shell.xUm,
    y_um: shell.yUm,
    velocity_x_um: shell.velocityXUm,
    velocity_y_um: shell.velocityYUm,
    ticks_left: shell.ticksLeft,
  };
}

/** Reads what {@linkcode saveShell} wrote. @throws Error naming what is wrong */
export function readShell(reader: FieldReader, setting: ShellSetting): Shell {
  const { arena, tuning, tanks } = setting;
  const velocity = { min: -tuning.shellUmPerTick, max: tuning.shellUmPerTick };
  const shell = new Shell();
  shell.id = reader.integer("id", { min: 1, max: SHELL_ID_MAX });
  shell.ownerSlot = reader.integer("owner_slot", { min: 0, max: SHELL_ID_MAX });
  const owner = tanks.find((tank) => tank.slot === shell.ownerSlot);
  if (owner === undefined) throw reader.refusal("owner_slot", "a tank's");
  shell.team = reader.integer("team", { min: owner.team, max: owner.team });
  shell.xUm = reader.integer("x_um", { min: 0, max: arena.widthUm });
  shell.yUm = reader.integer("y_um", { min: 0, max: arena.heightUm });
  shell.velocityXUm = reader.integer("velocity_x_um", velocity);
  shell.velocityYUm = reader.integer("velocity_y_um", velocity);
  shell.ticksLeft = reader.integer("ticks_left", { min: 1, max: tuning.shellTicks });
  return shell;
}
