// Long because a join is one decision, from what it brings to the welcome.
import type { Clock } from "../../core/clock.ts";
import { tagKeyFrom } from "../../core/net/datagram_tag.ts";
import {
  AGREEMENT_KEY_BYTES,
  agreementKeysFrom,
  SESSION_NONCE_BYTES,
  type SessionKeys,
  tryDeriveSessionKeys,
} from "../../core/net/session_keys.ts";
import type { UdpSource } from "../../core/net/udp_source.ts";
import { InputBuffer } from "../input_buffer.ts";
import type { TokenCheck, TokenClaim } from "../message_handler.ts";
import type { Player } from "../player.ts";
import { encodeResumeToken } from "../resume_token.ts";
import type { SessionManager } from "../session_manager.ts";
import { DATAGRAM_TYPES } from "../wire/datagram.ts";
import { type JoinMessage, RESUME_TOKEN_BYTES } from "../wire/join_message.ts";
import type { JoinRefusal as JsonRefusal } from "../wire/json_reply.ts";
import type { JoinRefusal } from "../wire/refused_message.ts";
import {
  encodeWelcome,
  WELCOME_ARENA_BYTES_MAX,
  type WelcomeMessage,
} from "../wire/welcome_message.ts";
import { BinaryConnection } from "./binary_connection.ts";
import type { ConnectionMetrics } from "./connection_metrics.ts";
import type { ConnectionTable } from "./connection_table.ts";
import { encodedArena } from "./encoded_arena.ts";

/** What a desk works with. */
export interface JoinDeskOptions {
  /** Where players are seated. */
  readonly sessions: SessionManager;
  /** Where connections are kept. */
  readonly connections: ConnectionTable;
  /** Asked for each join that brings a token. */
  readonly checkToken: TokenCheck;
  /** Whether a join needs no token. */
  readonly allowGuests: boolean;
  /** Measures the time. */
  readonly clock: Clock;
  /** Gives so many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Sends a copy, if it can; must not throw. */
  readonly send: (datagram: Uint8Array, to: UdpSource, length?: number) => void;
  /** Ticks a second. */
  readonly tickRate: number;
  /** Snapshots a second, as clients are told. */
  readonly snapshotRate: number;
  /** How long a tank waits for a client that is not heard, in milliseconds. */
  readonly silenceMs: number;
  /** What connections count. */
  readonly metrics: ConnectionMetrics;
}

/** Joins that are looked into at once, at most. */
const JOINS_IN_FLIGHT_MAX = 1_024;
/** Joins whose answer is remembered, to repeat it to a client that missed it; at most. */
const ANSWERS_MAX = 4_096;
const ANSWER_REMEMBERED_MS = 10_000;
/** With more answers than this, those that are known to have arrived are forgotten sooner. */
const ANSWERS_CROWDED = ANSWERS_MAX / 2;
/** Copies of a join, underway with it, come within this. */
const ANSWER_HELD_MS = 1_000;

interface Answer {
  readonly atMs: number;
  /** Undefined while it is looked into. */
  welcome: { readonly connection: BinaryConnection; readonly message: WelcomeMessage } | undefined;
}

const REFUSAL_OF: Readonly<Record<JsonRefusal, JoinRefusal>> = {
  no_tanks: "no_tanks_available",
  authentication_required: "player_id_taken",
  unknown_mode: "no_such_mode",
  foreign_name: "player_id_taken",
  match_not_found: "no_such_match",
  match_full: "no_tanks_available",
  draining: "server_busy",
  overloaded: "server_busy",
};

/** Looks into JOINs of clients whose address is proven, and welcomes them. */
export class JoinDesk {
  readonly #options: JoinDeskOptions;
  readonly #answers = new Map<string, Answer>();
  #inFlight = 0;

  /** Nobody has joined yet. */
  constructor(options: JoinDeskOptions) {
    this.#options = options;
  }

  /** Whether no more joins can be looked into now. */
  get isFull(): boolean {
    return this.#inFlight >= JOINS_IN_FLIGHT_MAX || this.#answers.size >= ANSWERS_MAX;
  }

