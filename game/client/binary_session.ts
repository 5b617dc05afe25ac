// Long because it is one end of one connection: every kind of datagram meets the same keys and counts.
import { tryJsonObject, tryParseJson } from "../../core/json.ts";
import { Ground } from "../simulation/ground.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import { tryDecodeArena } from "../wire/arena_blob.ts";
import { encodeArenaRequest, tryDecodeArenaPart } from "../wire/arena_message.ts";
import { DATAGRAM_TYPES, type DatagramHeader, payloadEnd } from "../wire/datagram.ts";
import { fitsBytes } from "../wire/fits_bytes.ts";
import { type FrameLayout, frameLayout } from "../wire/frame_layout.ts";
import { encodeInput, InputBatch, VIEW_AGE_MAX } from "../wire/input_message.ts";
import { encodeLeave } from "../wire/leave_message.ts";
import { encodePath, tryDecodePath } from "../wire/path_message.ts";
import { encodePing, TICK_PARTS, tryDecodePong } from "../wire/ping_message.ts";
import { ReliableInbox } from "../wire/reliable_inbox.ts";
import { encodeReliable, MESSAGE_BYTES_MAX, tryDecodeReliable } from "../wire/reliable_message.ts";
import { ReliableOutbox } from "../wire/reliable_outbox.ts";
import type { SnapshotFrame } from "../wire/snapshot_frame.ts";
import { SnapshotReceiver } from "../wire/snapshot_receiver.ts";
import type { WelcomeMessage } from "../wire/welcome_message.ts";
import { ArenaAssembly } from "./arena_assembly.ts";
import type { MatchInfo } from "./client_core.ts";
import type { ClientDrop } from "./client_drops.ts";
import type { ClientOutput } from "./client_output.ts";
import type { DatagramChannel } from "./datagram_channel.ts";
import { listEvents } from "./frame_event_list.ts";
import { InputLog } from "./input_log.ts";
import { InputPacer } from "./input_pacer.ts";
import { ownMotionOf } from "./own_motion.ts";
import { RetryTimer } from "./retry_timer.ts";
import { RoundTrip } from "./round_trip.ts";
import { ServerTime } from "./server_time.ts";

/** What a session is made from. */
export interface BinarySessionOptions {
  /** What the server has said. */
  readonly welcome: WelcomeMessage;
  /** The connection. */
  readonly channel: DatagramChannel;
  /** Where datagrams and events go. */
  readonly output: ClientOutput;
  /** The time now. */
  readonly nowMs: number;
  /** What is held down already; undefined: nothing was ever. */
  readonly input: TankInput | undefined;
}

/** Client ticks that are made up for at once, at most; a client that slept longer leaves them out. */
const TICKS_AT_ONCE_MAX = 8;
/** The first pings come quickly, so that the server's time is soon known. */
const PING = { firstMs: 100, longestMs: 1_000 };
const ARENA_RETRY = { firstMs: 200, longestMs: 1_000 };

// Used within one call.
const batch = new InputBatch();

/** A client's end of one connection, from WELCOME on. Pure: bytes and times in, bytes and events out. */
export class BinarySession {
  /** What WELCOME said. */
  readonly welcome: WelcomeMessage;
  readonly #channel: DatagramChannel;
  readonly #output: ClientOutput;
  readonly #arena: ArenaAssembly;
  readonly #arenaRetry: RetryTimer;
  readonly #inputs: InputLog;
  readonly #pacer = new InputPacer();
  readonly #trip = new RoundTrip();
  readonly #time: ServerTime;
  readonly #ping: RetryTimer;
  readonly #outbox = new ReliableOutbox();
  readonly #inbox = new ReliableInbox();
  #match: MatchInfo | undefined;
  #layout: FrameLayout | undefined;
  #receiver: SnapshotReceiver | undefined;
  #frame: SnapshotFrame | undefined;
  #input: TankInput | undefined;
  #nextTickMs: number;
  /** Undefined where the owner has not said: then what is newest is what is shown. */
  #shownTick: number | undefined;
  #heardMs: number;

  /** Begins with the arena where WELCOME carried all of it. */
  constructor(options: BinarySessionOptions) {
    const { welcome, nowMs } = options;
    this.welcome = welcome;
    this.#channel = options.channel;
    this.#output = options.output;
    this.#input = options.input;
    this.#arena = new ArenaAssembly(welcome.arenaBytes, welcome.arenaStart);
    this.#arenaRetry = new RetryTimer(ARENA_RETRY, nowMs);
    this.#inputs = new InputLog(welcome.inputSeq);
    this.#time = new ServerTime(welcome.tickRate);
    this.#ping = new RetryTimer(PING, nowMs);
    this.#nextTickMs = nowMs;
    this.#heardMs = nowMs;
  }

