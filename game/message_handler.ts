// Long because it is one table of what JSON messages ask, and of who may.
import type { Clock } from "../core/clock.ts";
import type { JsonValue } from "../core/json.ts";
import { isMatchToken } from "../core/protocol/match_ticket.ts";
import { unreachable } from "../core/unreachable.ts";
import type { EndedLoginCheck } from "./ended_logins.ts";
import type { Player } from "./player.ts";
import type { CommandRoute } from "./command_route.ts";
import type { PlayerCommand } from "./player_command.ts";
import type { PlayerLink } from "./player_link.ts";
import type { SessionManager } from "./session_manager.ts";
import type { ClientMessage, JoinMessage } from "./wire/json_message.ts";
import {
  alreadyInSessionReply,
  challengeReply,
  joinedReply,
  joinFailedReply,
  LEFT_GAME_REPLY,
  NOT_IN_GAME_REPLY,
  pongReply,
} from "./wire/json_reply.ts";
import { encodeInitialState } from "./wire/world_view.ts";

/** Who a message is from. */
export interface Sender {
  /** As its link would be named: `udp:127.0.0.1:40000`. */
  readonly address: string;
  /** The account that the connection itself has logged in to, if it has one. */
  readonly accountId: string | undefined;
  /** The name of that account; undefined without one. */
  readonly username: string | undefined;
  /** The id of that login; undefined without one. */
  readonly authSessionId?: string | undefined;
  /** Makes the link on which the sender is reached from now on. */
  openLink(): PlayerLink;
  /** Whether the sender has shown that it receives at its address. A TCP connection has. */
  isProven(challenge: string | undefined): boolean;
  /** What shows that, when it comes back. */
  issueChallenge(): string;
}

/** What was done with a message that acts for a player. */
export type Handled =
  | { readonly kind: "done"; readonly reply?: string }
  /** The player is not there, or plays from another address; counted, not answered. */
  | { readonly kind: "ignored"; readonly reason: "unknown_player" | "foreign_address" };

/** What a token entitles its bearer to. */
export interface TokenClaim {
  /** The account that it was issued to; undefined of a guest's resume token. */
  readonly accountId: string | undefined;
  /** The only name under which it may be used: the account's own. */
  readonly playerId: string;
  /** The login that it is of; undefined where none is known. */
  readonly authSessionId?: string | undefined;
  /** The match that it lets into; undefined: any. */
  readonly matchId: string | undefined;
  /** Whether it is the resume token of the player who is there under that name. */
  readonly resumes?: boolean;
}

/** Says what a token entitles to; undefined where it is not good. A match token counts only once. */
export type TokenCheck = (token: string) => Promise<TokenClaim | undefined>;

/** What the handler works with. */
export interface MessageHandlerOptions {
  /** Where players are found, seated and taken out. */
  readonly sessions: SessionManager;
  /** Takes each command of a player. */
  readonly route: CommandRoute;
  /** Says when a player was last heard. */
  readonly clock: Clock;
  /** Asked at a join that brings a token, unless the sender has an account already. */
  readonly checkToken: TokenCheck;
  /** Asked at a join of who has logged in on the connection; undefined: no login is ever ended. */
  readonly isEnded?: EndedLoginCheck;
  /** Whether a join needs neither a good token nor a proven address. */
  readonly allowGuests: boolean;
  /** Ticks a second, as told to those who join. */
  readonly tickRate: number;
}

const DONE: Handled = { kind: "done" };

/** Does what clients ask in JSON, over UDP and TCP alike. */
export class MessageHandler {
  readonly #options: MessageHandlerOptions;

  /** Holds no state of its own. */
  constructor(options: MessageHandlerOptions) {
    this.#options = options;
  }

  /** Handles everything but `join_game` and `login`, which take time. */
  handle(
    message: Exclude<ClientMessage, { readonly action: "join_game" | "login" }>,
    sender: Sender,
  ): Handled {
    switch (message.action) {
      case "move":
      case "input":
      case "shoot":
        return this.#command(message.playerId, sender, message);
      case "ack":
        return this.#ack(message.playerId, sender, message.tick);
      case "ping":
        return this.#ping(message.t, sender);
      case "leave_game":
        return this.#leave(message.playerId, sender);
      default:
        return unreachable(message);
    }
  }

