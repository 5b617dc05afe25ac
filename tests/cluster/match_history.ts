import type { JsonObject } from "../../core/json.ts";
import type { EventLog } from "../../core/ports/event_log.ts";
import type { MatchResult } from "./match_seat.ts";
import { EVENT_TOPICS, type EventTopic } from "../../core/protocol/event_envelope.ts";

const BEGINNINGS: ReadonlySet<unknown> = new Set(["match_started", "match_restored"]);

/** Some of what a server writes as it begins comes this much before it says that it does. */
const BEGINNING_S = 0.1;

/** One server's part of a match, as the event log tells it. */
export interface MatchPart {
  /** The server. */
  readonly serverId: string;
  /** Seconds since 1970 of the first event that it wrote of the match. */
  firstS: number;
  /** And of the last. */
  lastS: number;
  /** Which that was. */
  lastType: string;
}

/** One match, as the event log tells it. */
export interface MatchStory {
  /** Who stepped it, in the order in which they began. */
  readonly parts: MatchPart[];
  /** Its `match_started` and `match_restored`, each as `server epoch`. */
  readonly begun: string[];
  /** Its `match_over`. */
  readonly over: JsonObject[];
  /** The ticks of its `match_restored`. */
  readonly restoredTicks: number[];
  /** The reasons of its `session_removed`. */
  readonly removed: string[];
  /** Whether a player has come into it. */
  isJoined: boolean;
}

/** All matches of an event log, by their ids; an event that was delivered again counts once. */
export class MatchHistories {
  /** How many events there are. */
  eventCount = 0;
  /** How many came again. */
  repeatCount = 0;
  readonly #stories = new Map<string, MatchStory>();

  /** The stories by match. */
  get stories(): ReadonlyMap<string, MatchStory> {
    return this.#stories;
  }

  /** Whether its end is in the log. */
  isOver(matchId: string): boolean {
    return (this.#stories.get(matchId)?.over.length ?? 0) > 0;
  }

  /** Reads all of a log; `onEvent` is told each event once. @throws Error where it cannot be read */
  async readAll(
    eventLog: Pick<EventLog, "read">,
    onEvent: (event: JsonObject) => void = (): void => {},
  ): Promise<void> {
    const seen = new Set<string>();
    // What says where each part begins comes first.
    for (const topic of new Set<EventTopic>(["game_events", ...EVENT_TOPICS])) {
      for await (const { value } of eventLog.read(topic)) {
        const id = String(value.event_id);
        if (seen.has(id)) {
          this.repeatCount++;
          continue;
        }
        seen.add(id);
        this.eventCount++;
        onEvent(value);
        const matchId = value.match_id ?? value.session_id;
        // Accounts' sessions have ids of their own, and no match.
        if (topic !== "auth_events" && typeof matchId === "string") this.#take(matchId, value);
      }
    }
  }

  /** Where two servers wrote of one match at the same time, in words. */
  overlaps(): string[] {
    return [...this.#stories].flatMap(([matchId, { parts }]) => {
      const sorted = parts.toSorted((left, right) => left.firstS - right.firstS);
      return sorted.slice(1).flatMap((part, index) => {
        const before = sorted[index];
        if (before === undefined || before.lastS <= part.firstS) return [];
        const overlapMs = Math.round((before.lastS - part.firstS) * 1_000);
        const [old, now] = [`${before.serverId} (${before.lastType})`, part.serverId];
        return [`${matchId}: ${old} and ${now}, for ${overlapMs} ms`];
      });
    });
  }

  #take(matchId: string, event: JsonObject): void {
    const story = this.#stories.get(matchId) ??
      { parts: [], begun: [], over: [], restoredTicks: [], removed: [], isJoined: false };
    this.#stories.set(matchId, story);
    const serverId = String(event.server_id);
    const atS = Number(event.timestamp);
    if (event.event_type === "match_over") story.over.push(event);
    if (event.event_type === "match_restored") story.restoredTicks.push(Number(event.tick));
    if (event.event_type === "session_removed") story.removed.push(String(event.reason));
    if (event.event_type === "player_joined_session") story.isJoined = true;
    const isBeginning = BEGINNINGS.has(event.event_type);
    if (isBeginning) story.begun.push(`${serverId} ${event.epoch}`);
    const own = story.parts.filter((part) => part.serverId === serverId);
    const part = own.findLast(({ firstS }) => firstS <= atS + BEGINNING_S) ?? own[0];
    const lastType = String(event.event_type);
    if (part === undefined || isBeginning) {
      story.parts.push({ serverId, firstS: atS, lastS: atS, lastType });
      return;
    }
    part.firstS = Math.min(part.firstS, atS);
    if (atS < part.lastS) return;
    part.lastS = atS;
    part.lastType = lastType;
  }
}

/** The result as the event log has it, once; an empty one where it has none. */
export function resultOf(story: MatchStory | undefined): MatchResult {
  const [over] = story?.over ?? [];
  const { match_id: matchId, winner, scores } = over ?? {};
  return {
    matchId: String(matchId),
    winner: typeof winner === "number" ? winner : null,
    scores: Object.fromEntries(
      Object.entries(Object(scores)).map(([team, score]) => [team, Number(score)]),
    ),
  };
}
