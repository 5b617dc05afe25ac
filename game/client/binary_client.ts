// Long because it is one state machine: each state is left by time, by the server or by the owner.
import { unreachable } from "../../core/unreachable.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import {
  DATAGRAM_TYPES,
  type DatagramHeader,
  isConnected,
  newHeader,
  payloadEnd,
  readHeader,
} from "../wire/datagram.ts";
import type { FrameLayout } from "../wire/frame_layout.ts";
import type { Credential } from "../wire/join_message.ts";
import { tryDecodeLeft } from "../wire/leave_message.ts";
import { tryDecodeMoved } from "../wire/moved_message.ts";
import type { SnapshotFrame } from "../wire/snapshot_frame.ts";
import { BinarySession } from "./binary_session.ts";
import type { ClientCore, MatchInfo } from "./client_core.ts";
import { type ClientDrop, ClientDrops } from "./client_drops.ts";
import type { ClientEvent } from "./client_event.ts";
import { ClientOutput } from "./client_output.ts";
import type { ClientState, EndReason } from "./client_state.ts";
import { checkJoinRequest, Handshake, type HandshakeStep, type JoinRequest } from "./handshake.ts";
import { RetryTimer } from "./retry_timer.ts";
import { type SeenFrame, seenFrameOf } from "./seen_frame.ts";

/** How a client joins. */
export interface BinaryClientOptions {
  /** 1..64 characters. */
  readonly playerId: string;
  /** An access or match token, or what a connection before it left behind; a guest by default. */
  readonly credential?: Credential;
  /** The match to join; any of `mode` by default. */
  readonly matchId?: string;
  /** The mode to play; the server's default by default. */
  readonly mode?: string;
  /** Gives so many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** How long a join may take, in milliseconds; 10 s by default. */
  readonly joinMs?: number;
  /** After how long without a word from the server the connection is lost, in milliseconds; 1.5 s by default. */
  readonly silenceMs?: number;
  /** For how long the same tank is asked for again, in milliseconds; 30 s by default, as the server waits. */
  readonly resumeMs?: number;
}

const GUEST: Credential = { kind: "guest" };
const JOIN_MS = 10_000;
const SILENCE_MS = 1_500;
const RESUME_MS = 30_000;
const LEAVE_RETRY = { firstMs: 100, longestMs: 500 };
/** How long the answer to LEAVE is waited for. */
const LEAVE_MS = 3_000;

// Used within one call.
const header = newHeader();

/**
 * A client of the binary protocol (`wire/README.md`) without socket, timer or clock. It joins, plays, comes
 * back to its tank when the connection was lost, and leaves.
 */
export class BinaryClient implements ClientCore {
  /** Datagrams that came to nothing. */
  readonly drops: ClientDrops = new ClientDrops();
  readonly #options: BinaryClientOptions;
  readonly #output = new ClientOutput();
  #state: ClientState = { kind: "idle" };
  #handshake: Handshake | undefined;
  #session: BinarySession | undefined;
  #leave: RetryTimer | undefined;
  #giveUpMs = Infinity;
  #input: TankInput | undefined;
  #match: MatchInfo | undefined;
  #seen: SeenFrame | undefined;

