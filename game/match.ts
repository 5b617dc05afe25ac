// Long because one tick is one thing: what waits, the step, and what is shown of it.
import { unreachable } from "../core/unreachable.ts";
import { newPendingCommands, type PendingCommands } from "./pending_commands.ts";
import type { PlayerCommand } from "./player_command.ts";
import { MatchRecorder, type WriteRecord } from "./replay/match_recorder.ts";
import { SnapshotHistory } from "./snapshot_history.ts";
import type { Arena } from "./simulation/arena.ts";
import type { MatchRules } from "./simulation/rules.ts";
import type { Tank } from "./simulation/tank.ts";
import { tankInputFrom } from "./simulation/tank_input.ts";
import { radiansFromHeading, umFromMetres } from "./simulation/units.ts";
import { World } from "./simulation/world.ts";
import type { WorldEvent } from "./simulation/world_event.ts";
import { type EventTanks, viewEvent, viewWorld } from "./wire/world_view.ts";
import type { EventView } from "./wire/tank_view.ts";

/** How a match is set up. */
export interface MatchOptions {
  /** Unique; also the id of its session. */
  readonly id: string;
  /** The name of its game mode; kept to be told, the rules are in `rules`. */
  readonly mode: string;
  /** What chance in the world starts from; the low 32 bits count. */
  readonly seed: number;
  /** Where it is played; shared, never changed. */
  readonly arena: Arena;
  /** How it is played and when it ends. */
  readonly rules: MatchRules;
  /** Ticks a second, 10 to 60. */
  readonly tickRate: number;
  /** Snapshots a second; at most one a tick. */
  readonly snapshotRate: number;
  /** Takes what a replay needs; the match is not recorded if undefined. */
  readonly record?: WriteRecord;
  /** The world to go on with, of a match that has been on other servers; undefined: a new one. */
  readonly goesOn?: { readonly world: World; readonly epoch: number };
}

/** What a tick of a match brought. */
export interface MatchTick {
  /** What happened in the world. */
  readonly events: readonly WorldEvent[];
  /** Whether a new snapshot is there to be sent. */
  readonly hasSnapshot: boolean;
  /** Whether the match ended in this tick. */
  readonly hasEnded: boolean;
}

/**
 * A running match: a world, the commands that wait for its next tick, and its snapshots. It knows
 * nothing of clients. Commands are never applied on arrival: all of a tick act in the order of
 * slots.
 */
export class Match {
  /** Unique; also the id of its session. */
  readonly id: string;
  /** The name of the game mode in which it is played. */
  readonly mode: string;
  /** Counts the servers that the match has been on, from 1: this one's number is not used twice. */
  readonly epoch: number;
  /** The simulation; to be read only. */
  readonly world: World;
  /** Changes the world and records it: what is done to it otherwise, no replay has. */
  readonly recorder: MatchRecorder;
  /** What clients are sent, one every few ticks. */
  readonly snapshots = new SnapshotHistory();
  readonly #ticksPerSnapshot: number;
  /** By slot. */
  readonly #pending: (PendingCommands | undefined)[] = [];
  /** Whether any of them has something to be applied: inputs of the binary protocol do not wait here. */
  #isWaiting = false;
  readonly #appliedSeq = new Map<number, number>();
  #eventViews: EventView[] = [];

  /** A match without tanks, at tick 0. @throws RangeError when an option breaks its bounds */
  constructor(options: MatchOptions) {
    const { seed, arena, rules, tickRate } = options;
    this.id = options.id;
    this.mode = options.mode;
    this.world = options.goesOn?.world ?? new World({ seed, tickRate, arena, rules });
    this.epoch = options.goesOn?.epoch ?? 1;
    const { id: matchId, mode, record: write } = options;
    this.recorder = new MatchRecorder(this.world, { matchId, mode, part: this.epoch - 1, write });
    this.#ticksPerSnapshot = Math.max(1, Math.round(tickRate / options.snapshotRate));
  }

  /** Whether it is over. */
  get isOver(): boolean {
    return this.world.outcome !== undefined;
  }

  /** How many more tanks it can take. */
  get freeSlots(): number {
    return this.world.rules.tanksMax - this.world.tanks.length;
  }

