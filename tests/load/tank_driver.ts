import type { Rng } from "../../core/rng.ts";
import { Bot } from "../../game/bots/bot.ts";
import { BOT_SKILLS } from "../../game/bots/bot_skill.ts";
import type { BinaryClient } from "../../game/client/binary_client.ts";
import { tryArena } from "../../game/simulation/built_in_arenas.ts";
import { CONTROL_MAX, type TankInput } from "../../game/simulation/tank_input.ts";
import { HEADINGS_PER_TURN } from "../../game/simulation/units.ts";
import { FrameWorld } from "./frame_world.ts";

/** Decides what a player holds down. */
export interface TankDriver {
  /** The next input. */
  next(): TankInput;
}

/** Inputs for which a wanderer keeps to a course. */
const COURSE_INPUTS = { min: 3, spread: 15 };
/** How far its turret turns from one course to the next, at most. */
const TURRET_SWING = HEADINGS_PER_TURN / 4;

/** Drives about by chance, mostly forward, and shoots now and then; it sees nothing. */
export class Wanderer implements TankDriver {
  readonly #rng: Rng;
  #inputsLeft = 0;
  #input: TankInput;

  /** All chance is from `rng`, which is its own. */
  constructor(rng: Rng) {
    this.#rng = rng;
    this.#input = { throttle: 0, turn: 0, turret: rng.below(HEADINGS_PER_TURN), fire: false };
  }

  next(): TankInput {
    if (this.#inputsLeft === 0) this.#change();
    this.#inputsLeft--;
    // Told as new each time, as a player's hands do not rest.
    return { ...this.#input, fire: this.#rng.below(4) === 0 };
  }

  #change(): void {
    const rng = this.#rng;
    this.#inputsLeft = COURSE_INPUTS.min + rng.below(COURSE_INPUTS.spread);
    const swing = rng.below(2 * TURRET_SWING) - TURRET_SWING;
    this.#input = {
      throttle: rng.below(5) === 0 ? -CONTROL_MAX : CONTROL_MAX,
      turn: rng.below(2 * CONTROL_MAX + 1) - CONTROL_MAX,
      turret: (this.#input.turret + swing) & (HEADINGS_PER_TURN - 1),
      fire: false,
    };
  }
}

/** Plays as the game's own bots do, by what the snapshots of a binary client show. */
class BotDriver implements TankDriver {
  readonly #core: BinaryClient;
  readonly #world: FrameWorld;
  readonly #bot: Bot;

  constructor(core: BinaryClient, world: FrameWorld, bot: Bot) {
    this.#core = core;
    this.#world = world;
    this.#bot = bot;
  }

  next(): TankInput {
    const { snapshot, session } = this.#core;
    if (snapshot !== undefined) this.#world.show(snapshot);
    return { ...this.#bot.think(this.#world, session?.welcome.slot ?? -1) };
  }
}

/** A bot where the match can be seen and its arena is one that we know ways through; else a wanderer. */
export function openDriver(core: BinaryClient | undefined, rng: Rng): TankDriver {
  const match = core?.match;
  const arena = match && tryArena(match.ground.name);
  if (core === undefined || match === undefined || arena === undefined) return new Wanderer(rng);
  const world = new FrameWorld(arena, match.tickRate);
  return new BotDriver(core, world, new Bot(BOT_SKILLS.normal, rng));
}
