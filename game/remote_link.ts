import type { PubSub } from "../core/ports/pub_sub.ts";
import {
  encodeRelayNotice,
  playerStateSubject,
  RELAY_KINDS,
} from "../core/protocol/match_relay.ts";
import type { LeaveReason } from "./leave_reason.ts";
import type { Sender } from "./message_handler.ts";
import type { PlayerLink } from "./player_link.ts";

/** What a link works with. */
export interface RemoteLinkOptions {
  /** Carries what is sent. */
  readonly pubSub: PubSub;
  /** The match that is played. */
  readonly matchId: string;
  /** Who plays. */
  readonly playerId: string;
  /** Names the client's connection to its gateway. */
  readonly session: string;
  /** How long the tank waits for a client that is not heard, in milliseconds. */
  readonly silenceMs: number;
}

const STATE = '{"type":"state",';
const OVER = '{"type":"match_over",';
const CHAT = '{"type":"chat",';
const PONG = '{"status":"pong",';

/** The way to a player whose client is behind a gateway: over `PubSub`, as PROTOCOL section 4 has it. */
export class RemoteLink implements PlayerLink, Sender {
  /** `websocket:<session>`. */
  readonly address: string;
  readonly transport = "websocket";
  readonly wantsState = true;
  readonly wantsChat = true;
  readonly silenceMs: number;
  readonly accountId: undefined = undefined;
  readonly username: undefined = undefined;
  /** Names the connection. */
  readonly session: string;
  /** Who plays. */
  readonly playerId: string;
  readonly #pubSub: PubSub;
  readonly #subject: string;
  #hasMoved = false;

  /** Sends nothing yet. @throws TypeError where an id cannot be part of a subject */
  constructor(options: RemoteLinkOptions) {
    const { pubSub, matchId, playerId, session, silenceMs } = options;
    this.#pubSub = pubSub;
    this.#subject = playerStateSubject(matchId, playerId);
    this.session = session;
    this.playerId = playerId;
    this.silenceMs = silenceMs;
    this.address = `websocket:${session}`;
  }

  attach(): void {}

  detach(reason: LeaveReason | "superseded" = "superseded"): void {
    // Where the match goes on, the gateway finds out by itself.
    if (this.#hasMoved || reason === "moved") return;
    const notice = { kind: "ended", session: this.session, reason } as const;
    this.#pubSub.publish(this.#subject, encodeRelayNotice(notice));
  }

  tellMoved(): void {
    this.#hasMoved = true;
    this.#pubSub.publish(this.#subject, encodeRelayNotice({ kind: "moved" }));
  }

  send(message: string): void {
    this.#pubSub.publish(this.#subject, toRelayFrame(message));
  }

  openLink(): PlayerLink {
    return this;
  }

  // Whoever has joined through a gateway has shown a token.
  isProven(): boolean {
    return true;
  }

  issueChallenge(): string {
    return "";
  }
}

/** A message of the game server's as the gateway's clients get it, behind its kind. */
export function toRelayFrame(message: string): string {
  const { state, over, frame } = RELAY_KINDS;
  if (message.startsWith(STATE)) {
    return `${state}{"type":"WORLD_STATE",${message.slice(STATE.length)}`;
  }
  if (message.startsWith(OVER)) return `${over}{"type":"MATCH_OVER",${message.slice(OVER.length)}`;
  if (message.startsWith(CHAT)) return `${frame}{"type":"CHAT",${message.slice(CHAT.length)}`;
  if (message.startsWith(PONG)) return `${frame}{"type":"PONG",${message.slice(PONG.length)}`;
  return frame + message;
}
