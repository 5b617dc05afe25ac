import { hashWorld } from "../simulation/state_hash.ts";
import { SIMULATION_VERSION } from "../simulation/simulation_version.ts";
import type { Tank } from "../simulation/tank.ts";
import type { MoveOrder, MutableTankInput, TankInput } from "../simulation/tank_input.ts";
import type { AddTankResult, World } from "../simulation/world.ts";
import { saveWorld } from "../simulation/world_state.ts";
import { encodeHead, JOINED_MAX, type RecordEvent, REPLAY_FORMAT } from "./match_record.ts";
import { OpWriter } from "./op_writer.ts";

/** Room for an input before it changes; means nothing between two calls. */
const before: MutableTankInput = { throttle: 0, turn: 0, turret: 0, fire: false };

/** Takes a finished record; it must return at once, because a tick calls it. */
export type WriteRecord = (record: RecordEvent) => void;

/** What is recorded, and where to. */
export interface MatchRecorderOptions {
  /** Names the match. */
  readonly matchId: string;
  /** The name of its game mode. */
  readonly mode: string;
  /** 0, or one more than before where the world goes on from a saved state. */
  readonly part?: number;
  /** Takes the records; nothing is recorded if undefined. */
  readonly write: WriteRecord | undefined;
}

/**
 * Does to a world what it is told, and records it: whatever changes the world must come through here.
 * A record is given away after each second of play, with the world's hash, or sooner where it is full.
 * Only what changed something is recorded, as the world took it: rounded and within bounds.
 */
export class MatchRecorder {
  readonly #world: World;
  readonly #matchId: string;
  readonly #part: number;
  /** Undefined once the recording has ended. */
  #write: WriteRecord | undefined;
  readonly #ops = new OpWriter();
  #joined: (readonly [string, string])[] = [];
  #seq = 0;
  /** Steps done before the first operation that waits. */
  #fromTick: number;
  /** Steps done; not the world's, which is one ahead where a step threw. */
  #tick: number;

  /** Gives the first record away at once: the world as it is. */
  constructor(world: World, options: MatchRecorderOptions) {
    this.#world = world;
    this.#matchId = options.matchId;
    this.#part = options.part ?? 0;
    this.#write = options.write;
    this.#tick = world.tick;
    this.#fromTick = world.tick;
    if (options.write !== undefined) this.#writeStart(options.mode);
  }

  /** As `World.addTank`. */
  addTank(tank: Tank, playerId: string, team?: number): AddTankResult {
    const added = this.#world.addTank(tank, playerId, team);
    if (!added.ok || this.#write === undefined) return added;
    this.#joined.push([tank.tankId, playerId]);
    this.#ops.join(tank.slot, tank.team);
    this.#giveIfFull();
    return added;
  }

  /** As `World.removeTank`. */
  removeTank(slot: number): Tank | undefined {
    const tank = this.#world.removeTank(slot);
    if (tank === undefined || this.#write === undefined) return tank;
    this.#ops.leave(slot);
    this.#giveIfFull();
    return tank;
  }

  /** As `World.setInput`. */
  setInput(slot: number, input: TankInput): boolean {
    const tank = this.#world.tankAt(slot);
    if (tank === undefined || this.#write === undefined) return this.#world.setInput(slot, input);
    before.throttle = tank.input.throttle;
    before.turn = tank.input.turn;
    before.turret = tank.input.turret;
    before.fire = tank.input.fire;
    const { aims, orderTicks } = tank;
    if (!this.#world.setInput(slot, input)) return false;
    const now = tank.input;
    const isSame = aims === tank.aims && orderTicks === tank.orderTicks &&
      now.throttle === before.throttle && now.turn === before.turn &&
      now.turret === before.turret && now.fire === before.fire;
    if (isSame) return true;
    this.#ops.input(slot, now, before);
    this.#giveIfFull();
    return true;
  }

  /** As `World.setMoveOrder`. */
  setMoveOrder(slot: number, order: MoveOrder): boolean {
    const isTaken = this.#world.setMoveOrder(slot, order);
    const tank = this.#world.tankAt(slot);
    if (!isTaken || tank === undefined || this.#write === undefined) return isTaken;
    this.#ops.order(slot, tank.orderXUm, tank.orderYUm);
    this.#giveIfFull();
    return true;
  }

  /** As `World.fireOnce`. */
  fireOnce(slot: number): boolean {
    const waited = this.#world.tankAt(slot)?.firePending;
    const isTaken = this.#world.fireOnce(slot);
    if (!isTaken || waited || this.#write === undefined) return isTaken;
    this.#ops.shot(slot);
    this.#giveIfFull();
    return true;
  }

  /** As `World.setViewLag`. */
  setViewLag(slot: number, lagTicks: number): boolean {
    const before = this.#world.tankAt(slot)?.viewLagTicks;
    const isTaken = this.#world.setViewLag(slot, lagTicks);
    const now = this.#world.tankAt(slot)?.viewLagTicks;
    if (!isTaken || now === undefined || now === before || this.#write === undefined) {
      return isTaken;
    }
    this.#ops.lag(slot, now);
    this.#giveIfFull();
    return true;
  }

  /** As `World.step`. The recording ends with the match. */
  step(): void {
    const world = this.#world;
    world.step();
    if (this.#write === undefined || world.tick === this.#tick) return;
    this.#tick = world.tick;
    this.#ops.step();
    if (world.outcome !== undefined) this.end("match_over");
    else if (this.#tick % world.tickRate === 0) this.#writeTicks(hashWorld(world));
    else this.#giveIfFull();
  }

  /** Ends the recording, if it has not ended: the session is over. After a `fault` without a hash. */
  end(reason: string): void {
    if (this.#write === undefined) return;
    const hash = reason === "fault" ? null : hashWorld(this.#world);
    if (!this.#ops.isEmpty) this.#writeTicks(hash);
    this.#write({ ...this.#head("match_record_ended"), tick: this.#tick, hash, reason });
    this.#write = undefined;
  }

  /** Gives away what waits: nothing is done to the world until it is known whose it is. */
  writeWaiting(): void {
    if (this.#write !== undefined && !this.#ops.isEmpty) this.#writeTicks(hashWorld(this.#world));
  }

  /** Records nothing more, not even what waits: another server goes on with the match. */
  abandon(): void {
    this.#write = undefined;
  }

  #writeStart(mode: string): void {
    const { seed, tickRate, arena } = this.#world;
    this.#write?.({
      ...this.#head("match_recorded"),
      format: REPLAY_FORMAT,
      simulation: SIMULATION_VERSION,
      mode,
      arena: arena.name,
      tick_rate: tickRate,
      seed,
      state: saveWorld(this.#world),
    });
  }

  #giveIfFull(): void {
    if (this.#ops.isFull || this.#joined.length >= JOINED_MAX) this.#writeTicks(null);
  }

  #writeTicks(hash: string | null): void {
    const head = this.#head("match_ticks");
    const ticks = { from_tick: this.#fromTick, to_tick: this.#tick, ops: this.#ops.take(), hash };
    const record = this.#joined.length > 0 ? { ...ticks, joined: this.#joined } : ticks;
    this.#write?.({ ...head, ...record });
    if (this.#joined.length > 0) this.#joined = [];
    this.#fromTick = this.#tick;
  }

  #head(eventType: string): RecordEvent {
    return encodeHead(eventType, { matchId: this.#matchId, part: this.#part, seq: this.#seq++ });
  }
}