  /** Whether this is a copy of a join that is known; the answer, if there is one, is repeated. */
  repeat(join: JoinMessage, from: UdpSource): boolean {
    const answer = this.#answers.get(keyOf(join, from));
    if (answer === undefined) return false;
    if (answer.welcome !== undefined) {
      this.#welcome(answer.welcome.connection, answer.welcome.message);
    }
    return true;
  }

  /** Seats the player and welcomes the client, or gives why not. */
  async join(join: JoinMessage, from: UdpSource): Promise<JoinRefusal | undefined> {
    const key = keyOf(join, from);
    const answer: Answer = { atMs: this.#options.clock.monotonicMs(), welcome: undefined };
    this.#answers.set(key, answer);
    this.#inFlight++;
    try {
      const refusal = await this.#admit(join, from, answer);
      // The client may begin anew at once, with the same nonce.
      if (refusal !== undefined) this.#answers.delete(key);
      return refusal;
    } catch (error) {
      this.#answers.delete(key);
      throw error;
    } finally {
      this.#inFlight--;
    }
  }

  /**
   * Forgets answers that no client waits for any more. Of many, those of clients that have been heard since
   * go first: where a whole server's players come back at once, they keep nobody out.
   */
  expire(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const isCrowded = this.#answers.size > ANSWERS_CROWDED;
    for (const [key, { atMs, welcome }] of this.#answers) {
      const ageMs = nowMs - atMs;
      if (ageMs < (isCrowded ? ANSWER_HELD_MS : ANSWER_REMEMBERED_MS)) break;
      const hasArrived = welcome?.connection.isHeard ?? false;
      if (hasArrived || ageMs >= ANSWER_REMEMBERED_MS) this.#answers.delete(key);
    }
  }

  async #admit(
    join: JoinMessage,
    from: UdpSource,
    answer: Answer,
  ): Promise<JoinRefusal | undefined> {
    const { credential } = join;
    if (credential.kind === "resume") return this.#resume(join, from, answer);
    const { allowGuests, checkToken } = this.#options;
    if (credential.kind === "guest" && !allowGuests) return "authentication_required";
    const claim = credential.kind === "token" ? await checkToken(credential.token) : undefined;
    if (credential.kind === "token" && claim === undefined) return "authentication_required";
    return this.#seat({ join, from, answer, claim });
  }