  /** Handles a join; the reply is to be sent to the sender. */
  async join(message: JoinMessage, sender: Sender): Promise<string> {
    const { sessions, allowGuests } = this.#options;
    const present = sessions.find(message.playerId);
    const isProven = allowGuests || sender.isProven(message.challenge);
    // Asked again, because the answer was lost: a match token would not count a second time.
    if (present?.link.address === sender.address) {
      if (message.repeat && !isProven) return challengeReply(sender.issueChallenge());
      return this.#join(message, sender, undefined);
    }
    const isTicket = message.token !== undefined && isMatchToken(message.token);
    // The reply is larger than the request, which must not be had for a forged address; and a match
    // token must not be spent on it.
    if (!isProven && isTicket) return challengeReply(sender.issueChallenge());
    const claim = await this.#claimOf(message, sender);
    // A copy of this message may have been quicker.
    const isHere = sessions.find(message.playerId)?.link.address === sender.address;
    if (claim === undefined && !allowGuests && !isHere) {
      return joinFailedReply("authentication_required");
    }
    if (!isProven) return challengeReply(sender.issueChallenge());
    return this.#join(message, sender, claim);
  }

  async #claimOf(message: JoinMessage, sender: Sender): Promise<TokenClaim | undefined> {
    const { checkToken, isEnded } = this.#options;
    const { accountId, username, authSessionId } = sender;
    if (message.token !== undefined) return await checkToken(message.token);
    if (accountId === undefined || username === undefined) return undefined;
    if (await isEnded?.(authSessionId) === true) return undefined;
    return { accountId, playerId: username, authSessionId, matchId: undefined };
  }

  #join(message: JoinMessage, sender: Sender, claim: TokenClaim | undefined): string {
    const { playerId, mode, repeat } = message;
    // Otherwise anybody could play under the name of an account that is not theirs.
    if (claim !== undefined && claim.playerId !== playerId) return joinFailedReply("foreign_name");
    const result = this.#options.sessions.join({
      playerId,
      accountId: claim?.accountId,
      authSessionId: claim?.authSessionId,
      matchId: claim?.matchId ?? message.matchId,
      mode,
      link: sender.openLink(),
      ...(claim?.resumes && { resumes: true }),
      beginsAnew: repeat,
    });
    switch (result.kind) {
      case "refused":
        return joinFailedReply(result.refusal);
      case "resumed":
        if (repeat) return this.#joined(result.player);
        return alreadyInSessionReply(result.player.match.id);
      case "joined":
        return this.#joined(result.player);
      default:
        return unreachable(result);
    }
  }

  #joined(player: Player): string {
    const { match, tank } = player;
    const state = encodeInitialState(match.world, tank, this.#options.tickRate);
    return joinedReply(match.id, tank.tankId, state);
  }

  #command(playerId: string, sender: Sender, command: PlayerCommand): Handled {
    const found = this.#find(playerId, sender);
    if ("kind" in found) return found;
    this.#options.route(found, command);
    return DONE;
  }

  #ping(t: JsonValue, sender: Sender): Handled {
    const player = this.#options.sessions.findByAddress(sender.address);
    if (player !== undefined) player.lastHeardMs = this.#options.clock.monotonicMs();
    return { kind: "done", reply: pongReply(t, player?.match.world.tick ?? null) };
  }

  #ack(playerId: string, sender: Sender, tick: number): Handled {
    const found = this.#find(playerId, sender);
    if ("kind" in found) return found;
    const isNewer = found.ackedTick === undefined || tick > found.ackedTick;
    if (isNewer && found.match.snapshots.has(tick)) found.ackedTick = tick;
    return DONE;
  }

  #leave(playerId: string, sender: Sender): Handled {
    const found = this.#find(playerId, sender);
    if (!("kind" in found)) {
      this.#options.sessions.leave(playerId, "left");
      return { kind: "done", reply: LEFT_GAME_REPLY };
    }
    const isAbsent = found.kind === "ignored" && found.reason === "unknown_player";
    return isAbsent ? { kind: "done", reply: NOT_IN_GAME_REPLY } : found;
  }

  #find(playerId: string, sender: Sender): Player | Handled {
    const player = this.#options.sessions.find(playerId);
    if (player === undefined) return { kind: "ignored", reason: "unknown_player" };
    if (player.link.address !== sender.address) {
      return { kind: "ignored", reason: "foreign_address" };
    }
    player.lastHeardMs = this.#options.clock.monotonicMs();
    return player;
  }
}
