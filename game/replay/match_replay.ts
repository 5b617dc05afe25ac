import type { JsonObject } from "../../core/json.ts";
import { SIMULATION_VERSION } from "../simulation/simulation_version.ts";
import { hashWorld } from "../simulation/state_hash.ts";
import type { World } from "../simulation/world.ts";
import { restoreWorld } from "../simulation/world_state.ts";
import { applyWorldOp } from "./apply_world_op.ts";
import { type MatchRecord, parseMatchRecord, type StartRecord } from "./match_record.ts";
import { readOps } from "./op_reader.ts";
import { RecordOrder } from "./record_order.ts";
import { ReplayError } from "./replay_error.ts";

/** Where the replay is no longer the recorded match. */
export interface ReplayDifference {
  /** Steps done. */
  readonly tick: number;
  /** The hash, or what was done to the world then. */
  readonly recorded: string;
  /** The hash that the replay came to, or `refused`. */
  readonly replayed: string;
}

/** How a recorded match ended. */
export interface RecordedEnd {
  /** Steps done. */
  readonly tick: number;
  /** `match_over`, or why its session ended. */
  readonly reason: string;
}

/**
 * Plays a recorded match again from its events, in the order in which they were written. An event that
 * is delivered twice counts once; those of a server that another has taken over from count no more.
 */
export class MatchReplay {
  readonly #order: RecordOrder;
  #start: StartRecord | undefined;
  #world: World | undefined;
  #hashCount = 0;
  #difference: ReplayDifference | undefined;
  #end: RecordedEnd | undefined;

  /** Has played nothing yet. */
  constructor(matchId: string) {
    this.#order = new RecordOrder(matchId);
  }

  /** The world as far as it was played; to be read only. Undefined before the first record. */
  get world(): World | undefined {
    return this.#world;
  }

  /** How the recording of the part that is played began. */
  get start(): StartRecord | undefined {
    return this.#start;
  }

  /** How many hashes were compared. */
  get hashCount(): number {
    return this.#hashCount;
  }

  /** The first that differs; nothing is played after it. */
  get difference(): ReplayDifference | undefined {
    return this.#difference;
  }

  /** How the match ended; undefined while records are missing after the last that came. */
  get end(): RecordedEnd | undefined {
    return this.#end;
  }

  /**
   * Takes the next event and gives the world back: at once where a part begins, and after each step. It
   * is one and the same, so that what is to be kept of it must be copied.
   *
   * @throws ReplayError where the event is not the next one, cannot be read, or was written by another
   * version
   */
  *play(event: JsonObject): Generator<World, void, undefined> {
    if (this.#difference !== undefined) return;
    const record = parseMatchRecord(event);
    if (!this.#order.accepts(record, event)) return;
    if (record.kind === "start") {
      yield this.#begin(record);
      return;
    }
    const world = this.#world;
    if (world === undefined) throw new ReplayError("bad_record", "the first record is no start");
    if (record.kind === "end") this.#finish(record, world);
    else yield* this.#playTicks(record, world);
  }

  #begin(record: StartRecord): World {
    if (record.simulation !== SIMULATION_VERSION) {
      const detail = `simulation ${record.simulation} played it, this is ${SIMULATION_VERSION}`;
      throw new ReplayError("other_version", detail);
    }
    if (record.seq !== 0) throw new ReplayError("bad_record", `a part begins at ${record.seq}`);
    const before = this.#world;
    const world = openWorld(record);
    // A server that hands its match over in order loses nothing.
    if (before?.tick === world.tick) this.#compare(hashWorld(before), world);
    this.#start = record;
    this.#world = world;
    this.#end = undefined;
    return world;
  }

  *#playTicks(
    record: MatchRecord & { readonly kind: "ticks" },
    world: World,
  ): Generator<World, void, undefined> {
    if (record.fromTick !== world.tick) {
      throw new ReplayError("bad_record", `tick ${record.fromTick} follows tick ${world.tick}`);
    }
    const joined = record.joined.values();
    for (const op of openOps(record.ops)) {
      if (op.kind !== "step") {
        if (applyWorldOp(world, op, joined)) continue;
        // It was possible in the world that was recorded.
        const recorded = `${op.kind} of slot ${op.slot}`;
        this.#difference = { tick: world.tick, recorded, replayed: "refused" };
        return;
      }
      if (world.tick + op.count > record.toTick) {
        throw new ReplayError("bad_record", `record ${record.seq} goes on after its last tick`);
      }
      for (let step = 0; step < op.count; step++) {
        world.step();
        yield world;
      }
    }
    if (world.tick !== record.toTick) {
      throw new ReplayError("bad_record", `tick ${record.toTick} is at tick ${world.tick}`);
    }
    this.#compare(record.hash, world);
  }

  #finish(record: MatchRecord & { readonly kind: "end" }, world: World): void {
    if (record.tick !== world.tick) {
      throw new ReplayError("bad_record", `it ends at tick ${record.tick}, not ${world.tick}`);
    }
    this.#compare(record.hash, world);
    this.#end = { tick: record.tick, reason: record.reason };
  }

  #compare(recorded: string | undefined, world: World): void {
    if (recorded === undefined) return;
    this.#hashCount += 1;
    const replayed = hashWorld(world);
    if (replayed !== recorded) this.#difference ??= { tick: world.tick, recorded, replayed };
  }
}

function openWorld({ state }: StartRecord): World {
  try {
    return restoreWorld(state);
  } catch (error) {
    throw new ReplayError("bad_record", messageOf(error), { cause: error });
  }
}

function* openOps(bytes: Uint8Array): ReturnType<typeof readOps> {
  try {
    yield* readOps(bytes);
  } catch (error) {
    if (error instanceof ReplayError) throw error;
    throw new ReplayError("bad_record", messageOf(error), { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