  #seat(
    { join, from, answer, claim }: {
      readonly join: JoinMessage;
      readonly from: UdpSource;
      readonly answer: Answer;
      readonly claim: TokenClaim | undefined;
    },
  ): JoinRefusal | undefined {
    // Otherwise anybody could play under the name of an account that is not theirs.
    if (claim !== undefined && claim.playerId !== join.playerId) return "player_id_taken";
    const opened = this.#open(join, from, new InputBuffer(this.#options.tickRate));
    if (opened === undefined) return "bad_key";
    const result = this.#options.sessions.join({
      playerId: join.playerId,
      accountId: claim?.accountId,
      authSessionId: claim?.authSessionId,
      matchId: claim?.matchId ?? (join.matchId || undefined),
      mode: join.mode || undefined,
      link: opened.connection,
      ...(claim?.resumes && { resumes: true }),
    });
    if (result.kind === "refused") return REFUSAL_OF[result.refusal];
    this.#onSeated(opened, result.player, { answer, join, isResumed: result.kind === "resumed" });
    return undefined;
  }

  #resume(join: JoinMessage, from: UdpSource, answer: Answer): JoinRefusal | undefined {
    if (join.credential.kind !== "resume") return "resume_expired";
    const { resumeToken } = join.credential;
    const before = this.#options.connections.findByResumeToken(resumeToken);
    if (before === undefined) return this.#resumeRestored(join, from, answer);
    const { player } = before;
    if (player === undefined || before.endReason !== undefined) return "resume_expired";
    const opened = this.#open(join, from, before.inputs);
    if (opened === undefined) return "bad_key";
    this.#options.sessions.relink(player, opened.connection);
    this.#onSeated(opened, player, { answer, join, isResumed: true });
    return undefined;
  }

  /** Of a player whose match has come here from another server, and the client after it. */
  #resumeRestored(join: JoinMessage, from: UdpSource, answer: Answer): JoinRefusal | undefined {
    if (join.credential.kind !== "resume") return "resume_expired";
    const { sessions, tickRate } = this.#options;
    const player = sessions.findByResumeToken(encodeResumeToken(join.credential.resumeToken));
    if (player === undefined) return "resume_expired";
    const inputs = new InputBuffer(tickRate, player.match.appliedSeq(player.tank));
    const opened = this.#open(join, from, inputs);
    if (opened === undefined) return "bad_key";
    sessions.relink(player, opened.connection);
    this.#onSeated(opened, player, { answer, join, isResumed: true });
    return undefined;
  }

  #onSeated(
    opened: Opened,
    player: Player,
    about: { readonly answer: Answer; readonly join: JoinMessage; readonly isResumed: boolean },
  ): void {
    const { connection, serverNonce, serverPublicKey } = opened;
    const { tickRate, snapshotRate, connections, randomBytes, sessions } = this.#options;
    const { world, id } = player.match;
    connection.player = player;
    const resumeToken = randomBytes(RESUME_TOKEN_BYTES);
    const { credential } = about.join;
    const used = credential.kind === "resume" ? credential.resumeToken : undefined;
    connections.add(connection, resumeToken, used);
    sessions.setResumeToken(player, encodeResumeToken(resumeToken));
    const arena = encodedArena(world.arena);
    const message: WelcomeMessage = {
      clientNonce: about.join.clientNonce,
      serverNonce,
      serverPublicKey,
      resumeToken,
      tick: world.tick,
      tickRate,
      snapshotRate,
      timeLimitTicks: world.timeLimitTicks,
      slot: player.tank.slot,
      slotCount: world.rules.tanksMax,
      teamMax: world.scores.length - 1,
      isResumed: about.isResumed,
      inputSeq: connection.inputs.appliedSeq,
      tankId: player.tank.tankId,
      matchId: id,
      arenaBytes: arena.length,
      arenaStart: arena.subarray(0, WELCOME_ARENA_BYTES_MAX),
    };
    about.answer.welcome = { connection, message };
    this.#welcome(connection, message);
  }

  #welcome(connection: BinaryConnection, message: WelcomeMessage): void {
    connection.sendMessage(DATAGRAM_TYPES.welcome, (into) => encodeWelcome(message, into));
  }

  #open(join: JoinMessage, from: UdpSource, inputs: InputBuffer): Opened | undefined {
    const { randomBytes, clock, send, metrics, silenceMs } = this.#options;
    // A key of its own for each connection: one that comes to light later opens no other.
    const own = agreementKeysFrom(randomBytes(AGREEMENT_KEY_BYTES));
    const serverNonce = randomBytes(SESSION_NONCE_BYTES);
    const keys: SessionKeys | undefined = tryDeriveSessionKeys(own, {
      clientNonce: join.clientNonce,
      serverNonce,
      clientPublicKey: join.clientPublicKey,
      serverPublicKey: own.publicKey,
    });
    if (keys === undefined) return undefined;
    const connection = new BinaryConnection({
      id: this.#newId(),
      source: from,
      receiveKey: tagKeyFrom(keys.clientToServer),
      sendKey: tagKeyFrom(keys.serverToClient),
      inputs,
      clock,
      send,
      metrics,
      silenceMs,
    });
    return { connection, serverNonce, serverPublicKey: own.publicKey };
  }

  #newId(): number {
    const { connections, randomBytes } = this.#options;
    for (;;) {
      const id = new DataView(randomBytes(4).buffer).getUint32(0);
      if (id !== 0 && connections.find(id) === undefined) return id;
    }
  }
}

interface Opened {
  readonly connection: BinaryConnection;
  readonly serverNonce: Uint8Array;
  readonly serverPublicKey: Uint8Array;
}

function keyOf({ clientNonce }: JoinMessage, { hostname, port }: UdpSource): string {
  return `${hostname}:${port}:${clientNonce.toHex()}`;
}
