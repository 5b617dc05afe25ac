import type { JsonObject } from "../../core/json.ts";
import { ROOM_EVENTS_EXCHANGE } from "../../core/protocol/room_messages.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Room, RoomNotice } from "../rooms/room.ts";
import { FanoutEvents, type FanoutEventsOptions } from "./fanout_events.ts";

/**
 * Tells on `private_room.events` what becomes of rooms: who is in them, and which match is theirs, but neither
 * what they are called nor how to get in. Never throws, never waits.
 */
export class RoomEvents {
  readonly #events: FanoutEvents;

  /** Tells nothing yet. */
  constructor(options: FanoutEventsOptions) {
    this.#events = new FanoutEvents(ROOM_EVENTS_EXCHANGE, options);
  }

  /** Tells what has happened to a room, in this order; `room`: as it is then, or was when it ended. */
  tell(room: Room, notices: readonly RoomNotice[]): void {
    for (const notice of notices) this.#events.tell(bodyOf(room, notice));
  }

  /** Resolves when what was told has been sent, or has come to nothing. */
  close(): Promise<void> {
    return this.#events.close();
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
