import type { CancelTimer, Clock } from "../core/clock.ts";
import type { EndedLoginCheck } from "./ended_logins.ts";
import type { Player } from "./player.ts";
import type { SessionManager } from "./session_manager.ts";

/**
 * How often it is asked of each player whether the login was ended, in milliseconds: with the second that
 * auth takes to write it down well within the 5 s that a logout may take.
 */
export const LOGIN_WATCH_MS = 3_000;
/** How often it is looked whose turn it is. */
const LOOK_MS = 250;

/** What a {@linkcode LoginWatch} works with. */
export interface LoginWatchOptions {
  /** Who plays. */
  readonly sessions: SessionManager;
  /** Asked of each login. */
  readonly isEnded: EndedLoginCheck;
  /** Says when. */
  readonly clock: Clock;
}

/**
 * Takes those out of their matches whose login has been ended: by logout, by a new password, by an
 * operator. They are told as those are whom an operator kicks; another login of theirs may come back.
 */
export class LoginWatch {
  readonly #options: LoginWatchOptions;
  readonly #cancel: CancelTimer;
  /** When it was last asked of a player, or was clear: who comes in has just been asked of. */
  readonly #askedAtMs = new WeakMap<Player, number>();
  #asking: Promise<void> | undefined;

  /** Begins to ask. */
  constructor(options: LoginWatchOptions) {
    this.#options = options;
    this.#cancel = options.clock.every(LOOK_MS, () => this.#look());
  }

  /** Asks no more; resolves after what is in hand. */
  async close(): Promise<void> {
    this.#cancel();
    await this.#asking;
  }

  #look(): void {
    // A store that is slow is not asked for more.
    if (this.#asking !== undefined) return;
    const nowMs = this.#options.clock.monotonicMs();
    const due: Player[] = [];
    for (const { players } of this.#options.sessions.sessionList) {
      for (const player of players.values()) {
        if (player.authSessionId !== undefined && this.#isDue(player, nowMs)) due.push(player);
      }
    }
    if (due.length === 0) return;
    this.#asking = Promise.all(due.map((player) => this.#ask(player)))
      .then(() => this.#asking = undefined);
  }

  #isDue(player: Player, nowMs: number): boolean {
    const askedAtMs = this.#askedAtMs.get(player);
    const isDue = askedAtMs !== undefined && nowMs - askedAtMs >= LOGIN_WATCH_MS;
    if (askedAtMs === undefined || isDue) this.#askedAtMs.set(player, nowMs);
    return isDue;
  }

  async #ask(player: Player): Promise<void> {
    const { sessions, isEnded } = this.#options;
    const { playerId, authSessionId, match } = player;
    if (!await isEnded(authSessionId)) return;
    // Another login may have taken the place meanwhile, or nobody be there any more.
    if (sessions.find(playerId) !== player || player.authSessionId !== authSessionId) return;
    player.link.tellKicked?.(match.id);
    sessions.leave(playerId, "kicked");
  }
}