  /** Puts a tank into the world. @throws Error when it cannot take one */
  add(tank: Tank, playerId: string, team?: number): void {
    const added = this.recorder.addTank(tank, playerId, team);
    if (!added.ok) throw new Error(`Cannot add tank ${tank.tankId}: ${added.reason}`);
    this.#appliedSeq.set(tank.slot, 0);
  }

  /** Takes a tank out of the world, with whatever waits for it. */
  remove(tank: Tank): void {
    this.#pending[tank.slot] = undefined;
    this.#appliedSeq.delete(tank.slot);
    this.recorder.removeTank(tank.slot);
  }

  /**
   * Keeps a command for the next tick. Of several inputs the newest counts; one that aims nowhere
   * leaves the turret as it is.
   */
  queue(tank: Tank, command: PlayerCommand): void {
    const pending = this.#pendingOf(tank.slot);
    this.#isWaiting = true;
    switch (command.action) {
      case "move":
        pending.order = command;
        break;
      case "shoot":
        pending.shoot = true;
        break;
      case "input":
        // UDP may bring an older input after a newer one; 0 is of a client that does not count.
        if (command.seq !== 0 && command.seq < pending.seq) break;
        pending.seq = Math.max(pending.seq, command.seq);
        pending.fired ||= command.fire;
        pending.input = command;
        break;
      default:
        return unreachable(command);
    }
  }

  /** Forgets the sequence of inputs: another client, which counts anew, has the tank now. */
  restartSeq(tank: Tank): void {
    this.#pendingOf(tank.slot).seq = 0;
    this.#appliedSeq.set(tank.slot, 0);
  }

  /** The tank has acted on inputs up to this number, on another server. */
  setAppliedSeq(tank: Tank, seq: number): void {
    this.#appliedSeq.set(tank.slot, seq);
  }

  /** The sequence number of the newest input that the tank has acted on; 0 before the first. */
  appliedSeq(tank: Tank): number {
    return this.#appliedSeq.get(tank.slot) ?? 0;
  }

  /** One tick. @param hasAudience whether a snapshot would be sent to anybody; none is made else */
  tick(hasAudience = true): MatchTick {
    const wasOver = this.isOver;
    this.#applyPending();
    this.recorder.step();
    const { events } = this.world;
    if (hasAudience) this.#viewEvents(events);
    const hasEnded = !wasOver && this.isOver;
    // Whoever won by a shot is shown it.
    const isDue = hasEnded || this.world.tick % this.#ticksPerSnapshot === 0;
    const hasSnapshot = hasAudience && isDue;
    if (hasSnapshot) this.#takeSnapshot();
    return { events, hasSnapshot, hasEnded };
  }

  #viewEvents(events: readonly WorldEvent[]): void {
    for (const event of events) {
      const view = viewEvent(event, this.world.tick, this.#tankIds);
      if (view !== undefined) this.#eventViews.push(view);
    }
  }

  readonly #tankIds: EventTanks = (slot) => this.world.tankAt(slot)?.tankId;

  #takeSnapshot(): void {
    this.snapshots.add(viewWorld(this.world, this.snapshots.newest), this.#eventViews);
    this.#eventViews = [];
  }

  #applyPending(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    // By slot, so that the order in which datagrams came cannot matter.
    for (const tank of this.world.tanks) {
      const pending = this.#pending[tank.slot];
      if (pending !== undefined) this.#apply(tank, pending);
    }
  }

  #apply(tank: Tank, pending: PendingCommands): void {
    if (pending.input !== undefined) {
      const { throttle, turn, fire, turretRad } = pending.input;
      const turret = turretRad ?? radiansFromHeading(tank.aims ? tank.input.turret : tank.heading);
      this.recorder.setInput(tank.slot, tankInputFrom({ throttle, turn, turret, fire }));
      this.#appliedSeq.set(tank.slot, pending.seq);
    }
    if (pending.order !== undefined) {
      const { xM, yM } = pending.order;
      this.recorder.setMoveOrder(tank.slot, { xUm: umFromMetres(xM), yUm: umFromMetres(yM) });
    }
    if (pending.shoot || (pending.fired && !tank.input.fire)) this.recorder.fireOnce(tank.slot);
    pending.input = undefined;
    pending.order = undefined;
    pending.fired = false;
    pending.shoot = false;
  }

  #pendingOf(slot: number): PendingCommands {
    let pending = this.#pending[slot];
    if (pending === undefined) {
      pending = newPendingCommands();
      this.#pending[slot] = pending;
    }
    return pending;
  }
}
