import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { StoredEvent } from "../../core/ports/event_log.ts";
import { textAt } from "../clients/json_fields.ts";
import type { History } from "./outage_history.ts";

/** Whose accounts the ledger speaks of, by the beginning of their names. */
export const RECRUIT = "recruit-";

/** A player's place in a match, as a client was told. */
export interface Seat {
  /** The match. */
  readonly sessionId: string;
  /** Who sits there. */
  readonly playerId: string;
  /** The tank. */
  readonly tankId: string;
}

/** What clients were told that happened: each line of it has to be in the event log afterwards. */
export class OutageLedger {
  /** Joins that were answered. */
  readonly joined: Seat[] = [];
  /** Leaves that were answered. */
  readonly left: Seat[] = [];
  /** Account ids of registrations that were answered with success, by name. */
  readonly registered = new Map<string, string>();
  /** Names whose logins were answered with success, one for each login. */
  readonly loggedIn: string[] = [];
  /** What else registrations and logins were answered with. */
  readonly refusals: JsonObject[] = [];
  /** Matches that had to be made, by their ids. */
  readonly matchIds: string[] = [];

  /**
   * Asserts that the history has all of it, each once, and nothing else of its kind. Sessions that a server has
   * `leftBehind` for others have no end yet.
   */
  assertKept(history: History, leftBehind: readonly string[] = []): void {
    const sessions = history.topic("player_sessions_history");
    assertSame(sessions, "player_joined_session", this.joined);
    assertSame(sessions, "player_left_session", this.left);
    assertEquals(namesOf(history, "user_registered"), [...this.registered.keys()].toSorted());
    assertEquals(namesOf(history, "user_logged_in"), this.loggedIn.toSorted());
    const created = sessions.filter(isOf("session_created")).map(sessionOf);
    assertEquals(created.length, new Set(created).size, "a session was made twice");
    const removed = sessions.filter(isOf("session_removed")).map(sessionOf);
    const gone = [...removed, ...leftBehind];
    assertEquals(gone.toSorted(), created.toSorted(), "sessions that ended, or wait for a server");
    const missing = this.matchIds.filter((matchId) => !created.includes(matchId));
    assertEquals(missing, [], `of ${this.matchIds.length} matches`);
    assertLives(sessions, history.topic("auth_events"));
  }
}

/** The life of each session, seat and account is told from its beginning on. */
function assertLives(sessions: readonly StoredEvent[], auth: readonly StoredEvent[]): void {
  const begun = new Set<string>();
  const lifeOf = ({ value }: StoredEvent): [id: string, isBeginning: boolean] => {
    const type = textAt(value, "event_type");
    if (type.startsWith("session_")) return [textAt(value, "session_id"), type.endsWith("created")];
    if (type.startsWith("player_")) {
      const seat = `${value.session_id} ${value.player_id} ${value.tank_id}`;
      return [seat, type === "player_joined_session"];
    }
    return [textAt(value, "username"), type === "user_registered"];
  };
  const known = auth.filter(({ value }) => String(value.username).startsWith(RECRUIT));
  for (const event of [...sessions, ...known]) {
    const [id, isBeginning] = lifeOf(event);
    assert(isBeginning || begun.has(id), `out of order: ${JSON.stringify(event.value)}`);
    begun.add(id);
  }
}

function isOf(eventType: string): (event: StoredEvent) => boolean {
  return ({ value }) => value.event_type === eventType;
}

function sessionOf({ value }: StoredEvent): string {
  return textAt(value, "session_id");
}

function assertSame(events: readonly StoredEvent[], type: string, seats: readonly Seat[]): void {
  // Others may play too, such as bots, of whom no client was told.
  const players: ReadonlySet<unknown> = new Set(seats.map(({ playerId }) => playerId));
  const found = events.filter(isOf(type))
    .filter(({ value }) => players.has(value.player_id))
    .map(({ value }) => `${value.session_id} ${value.player_id} ${value.tank_id}`);
  const wanted = seats.map(({ sessionId, playerId, tankId }) =>
    `${sessionId} ${playerId} ${tankId}`
  );
  assertEquals(found.toSorted(), wanted.toSorted(), type);
}

function namesOf(history: History, type: string): string[] {
  return history.topic("auth_events").filter(isOf(type))
    .map(({ value }) => textAt(value, "username"))
    .filter((name) => name.startsWith(RECRUIT))
    .toSorted();
}
