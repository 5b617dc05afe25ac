import type { BotView } from "../../game/bots/bot_view.ts";
import type { Arena } from "../../game/simulation/arena.ts";
import { Tank } from "../../game/simulation/tank.ts";
import { cosOf, sinOf, TRIG_ONE } from "../../game/simulation/trigonometry.ts";
import { type Tuning, tuningAt } from "../../game/simulation/tuning.ts";
import { HEADINGS_PER_TURN } from "../../game/simulation/units.ts";
import { UM_PER_CM } from "../../game/wire/frame_layout.ts";
import { type SnapshotFrame, TANK, TANK_FLAGS } from "../../game/wire/snapshot_frame.ts";

const WIRE_HEADINGS_PER_TURN = 4_096;
const HEADINGS_PER_WIRE_HEADING = HEADINGS_PER_TURN / WIRE_HEADINGS_PER_TURN;

/** A match as snapshots show it, for bots to look at. */
export class FrameWorld implements BotView {
  /** Where the match is. */
  readonly arena: Arena;
  /** Ticks a second. */
  readonly tickRate: number;
  /** The match's figures, per tick. */
  readonly tuning: Tuning;
  readonly #slots: (Tank | undefined)[] = [];
  #tanks: Tank[] = [];
  #tick = 0;

  /** Shows nobody yet. @throws RangeError where the tick rate is none */
  constructor(arena: Arena, tickRate: number) {
    this.arena = arena;
    this.tickRate = tickRate;
    this.tuning = tuningAt(tickRate);
  }

  /** That of the newest snapshot. */
  get tick(): number {
    return this.#tick;
  }

  /** All that the newest snapshot shows, by slot. */
  get tanks(): readonly Tank[] {
    return this.#tanks;
  }

  /** The tank in a slot; undefined where none is shown. */
  tankAt(slot: number): Tank | undefined {
    return this.#slots[slot];
  }

  /** Shows a newer snapshot; one that is shown already changes nothing. */
  show(frame: SnapshotFrame): void {
    const ticks = frame.tick - this.#tick;
    if (ticks <= 0) return;
    this.#tick = frame.tick;
    this.#tanks = [];
    for (let slot = 0; slot < frame.slotCount; slot++) {
      if (!frame.hasTank(slot)) {
        this.#slots[slot] = undefined;
        continue;
      }
      const tank = this.#tankIn(slot, frame.tankId(slot));
      copyTank(frame, tank, ticks);
      this.#tanks.push(tank);
    }
  }

  #tankIn(slot: number, tankId: string): Tank {
    const known = this.#slots[slot];
    if (known?.tankId === tankId) return known;
    const tank = new Tank(tankId);
    tank.slot = slot;
    this.#slots[slot] = tank;
    return tank;
  }
}

function copyTank(frame: SnapshotFrame, tank: Tank, ticks: number): void {
  const { slot } = tank;
  const wasAlive = tank.alive;
  const xUm = frame.tank(slot, TANK.xCm) * UM_PER_CM;
  const yUm = frame.tank(slot, TANK.yCm) * UM_PER_CM;
  const flags = frame.tank(slot, TANK.flags);
  tank.heading = frame.tank(slot, TANK.heading) * HEADINGS_PER_WIRE_HEADING;
  tank.turret = frame.tank(slot, TANK.turret) * HEADINGS_PER_WIRE_HEADING;
  tank.alive = (flags & TANK_FLAGS.alive) !== 0;
  // How long it is protected still is not told; a tick keeps a bot from shooting now.
  tank.protectedTicks = (flags & TANK_FLAGS.protected) === 0 ? 0 : 1;
  // Nor is its speed: it is what it has come along its heading.
  const along = (xUm - tank.xUm) * cosOf(tank.heading) + (yUm - tank.yUm) * sinOf(tank.heading);
  tank.speedUmPerTick = wasAlive && tank.alive ? Math.round(along / TRIG_ONE / ticks) : 0;
  tank.xUm = xUm;
  tank.yUm = yUm;
  tank.hp = frame.tank(slot, TANK.hp);
  tank.team = frame.tank(slot, TANK.team);
  tank.playerId = frame.playerId(slot);
}
