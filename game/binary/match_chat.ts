import type { Clock } from "../../core/clock.ts";
import { tryJsonObject, tryParseJson } from "../../core/json.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { Player } from "../player.ts";
import type { SessionManager } from "../session_manager.ts";
import type { BinaryConnection } from "./binary_connection.ts";

/** The most characters of what somebody says. */
export const CHAT_LENGTH_MAX = 200;

const CHATS_PER_SECOND = 1;
const CHAT_BURST = 5;
const SPEAKERS_MAX = 10_000;

/** What chat works with. */
export interface MatchChatOptions {
  /** Where the players of a match are found. */
  readonly sessions: SessionManager;
  /** Bounds how often somebody speaks. */
  readonly clock: Clock;
}

/** What players say to their match: `{"type":"chat","text":"…"}`. */
export class MatchChat {
  readonly #sessions: SessionManager;
  readonly #speakers: RateLimiter;

  /** Nobody has spoken yet. */
  constructor({ sessions, clock }: MatchChatOptions) {
    this.#sessions = sessions;
    this.#speakers = new RateLimiter({
      ratePerSecond: CHATS_PER_SECOND,
      burst: CHAT_BURST,
      keysMax: SPEAKERS_MAX,
      clock,
    });
  }

  /**
   * Takes a text that a client of the binary protocol sent. What is no chat, too long or said too often
   * is ignored.
   */
  onText({ player }: BinaryConnection, text: string): void {
    const message = tryJsonObject(tryParseJson(text));
    if (player === undefined || message?.type !== "chat") return;
    const said = message.text;
    if (typeof said !== "string") return;
    this.say(player, said);
  }

  /**
   * Tells everybody in the match whose link takes what is said, the speaker too; who says too much is not
   * heard.
   */
  say(player: Player, said: string): void {
    if (said === "" || said.length > CHAT_LENGTH_MAX) return;
    // Not by address: a binary connection's is another after each resume.
    if (!this.#speakers.tryTake(player.accountId ?? player.playerId)) return;
    const line = JSON.stringify({ type: "chat", from: player.playerId, text: said });
    const session = this.#sessions.findSession(player.match.id);
    for (const other of session?.players.values() ?? []) {
      // PROTOCOL section 2 has no chat in JSON datagrams: those clients would not know what it is.
      if (other.link.ticked !== undefined || other.link.wantsChat) other.link.send(line);
    }
  }
}