  /** Idle. @throws RangeError when the id, the token, the match or the mode breaks its bounds */
  constructor(options: BinaryClientOptions) {
    this.#options = options;
    checkJoinRequest(this.#requestWith(options.credential ?? GUEST));
  }

  get state(): ClientState {
    return this.#state;
  }

  get match(): MatchInfo | undefined {
    return this.#match;
  }

  get rttMs(): number | undefined {
    return this.#session?.rttMs;
  }

  /** The newest snapshot; made when it is asked for. */
  get frame(): SeenFrame | undefined {
    const frame = this.snapshot;
    if (frame !== undefined && this.#seen?.tick !== frame.tick) this.#seen = seenFrameOf(frame);
    return this.#seen;
  }

  /** The newest snapshot as the protocol has it; good until 32 more are complete. */
  get snapshot(): SnapshotFrame | undefined {
    return this.#session?.frame;
  }

  /** What both sides know of snapshots; undefined before there is a match. */
  get layout(): FrameLayout | undefined {
    return this.#session?.layout;
  }

  /** The connection as it is; undefined before the first. */
  get session(): BinarySession | undefined {
    return this.#session;
  }

  get dueMs(): number {
    const { kind } = this.#state;
    if (kind === "idle" || kind === "ended") return Infinity;
    const work = this.#handshake ?? this.#leave ?? this.#session;
    return Math.min(this.#giveUpMs, work?.dueMs ?? Infinity);
  }

  join(nowMs: number): void {
    if (this.#state.kind !== "idle") return;
    this.#giveUpMs = nowMs + (this.#options.joinMs ?? JOIN_MS);
    this.#begin(this.#options.credential ?? GUEST, nowMs);
    this.#enter({ kind: "connecting" });
    this.advance(nowMs);
  }

  setInput(input: TankInput): void {
    this.#input = input;
    this.#session?.setInput(input);
  }

  setShownTick(tick: number): void {
    this.#session?.setShownTick(tick);
  }

  say(text: string): boolean {
    const session = this.#state.kind === "playing" ? this.#session : undefined;
    return session?.say(JSON.stringify({ type: "chat", text })) ?? false;
  }

  leave(nowMs: number): void {
    const { kind } = this.#state;
    if (kind === "leaving" || kind === "ended") return;
    if (kind !== "playing") return this.#end("asked");
    this.#leave = new RetryTimer(LEAVE_RETRY, nowMs);
    this.#giveUpMs = nowMs + LEAVE_MS;
    this.#enter({ kind: "leaving" });
    this.advance(nowMs);
  }

  abandon(): void {
    if (this.#state.kind !== "ended") this.#end("closed");
  }

  takeDatagrams(): Uint8Array[] {
    return this.#output.takeDatagrams();
  }

  takeEvents(): ClientEvent[] {
    return this.#output.takeEvents();
  }

  advance(nowMs: number): void {
    const { kind } = this.#state;
    if (kind === "idle" || kind === "ended") return;
    if (nowMs >= this.#giveUpMs) return this.#giveUp();
    if (this.#handshake !== undefined) {
      const datagram = this.#handshake.advance(nowMs);
      if (datagram !== undefined) this.#output.send(datagram);
      return;
    }
    if (this.#leave !== undefined) {
      if (this.#leave.take(nowMs)) this.#session?.sendLeave();
      return;
    }
    const heardMs = this.#session?.heardMs ?? nowMs;
    const isSilent = nowMs - heardMs >= (this.#options.silenceMs ?? SILENCE_MS);
    if (isSilent) this.#resume(nowMs);
    else this.#session?.advance(nowMs);
  }

  receive(datagram: Uint8Array, nowMs: number): void {
    if (this.#state.kind === "idle" || this.#state.kind === "ended") return;
    const drop = this.#receive(datagram, nowMs);
    if (drop !== undefined) this.drops.add(drop);
  }

  #receive(bytes: Uint8Array, nowMs: number): ClientDrop | undefined {
    const refusal = readHeader(bytes, "server", header);
    if (refusal !== undefined) return refusal;
    if (this.#handshake !== undefined) return this.#onHandshake(this.#handshake, bytes, nowMs);
    if (!isConnected(header.type)) return "unexpected";
    return this.#onConnected(bytes, nowMs);
  }

  #onHandshake(handshake: Handshake, bytes: Uint8Array, nowMs: number): ClientDrop | undefined {
    const step = stepOf(handshake, bytes, nowMs);
    switch (step?.kind) {
      case undefined:
        return "unexpected";
      case "ignored":
        return step.reason;
      case "on":
        this.advance(nowMs);
        return undefined;
      case "refused":
        this.#onRefused(step);
        return undefined;
      case "welcomed":
        this.#onWelcomed(step, nowMs);
        return undefined;
      default:
        return unreachable(step);
    }
  }

  #onConnected(bytes: Uint8Array, nowMs: number): ClientDrop | undefined {
    const session = this.#session;
    if (session === undefined) return "unexpected";
    const refusal = session.accept(bytes, header, nowMs);
    if (refusal !== undefined) return refusal;
    const end = payloadEnd(header.type, bytes.length);
    if (header.type === DATAGRAM_TYPES.left) {
      const left = tryDecodeLeft(bytes, end);
      if (!left.ok) return left.reason;
      this.#end(left.message.reason);
      return undefined;
    }
    if (header.type === DATAGRAM_TYPES.moved) {
      const moved = tryDecodeMoved(bytes, end);
      if (!moved.ok) return moved.reason;
      this.#output.emit({ kind: "moved", to: moved.message });
      this.#end("moved");
      return undefined;
    }
    const drop = session.receive(bytes, header, nowMs);
    this.#openMatch(session);
    return drop;
  }

  #onRefused(step: Extract<HandshakeStep, { readonly kind: "refused" }>): void {
    const { reason, retryAfterMs } = step;
    // A full or busy server may let a player back that it has: there is time to ask again.
    const isLater = this.#state.kind === "resuming" &&
      (reason === "server_busy" || reason === "rate_limited");
    if (!isLater) this.#end(reason, retryAfterMs);
  }

  #onWelcomed(step: Extract<HandshakeStep, { readonly kind: "welcomed" }>, nowMs: number): void {
    const { welcome, channel } = step;
    this.#handshake = undefined;
    this.#session = new BinarySession({
      welcome,
      channel,
      output: this.#output,
      nowMs,
      input: this.#input,
    });
    this.#openMatch(this.#session);
    this.advance(nowMs);
  }

  /** Plays, once the arena is there. */
  #openMatch(session: BinarySession): void {
    const { kind } = this.#state;
    if (kind !== "connecting" && kind !== "resuming") return;
    if (!session.tryOpenMatch()) return this.#end("protocol_error");
    if (session.match === undefined) return;
    this.#match = session.match;
    this.#giveUpMs = Infinity;
    this.#enter({ kind: "playing" });
  }

  /** Asks for the same tank again, by the token that only this client was given. */
  #resume(nowMs: number): void {
    const session = this.#session;
    if (session === undefined) return;
    if (this.#state.kind === "playing") {
      this.#giveUpMs = nowMs + (this.#options.resumeMs ?? RESUME_MS);
      this.#enter({ kind: "resuming", sinceMs: nowMs });
    }
    this.#begin({ kind: "resume", resumeToken: session.welcome.resumeToken }, nowMs);
    this.advance(nowMs);
  }

  #begin(credential: Credential, nowMs: number): void {
    const { randomBytes } = this.#options;
    this.#handshake = new Handshake(this.#requestWith(credential), { randomBytes, nowMs });
  }

