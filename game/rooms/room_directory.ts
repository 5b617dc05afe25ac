import type { Clock } from "../../core/clock.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { applyToRoom, findMember, type Room, ROOM_AGE_MS_MAX, type RoomEvent } from "./room.ts";
import type { RoomMoment, RoomStep } from "./room.ts";
import { formatRoom, tryParseRoom } from "./room_text.ts";

/** What keeping rooms works with. */
export interface RoomDirectoryOptions {
  /** Where they are kept. */
  readonly kvStore: KvStore;
  /** Says which are over. */
  readonly clock: Clock;
  /** Gives a unique id. */
  readonly newId: () => string;
}

/** What became of an event. */
export type RoomChange =
  | (Extract<RoomStep, { readonly ok: true }> & {
    /** The room as it was. */
    readonly before: Room;
    /** Whether this event has begun a start, and which: whoever began it has to bring it to an end. */
    readonly startId: string | undefined;
  })
  | Extract<RoomStep, { readonly ok: false }>;

/** The rooms that are there, by the time at which each is over. */
const EXPIRY_KEY = "rooms:expiry";
/** How long a room that is over is kept for who says so, in milliseconds. */
const KEPT_BEYOND_MS = 60_000;
/**
 * How often a change is tried while others change the same room. Each time that it fails another's change
 * has been made, so that this is how many may come at once.
 */
const CHANGES_MAX = 256;
const BINDINGS_MAX = 8;

/**
 * Rooms in a `KvStore`, changed by comparing and setting: several matchmakers agree on them, and none of
 * them has to live for a room to go on. All methods throw what the store throws.
 */
export class RoomDirectory {
  readonly #options: RoomDirectoryOptions;

  /** Reads nothing yet. */
  constructor(options: RoomDirectoryOptions) {
    this.#options = options;
  }

  /** The room, or undefined where there is none. */
  async find(code: string): Promise<Room | undefined> {
    const text = await this.#options.kvStore.get(keyOf(code));
    const room = text === undefined ? undefined : tryParseRoom(text);
    return room && room.expiresAtMs > this.#options.clock.nowMs() ? room : undefined;
  }

  /** Adds a room; false where its code is taken. */
  async add(room: Room): Promise<boolean> {
    const { kvStore } = this.#options;
    const text = formatRoom(room);
    const isAdded = await kvStore.compareAndSet(keyOf(room.code), undefined, text, {
      ttlMs: this.#ttlMs(room),
    });
    if (isAdded) await kvStore.sortedSetAdd(EXPIRY_KEY, room.code, room.expiresAtMs);
    return isAdded;
  }

  /** Removes a room of which nobody has heard. */
  async withdraw(code: string): Promise<void> {
    await this.#options.kvStore.delete(keyOf(code));
    await this.#options.kvStore.sortedSetRemove(EXPIRY_KEY, code);
  }

  /** Lets an event happen to a room, all at once or not at all. */
  async change(code: string, event: RoomEvent): Promise<RoomChange> {
    const { kvStore, clock, newId } = this.#options;
    const startId = newId();
    for (let tried = 0; tried < CHANGES_MAX; tried++) {
      const text = await kvStore.get(keyOf(code));
      const before = text === undefined ? undefined : tryParseRoom(text);
      const moment: RoomMoment = { nowMs: clock.nowMs(), startId };
      const isOver = before !== undefined && before.expiresAtMs <= moment.nowMs;
      if (before === undefined || (isOver && event.kind !== "expire")) {
        return { ok: false, refusal: "unknown_room" };
      }
      const step = applyToRoom(before, event, moment);
      if (!step.ok) return step;
      const { room } = step;
      if (room === before || await this.#replace(code, text, room)) {
        return { ...step, before, startId: startOf(room) === startId ? startId : undefined };
      }
    }
    return { ok: false, refusal: "unavailable" };
  }

  /** Codes of rooms whose time has come, at most `limit`. */
  async over(limit: number): Promise<string[]> {
    const { kvStore, clock } = this.#options;
    const range = { min: -Infinity, max: clock.nowMs(), limit };
    const members = await kvStore.sortedSetRange(EXPIRY_KEY, range);
    return members.map(({ member }) => member);
  }

  /** Ends a room whose time has come; what was noted of its time and is not so is mended. */
  async expire(code: string): Promise<RoomChange> {
    const { kvStore } = this.#options;
    const change = await this.change(code, { kind: "expire" });
    if (!change.ok) await kvStore.sortedSetRemove(EXPIRY_KEY, code);
    else if (change.room !== undefined) {
      await kvStore.sortedSetAdd(EXPIRY_KEY, code, change.room.expiresAtMs);
    }
    return change;
  }

  /**
   * Notes that an account goes to a room. It is in one at a time, those whose match has begun aside: gives
   * the code of another in which it is, and notes nothing then. An account that goes to two at the very same
   * moment may get into both.
   */
  async bind(accountId: string, code: string): Promise<string | undefined> {
    const { kvStore } = this.#options;
    const key = bindingKey(accountId);
    for (let tried = 0; tried < BINDINGS_MAX; tried++) {
      const bound = await kvStore.get(key);
      if (bound !== undefined && bound !== code && await this.#holds(bound, accountId)) {
        return bound;
      }
      if (await kvStore.compareAndSet(key, bound, code, { ttlMs: ROOM_AGE_MS_MAX })) {
        return undefined;
      }
    }
    throw new Error(`Cannot bind an account to room ${code}: others do so all the time`);
  }

  /** Notes that an account is not in that room. */
  async unbind(accountId: string, code: string): Promise<void> {
    await this.#options.kvStore.compareAndSet(bindingKey(accountId), code, undefined);
  }

  async #holds(code: string, accountId: string): Promise<boolean> {
    const room = await this.find(code);
    return room !== undefined && room.state.kind !== "filled" &&
      findMember(room, accountId) !== undefined;
  }

  async #replace(
    code: string,
    text: string | undefined,
    room: Room | undefined,
  ): Promise<boolean> {
    const { kvStore } = this.#options;
    const next = room && formatRoom(room);
    const lifetime = room && { ttlMs: this.#ttlMs(room) };
    if (!await kvStore.compareAndSet(keyOf(code), text, next, lifetime)) return false;
    if (room === undefined) await kvStore.sortedSetRemove(EXPIRY_KEY, code);
    else await kvStore.sortedSetAdd(EXPIRY_KEY, code, room.expiresAtMs);
    return true;
  }

  #ttlMs({ expiresAtMs }: Room): number {
    return Math.max(1, Math.ceil(expiresAtMs - this.#options.clock.nowMs())) + KEPT_BEYOND_MS;
  }
}

function startOf(room: Room | undefined): string | undefined {
  return room?.state.kind === "starting" ? room.state.startId : undefined;
}

function keyOf(code: string): string {
  return `room:${code}`;
}

function bindingKey(accountId: string): string {
  return `room_of:${accountId}`;
}