  /** The match, once its arena is known. */
  get match(): MatchInfo | undefined {
    return this.#match;
  }

  /** What both sides know of snapshots, once the arena is known. */
  get layout(): FrameLayout | undefined {
    return this.#layout;
  }

  /** The newest complete snapshot; good until 32 more are. */
  get frame(): SnapshotFrame | undefined {
    return this.#frame;
  }

  /** The way to the server and back, in milliseconds. */
  get rttMs(): number | undefined {
    return this.#trip.rttMs;
  }

  /** How inputs come to the server. */
  get pacer(): InputPacer {
    return this.#pacer;
  }

  /** The newest input that the server has applied. */
  get appliedSeq(): number {
    return this.#inputs.appliedSeq;
  }

  /** When the server was last heard. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** The server's tick, a fraction; undefined before it was measured. */
  serverTickAt(nowMs: number): number | undefined {
    return this.#time.tickAt(nowMs);
  }

  /** When `advance` is due. */
  get dueMs(): number {
    const dueMs = Math.min(this.#nextTickMs, this.#ping.dueMs);
    return this.#match === undefined ? Math.min(dueMs, this.#arenaRetry.dueMs) : dueMs;
  }

  /** See `ClientCore`. */
  setInput(input: TankInput): void {
    this.#input = input;
  }

  /** See `ClientCore`. */
  setShownTick(tick: number): void {
    this.#shownTick = tick;
  }

  /** Says something that is to arrive; false where it is too long, or too much waits to arrive. */
  say(message: string): boolean {
    return fitsBytes(message, MESSAGE_BYTES_MAX) && this.#outbox.add(message);
  }

  /** Asks to leave. */
  sendLeave(): void {
    this.#send(DATAGRAM_TYPES.leave, (into) => encodeLeave(into));
  }

  /** Takes the arena, if all of it has come; false where it can be none. */
  tryOpenMatch(): boolean {
    const bytes = this.#arena.bytes;
    if (this.#match !== undefined || bytes === undefined) return true;
    const arena = tryDecodeArena(bytes);
    if (!arena.ok) return false;
    const { tickRate, snapshotRate, slotCount, teamMax, matchId, tankId, isResumed } = this.welcome;
    const ground = new Ground(arena.message);
    const { widthUm, heightUm } = ground;
    this.#layout = frameLayout({ tickRate, slotCount, teamMax, widthUm, heightUm });
    this.#receiver = new SnapshotReceiver(this.#layout);
    this.#match = { matchId, tankId, tickRate, snapshotRate, ground, isResumed };
    return true;
  }

  /** Does what is due. */
  advance(nowMs: number): void {
    if (this.#match === undefined) this.#requestArena(nowMs);
    if (this.#ping.take(nowMs)) {
      const time = this.#trip.onPing(nowMs);
      this.#send(DATAGRAM_TYPES.ping, (into) => encodePing({ time }, into));
    }
    this.#tick(nowMs);
    const due = this.#outbox.takeDue(nowMs, this.#channel.sentSequence + 1);
    if (due !== undefined) {
      this.#send(DATAGRAM_TYPES.message, (into) => encodeReliable(due, into));
    }
  }

  /** Whether a datagram is the server's, and new; notes that the server was heard. */
  accept(bytes: Uint8Array, header: DatagramHeader, nowMs: number): ClientDrop | undefined {
    const refusal = this.#channel.accept(bytes, header);
    if (refusal !== undefined) return refusal;
    this.#heardMs = nowMs;
    const ack = this.#channel.ackOf(header);
    if (ack > 0) this.#outbox.onAck(ack, header.ackBits);
    return undefined;
  }

  /** Takes an accepted datagram of a kind that does not end the session. */
  receive(bytes: Uint8Array, header: DatagramHeader, nowMs: number): ClientDrop | undefined {
    const end = payloadEnd(header.type, bytes.length);
    switch (header.type) {
      case DATAGRAM_TYPES.snapshot:
        return this.#onSnapshot(bytes, end);
      case DATAGRAM_TYPES.pong:
        return this.#onPong(bytes, end, nowMs);
      case DATAGRAM_TYPES.message:
        return this.#onMessage(bytes, end);
      case DATAGRAM_TYPES.arena:
        return this.#onArenaPart(bytes, end);
      case DATAGRAM_TYPES.pathChallenge:
        return this.#onPathChallenge(bytes, end);
      // A copy of WELCOME, for a JOIN that was repeated.
      case DATAGRAM_TYPES.welcome:
        return undefined;
      default:
        return "unexpected";
    }
  }

  get #periodMs(): number {
    return 1_000 / (this.welcome.tickRate * this.#pacer.pace);
  }

  /** One input for each client tick that has begun, and one datagram for all of them. */
  #tick(nowMs: number): void {
    if (nowMs < this.#nextTickMs) return;
    const periodMs = this.#periodMs;
    for (let count = 0; nowMs >= this.#nextTickMs; count++) {
      if (count === TICKS_AT_ONCE_MAX) this.#nextTickMs = nowMs;
      if (count < TICKS_AT_ONCE_MAX) this.#addInput();
      this.#nextTickMs += periodMs;
    }
    this.#inputs.fill(batch);
    const snapshotTick = this.#receiver?.newestTick ?? 0;
    const age = Math.round(snapshotTick - (this.#shownTick ?? snapshotTick));
    batch.snapshotTick = snapshotTick;
    batch.viewAgeTicks = Math.min(Math.max(age, 0), VIEW_AGE_MAX, snapshotTick);
    this.#send(DATAGRAM_TYPES.input, (into) => encodeInput(batch, into));
  }

  #addInput(): void {
    const input = this.#input;
    // Before the player has touched anything the turret points nowhere.
    if (input === undefined || this.#match === undefined) return;
    const seq = this.#inputs.add(input);
    this.#output.emit({ kind: "input", seq, input });
  }

  #onSnapshot(bytes: Uint8Array, end: number): ClientDrop | undefined {
    const receiver = this.#receiver;
    if (receiver === undefined) return "unexpected";
    const beforeTick = receiver.newestTick;
    const reception = receiver.receive(bytes, end);
    if (reception.kind === "refused") return reception.reason;
    const { prefix } = receiver;
    this.#inputs.onApplied(prefix.inputSeq);
    if (this.#input !== undefined) this.#pacer.onHint(prefix.inputWaitTicks);
    if (reception.kind !== "frame") return undefined;
    const { frame, events } = reception;
    this.#frame = frame;
    // The parts of one snapshot come over several ticks; what they say of inputs belongs to theirs.
    const own = prefix.partCount > 1 ? undefined : ownMotionOf(frame, this.welcome.slot, prefix);
    this.#output.emit({ kind: "snapshot", tick: frame.tick, own });
    const happened = listEvents(events, frame, beforeTick);
    if (happened.length > 0) this.#output.emit({ kind: "happened", events: happened });
    return undefined;
  }

  #onPong(bytes: Uint8Array, end: number, nowMs: number): ClientDrop | undefined {
    const pong = tryDecodePong(bytes, end);
    if (!pong.ok) return pong.reason;
    const { time, tick, tickPart } = pong.message;
    const sample = this.#trip.onPong(time, nowMs);
    if (sample === undefined) return "unexpected";
    this.#time.onSample({ ...sample, tick: tick + tickPart / TICK_PARTS });
    return undefined;
  }

  #onMessage(bytes: Uint8Array, end: number): ClientDrop | undefined {
    const decoded = tryDecodeReliable(bytes, end);
    if (!decoded.ok) return decoded.reason;
    for (const text of this.#inbox.take(decoded.message)) {
      const message = tryJsonObject(tryParseJson(text));
      if (message === undefined) return "bad_text";
      this.#output.emit({ kind: "message", message });
    }
    return undefined;
  }

  #onArenaPart(bytes: Uint8Array, end: number): ClientDrop | undefined {
    const part = tryDecodeArenaPart(bytes, end);
    if (!part.ok) return part.reason;
    this.#arena.add(part.message);
    return undefined;
  }

  #onPathChallenge(bytes: Uint8Array, end: number): ClientDrop | undefined {
    const challenge = tryDecodePath(bytes, end);
    if (!challenge.ok) return challenge.reason;
    this.#send(DATAGRAM_TYPES.pathResponse, (into) => encodePath(challenge.message, into));
    return undefined;
  }

  #requestArena(nowMs: number): void {
    if (!this.#arenaRetry.take(nowMs)) return;
    for (const offset of this.#arena.missing) {
      this.#send(DATAGRAM_TYPES.arenaRequest, (into) => encodeArenaRequest({ offset }, into));
    }
  }

  #send(type: Parameters<DatagramChannel["seal"]>[0], encode: (into: Uint8Array) => number): void {
    this.#output.send(this.#channel.seal(type, encode));
  }
}
