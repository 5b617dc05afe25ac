import { Rng } from "../../core/rng.ts";
import type { Tank } from "../simulation/tank.ts";
import type { World } from "../simulation/world.ts";
import { Bot } from "./bot.ts";
import type { BotSkill } from "./bot_skill.ts";

/** Where bots' tanks come from; a tank pool is one. */
export interface BotTanks {
  /** A tank in no world, or undefined where none is left. */
  acquire(): Tank | undefined;
  /** Takes a tank back, which is in no world any more. */
  release(tank: Tank): void;
}

/** What a crew works with. */
export interface BotCrewOptions {
  /** Where they fight; only read. */
  readonly world: World;
  /** Changes that world: a recorder, or where nothing is recorded the world itself. */
  readonly commands: Pick<World, "addTank" | "removeTank" | "setInput">;
  /** Where their tanks come from. */
  readonly tanks: BotTanks;
  /** Seeds each bot. */
  readonly rng: Rng;
  /** How many there are to be; fewer while tanks or room are short. */
  readonly size: number;
  /** How good they are. */
  readonly skill: BotSkill;
  /** The team of all of them; undefined: as the world chooses for each. */
  readonly team?: number;
  /** The team of each, in order, where they are not of one; goes before `team`. */
  readonly teams?: readonly number[];
  /** Tanks that are in the world already and that bots go on with, in the crew's order. */
  readonly adopted?: readonly Tank[];
}

/** What a bot is called where a player has an id; the number is its place in the crew, from 1. */
export const BOT_ID_PREFIX = "bot-";

/** The bots in one match: gives each a tank, and drives them all. */
export class BotCrew {
  readonly #options: BotCrewOptions;
  readonly #seats: { readonly tank: Tank; readonly bot: Bot }[] = [];

  /** Fills its seats at once, as far as tanks and room go. */
  constructor(options: BotCrewOptions) {
    this.#options = options;
    for (const tank of options.adopted ?? []) this.#seatBot(tank);
    this.#fill();
  }

  /** How many seats it has a claim on, taken or not. */
  get size(): number {
    return this.#options.size;
  }

  /** The slots of their tanks, in the crew's order. */
  get slots(): readonly number[] {
    return this.#seats.map(({ tank }) => tank.slot);
  }

  /** The team of each, where they are not of one. */
  get teams(): readonly number[] | undefined {
    return this.#options.teams;
  }

  /** How many bots are in the match. */
  get count(): number {
    return this.#seats.length;
  }

  /** Steers every bot; to be called just before each step. Once a second it fills seats that are free. */
  think(): void {
    const { world, commands } = this.#options;
    if (this.count < this.size && world.tick % world.tickRate === 0) this.#fill();
    for (const { tank, bot } of this.#seats) {
      commands.setInput(tank.slot, bot.think(world, tank.slot));
    }
  }

  /** Takes all bots out of the match and hands their tanks back. */
  leave(): void {
    const { commands, tanks } = this.#options;
    for (const { tank } of this.#seats.splice(0)) {
      commands.removeTank(tank.slot);
      tanks.release(tank);
    }
  }

  #fill(): void {
    const { commands, tanks, teams } = this.#options;
    while (this.count < this.size) {
      const tank = tanks.acquire();
      if (tank === undefined) return;
      const team = teams?.[this.count] ?? this.#options.team;
      const added = commands.addTank(tank, `${BOT_ID_PREFIX}${this.count + 1}`, team);
      if (!added.ok) {
        tanks.release(tank);
        return;
      }
      this.#seatBot(tank);
    }
  }

  #seatBot(tank: Tank): void {
    const { rng, skill } = this.#options;
    this.#seats.push({ tank, bot: new Bot(skill, new Rng(rng.nextU32())) });
  }
}