  #requestWith(credential: Credential): JoinRequest {
    const { playerId, matchId = "", mode = "" } = this.#options;
    return { credential, playerId, matchId, mode };
  }

  #giveUp(): void {
    switch (this.#state.kind) {
      case "resuming":
        return this.#end("connection_lost");
      case "leaving":
      case "connecting":
        return this.#end("no_answer");
      default:
        return;
    }
  }

  #end(reason: EndReason, retryAfterMs = 0): void {
    this.#handshake = undefined;
    this.#leave = undefined;
    this.#giveUpMs = Infinity;
    this.#output.discardDatagrams();
    this.#enter({ kind: "ended", reason, retryAfterMs });
  }

  #enter(state: ClientState): void {
    this.#state = state;
    this.#output.emit({ kind: "state", state });
  }
}

function stepOf(
  handshake: Handshake,
  bytes: Uint8Array,
  nowMs: number,
): HandshakeStep | undefined {
  const about: DatagramHeader = header;
  switch (about.type) {
    case DATAGRAM_TYPES.challenge:
      return handshake.onChallenge(bytes, nowMs);
    case DATAGRAM_TYPES.refused:
      return handshake.onRefused(bytes, nowMs);
    case DATAGRAM_TYPES.welcome:
      return handshake.onWelcome(bytes, about);
    default:
      return undefined;
  }
}
