import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { Counter } from "../../core/metrics.ts";
import type { WorkQueue } from "../../core/ports/work_queue.ts";
import { ROOM_EVENTS_EXCHANGE } from "../../core/protocol/room_messages.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Room, RoomNotice } from "../rooms/room.ts";

/** What telling works with. */
export interface RoomEventsOptions {
  /** Carries the events. */
  readonly workQueue: Pick<WorkQueue, "publishFanout">;
  /** Gives their time. */
  readonly clock: Clock;
  /** Names this matchmaker. */
  readonly serverId: string;
  /** Gives each a unique id. */
  readonly newId: () => string;
  /** Told of those that could not be sent. */
  readonly log: Log;
  /** Counts those. */
  readonly dropped: Counter;
}

/** Events that may wait for the broker at once; more are dropped and counted. */
const IN_FLIGHT_MAX = 4_096;

/**
 * Tells on `private_room.events` what becomes of rooms: who is in them, and which match is theirs, but neither
 * what they are called nor how to get in. Never throws, never waits.
 */
export class RoomEvents {
  readonly #options: RoomEventsOptions;
  readonly #inFlight = new Set<Promise<void>>();

  /** Tells nothing yet. */
  constructor(options: RoomEventsOptions) {
    this.#options = options;
  }

  /** Tells what has happened to a room, in this order; `room`: as it is then, or was when it ended. */
  tell(room: Room, notices: readonly RoomNotice[]): void {
    for (const notice of notices) this.#send(bodyOf(room, notice));
  }

  /** Resolves when what was told has been sent, or has come to nothing. */
  async close(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  #send(body: JsonObject): void {
    const { workQueue, clock, serverId, newId, log, dropped } = this.#options;
    if (this.#inFlight.size >= IN_FLIGHT_MAX) return dropped.inc();
    const envelope = {
      timestamp: clock.nowMs() / 1_000,
      event_id: newId(),
      server_id: serverId,
    };
    const sending = workQueue.publishFanout(ROOM_EVENTS_EXCHANGE, { ...body, ...envelope })
      .catch((error: unknown) => {
        dropped.inc();
        log.debug("room_event_not_sent", { error: describeError(error) });
      })
      .finally(() => this.#inFlight.delete(sending));
    this.#inFlight.add(sending);
  }
}

function bodyOf({ code, settings, hostId, members }: Room, notice: RoomNotice): JsonObject {
  const about = { event_type: notice.kind, code };
  const accounts = members.map(({ accountId }) => accountId);
  switch (notice.kind) {
    case "room_created":
      return { ...about, host: hostId, game_mode: settings.mode.name };
    case "player_joined":
    case "player_left":
      return { ...about, account_id: notice.accountId, host: hostId, members: accounts };
    case "room_filled":
      return { ...about, match_id: notice.matchId, members: accounts };
    case "room_closed":
      return { ...about, reason: notice.reason, members: accounts };
    default:
      return unreachable(notice);
  }
}
