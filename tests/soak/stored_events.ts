import type { JsonObject } from "../../core/json.ts";
import type { EventLog } from "../../core/ports/event_log.ts";
import { MatchHistories } from "../cluster/match_history.ts";

interface Seating {
  readonly atS: number;
  readonly type: string;
  readonly seat: string;
  readonly player: string;
}

/** What the event log has of a soak. */
export class StoredEvents {
  /** The matches. */
  readonly matches = new MatchHistories();
  readonly #counts = new Map<string, number>();
  readonly #seatings: Seating[] = [];

  /** Reads all of a log. @throws Error where it cannot be read */
  readAll(eventLog: Pick<EventLog, "read">): Promise<void> {
    return this.matches.readAll(eventLog, (event) => this.#take(event));
  }

  /** How many events of a type there are of an account's name. */
  count(type: string, username: string): number {
    return this.#counts.get(`${type} ${username}`) ?? 0;
  }

  /** Tanks that two players had at once, in words. */
  sharedTanks(): string[] {
    const drivers = new Map<string, string>();
    const faults: string[] = [];
    for (const { type, seat, player } of this.#seatings.toSorted((a, b) => a.atS - b.atS)) {
      const driver = drivers.get(seat);
      if (type === "player_joined_session") {
        if (driver !== undefined && driver !== player) {
          faults.push(`${player} was given the tank of ${driver}: ${seat}`);
        }
        drivers.set(seat, player);
      } else if (driver === player) drivers.delete(seat);
    }
    return faults;
  }

  #take(event: JsonObject): void {
    const { event_type: type, username, session_id: session, tank_id: tank } = event;
    if (typeof username === "string") {
      const key = `${type} ${username}`;
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
    if (type !== "player_joined_session" && type !== "player_left_session") return;
    const [atS, player] = [Number(event.timestamp), String(event.player_id)];
    this.#seatings.push({ atS, type, seat: `${session} ${tank}`, player });
  }
}
