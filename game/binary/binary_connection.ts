// Long because it is one end of one connection: what it sends and what it takes share counts and keys.
import type { Clock } from "../../core/clock.ts";
import { RowMemory } from "../../core/row_memory.ts";
import { isTagGood, type TagKey, writeTag } from "../../core/net/datagram_tag.ts";
import type { UdpSource } from "../../core/net/udp_source.ts";
import type { InputBuffer } from "../input_buffer.ts";
import type { LeaveReason } from "../leave_reason.ts";
import type { Player } from "../player.ts";
import type { MatchMove, PlayerLink, TickedLink } from "../player_link.ts";
import type { MutableTankInput, TankInput } from "../simulation/tank_input.ts";
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_TAG_BYTES,
  DATAGRAM_TYPES,
  type DatagramHeader,
  type DatagramType,
  newHeader,
  writeHeader,
} from "../wire/datagram.ts";
import { fitsBytes } from "../wire/fits_bytes.ts";
import { decodeInput, InputBatch } from "../wire/input_message.ts";
import { encodeLeft, type LeftReason } from "../wire/leave_message.ts";
import { canEncodeMoved, encodeMoved, type MovedMessage } from "../wire/moved_message.ts";
import { ReliableInbox } from "../wire/reliable_inbox.ts";
import { encodeReliable, MESSAGE_BYTES_MAX } from "../wire/reliable_message.ts";
import { ReliableOutbox } from "../wire/reliable_outbox.ts";
import { epochOf, expandAck, REPLAY_WINDOW_WORDS, ReplayWindow } from "../wire/replay_window.ts";
import { encodeSnapshot, partCountOf } from "../wire/snapshot_parts.ts";
import { SnapshotPrefix } from "../wire/snapshot_prefix.ts";
import type { WireRefusal } from "../wire/wire_refusal.ts";
import { type ConnectionMetrics, SAMPLE_EVERY } from "./connection_metrics.ts";
import { LEFT_REASON_OF } from "./left_reasons.ts";
import { BASELINE_MEMORY_WORDS, BaselineMemory } from "./baseline_memory.ts";
import type { FrameHistory } from "./frame_history.ts";
import { SnapshotSpread } from "./snapshot_spread.ts";

/** How a connection is made. */
export interface BinaryConnectionOptions {
  /** Unsigned 32-bit, not 0; random. */
  readonly id: number;
  /** Where the client is; proven. */
  readonly source: UdpSource;
  /** The key of what the client sends. */
  readonly receiveKey: TagKey;
  /** The key of what it is sent. */
  readonly sendKey: TagKey;
  /** The client's inputs; of a connection that was lost, its. */
  readonly inputs: InputBuffer;
  /** Says when messages are to be repeated. */
  readonly clock: Clock;
  /** Sends a copy of the first `length` bytes, or of all, if it can; must not throw. */
  readonly send: (datagram: Uint8Array, to: UdpSource, length?: number) => void;
  /** What it counts. */
  readonly metrics: ConnectionMetrics;
  /** How long the player's tank waits for a client that is not heard, in milliseconds. */
  readonly silenceMs: number;
}

const UM_PER_MM = 1_000;

// Words of a connection's row: what each datagram needs lies together.
const ID = 0;
const SENT_SEQUENCE = 1;
const VIEW_TICK = 2;
const FIRST_SNAPSHOT_TICK = 3;
const WINDOW = 4;
const BASELINES = WINDOW + REPLAY_WINDOW_WORDS;
const rows = new RowMemory(BASELINES + BASELINE_MEMORY_WORDS);

// Used by one connection at a time, within one call.
const scratch = new Uint8Array(DATAGRAM_BYTES_MAX);
const outgoing = newHeader();
const prefix = new SnapshotPrefix();
const batch = new InputBatch();
const read: MutableTankInput = { throttle: 0, turn: 0, turret: 0, fire: false };

/** The server's end of one client's connection in the binary protocol (`wire/README.md`). */
export class BinaryConnection implements PlayerLink, TickedLink {
  // First what each datagram needs: it is in the object's first lines of the processor's cache.
  readonly ticked: TickedLink = this;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #received: ReplayWindow;
  readonly #baselines: BaselineMemory;
  /** The client's inputs on their way into the match. */
  readonly inputs: InputBuffer;
  /** Whose it is, once the join has succeeded. */
  player: Player | undefined;
  #source: UdpSource;
  readonly #sendKey: TagKey;
  readonly #metrics: ConnectionMetrics;
  readonly #send: BinaryConnectionOptions["send"];
  readonly #clock: Clock;
  #endReason: LeftReason | undefined;
  #spread: SnapshotSpread | undefined;
  /** Undefined before the first message. */
  #outbox: ReliableOutbox | undefined;
  readonly wantsState = true;
  readonly transport = "udp";
  readonly address: string;
  readonly silenceMs: number;
  /** The key of what the client sends. */
  readonly receiveKey: TagKey;
  readonly #inbox = new ReliableInbox();
  #moved: MovedMessage | undefined;
  #endedAtMs = 0;
  #tickedAtMs = 0;
  /** Whether a message took the place of the last snapshot that was due. */
  #owesSnapshot = false;

  /** Sends nothing yet. */
  constructor(options: BinaryConnectionOptions) {
    const { words, at } = rows.take();
    this.#words = words;
    this.#at = at;
    this.#words[this.#at + ID] = options.id;
    this.#received = new ReplayWindow({ words, at: at + WINDOW });
    this.#baselines = new BaselineMemory({ words, at: at + BASELINES });
    this.#sendKey = options.sendKey;
    this.#metrics = options.metrics;
    this.#send = options.send;
    this.#clock = options.clock;
    this.address = `binary:${options.id}`;
    this.silenceMs = options.silenceMs;
    this.inputs = options.inputs;
    this.#source = options.source;
    this.receiveKey = options.receiveKey;
  }

  /** Unsigned 32-bit, not 0. */
  get id(): number {
    return (this.#words[this.#at + ID] ?? 0) >>> 0;
  }

  /** Where the client is. */
  get source(): UdpSource {
    return this.#source;
  }

  /** The tick of what the client shows, 0 before it shows anything. */
  get viewTick(): number {
    return this.#words[this.#at + VIEW_TICK] ?? 0;
  }

  /** The number of the newest input that was applied; 0 before the first. */
  get inputSeq(): number {
    return this.inputs.appliedSeq;
  }

  get oldestBaselineTick(): number {
    const first = this.#words[this.#at + FIRST_SNAPSHOT_TICK] ?? 0;
    return this.#baselines.tick === 0 ? first : this.#baselines.tick;
  }

  /** Why it has ended, or undefined while it goes on. */
  get endReason(): LeftReason | undefined {
    return this.#endReason;
  }

  /** Whether anything of the client has come: it has had the welcome. */
  get isHeard(): boolean {
    return this.#received.newest > 0;
  }

  /** When it ended, on the monotonic clock. */
  get endedAtMs(): number {
    return this.#endedAtMs;
  }

  /** When the match was last stepped, on the monotonic clock. */
  get tickedAtMs(): number {
    return this.#tickedAtMs;
  }

  attach(): void {}

  detach(reason?: LeaveReason): void {
    this.end(reason === undefined ? "superseded" : LEFT_REASON_OF[reason]);
  }

  /** Ends it: tells the client, and sends nothing more but that. */
  end(reason: LeftReason): void {
    if (this.#endReason !== undefined) return;
    this.#endReason = reason;
    this.#endedAtMs = this.#clock.monotonicMs();
    this.sendLeft();
  }

  /** The match goes on elsewhere: what ends the connection says where, if it is known and can be said. */
  tellMoved({ host, port, matchId, token = "" }: MatchMove): void {
    const moved = { host, port, matchId, token };
    if (canEncodeMoved(moved)) this.#moved = moved;
  }

  /** Tells the client that it has ended; does nothing while it goes on. */
  sendLeft(): void {
    const reason = this.#endReason;
    if (reason === undefined) return;
    const moved = this.#moved;
    if (moved !== undefined) {
      this.sendMessage(DATAGRAM_TYPES.moved, (into) => encodeMoved(moved, into));
      return;
    }
    this.sendMessage(DATAGRAM_TYPES.left, (into) => encodeLeft({ reason }, into));
  }

  /** Has a message arrive; a longer one than the protocol carries is not sent. */
  send(message: string): void {
    if (this.#endReason !== undefined) return;
    const isShort = fitsBytes(message, MESSAGE_BYTES_MAX);
    const outbox = this.#outbox ??= new ReliableOutbox();
    if (!isShort || !outbox.add(message)) this.#metrics.messagesGivenUp.inc();
  }

  /** The client is at another address from now on, which it has proven. */
  moveTo(source: UdpSource): void {
    this.#source = source;
  }

  /**
   * Checks a datagram's tag, unless somebody has before, and that it is new, and takes its
   * acknowledgements. Gives why it is refused;
   * until it is accepted it changes nothing.
   */
  accept(
    bytes: Uint8Array,
    header: DatagramHeader,
    { length = bytes.length, isTagGood = false }: {
      /** How many of the bytes are the datagram's; all by default. */
      readonly length?: number;
      /** Whether the tag has been checked. */
      readonly isTagGood?: boolean;
    } = {},
  ): WireRefusal | undefined {
    const sequence = this.#received.expand(header.sequence);
    if (!this.#received.isFresh(sequence)) return "replayed";
    if (!isTagGood && !this.#hasTag(bytes, { length, sequence })) return "bad_tag";
    this.#received.accept(sequence);
    if (this.#outbox === undefined || this.#outbox.size === 0) return undefined;
    const ack = expandAck(header.ack, this.#sentSequence);
    if (ack > 0) this.#outbox.onAck(ack, header.ackBits);
    return undefined;
  }

  #hasTag(
    bytes: Uint8Array,
    { length, sequence }: { readonly length: number; readonly sequence: number },
  ): boolean {
    return isTagGood(this.receiveKey, bytes, { epoch: epochOf(sequence), datagramBytes: length });
  }

  /** Takes an INPUT. */
  onInput(bytes: Uint8Array, end: number): WireRefusal | undefined {
    const refusal = decodeInput(bytes, end, batch);
    if (refusal !== undefined) return refusal;
    const { newestSeq, count, snapshotTick } = batch;
    for (let index = 0; index < count; index++) {
      const seq = newestSeq - count + 1 + index;
      if (!this.inputs.wants(seq)) continue;
      read.throttle = batch.throttle[index] ?? 0;
      read.turn = batch.turn[index] ?? 0;
      read.turret = batch.turret[index] ?? 0;
      read.fire = batch.fire[index] === 1;
      this.inputs.add(seq, read);
    }
    this.#baselines.onAck(snapshotTick);
    // Nobody sees what was never sent.
    if (snapshotTick > this.#baselines.tick) return undefined;
    this.#words[this.#at + VIEW_TICK] = snapshotTick - batch.viewAgeTicks;
    return undefined;
  }

  /** Takes a MESSAGE; gives the texts that are to be handled now. */
  onMessage(message: { readonly number: number; readonly text: string }): readonly string[] {
    return this.#inbox.take(message);
  }

  get firesOnce(): boolean {
    return this.inputs.firesOnce;
  }

  takeInput(): TankInput | undefined {
    const { inputs } = this;
    const { skippedCount, lateCount } = inputs;
    const taken = inputs.take();
    const { inputsSkipped, inputsLate } = this.#metrics;
    const skipped = inputs.skippedCount - skippedCount;
    if (skipped > 0) inputsSkipped.inc(skipped);
    if (inputs.lateCount > lateCount) inputsLate.inc();
    return taken;
  }

  /** Sends a tick's one datagram: a snapshot, or a message in place of every second one at most. */
  flush(frames: FrameHistory, isSnapshotDue: boolean): void {
    this.#tickedAtMs = this.#clock.monotonicMs();
    if (this.#endReason !== undefined) return;
    const isOwed = isSnapshotDue && this.#owesSnapshot;
    if (isSnapshotDue) this.#owesSnapshot = false;
    if (isOwed && this.#sendSnapshot(frames)) return;
    if (this.#sendReliable()) this.#owesSnapshot ||= isSnapshotDue;
    else if (isSnapshotDue) this.#sendSnapshot(frames);
  }

  /** Sends one datagram, whose payload `encode` writes behind the header; it gives the length so far. */
  sendMessage(type: DatagramType, encode: (into: Uint8Array) => number): void {
    this.#begin(type);
    this.#finish(encode(scratch), this.#source);
  }

  /** Sends one datagram somewhere else than where the client is known to be. */
  sendMessageTo(to: UdpSource, type: DatagramType, encode: (into: Uint8Array) => number): void {
    this.#begin(type);
    this.#finish(encode(scratch), to);
  }

  #sendReliable(): boolean {
    const outbox = this.#outbox;
    if (outbox === undefined || outbox.size === 0) return false;
    const due = outbox.takeDue(this.#clock.monotonicMs(), this.#sentSequence + 1);
    if (due === undefined) return false;
    this.#begin(DATAGRAM_TYPES.message);
    this.#finish(encodeReliable(due, scratch), this.#source);
    return true;
  }

  /** Whether there was one to send. */
  #sendSnapshot(frames: FrameHistory): boolean {
    const tank = this.player?.tank;
    if (tank === undefined) return false;
    prefix.inputSeq = this.inputs.appliedSeq;
    prefix.inputWaitTicks = this.inputs.hint;
    prefix.ownSpeedMm = Math.round(tank.speedUmPerTick / UM_PER_MM);
    if (this.#spread !== undefined && this.#sendPart(this.#spread)) return true;
    // Once the match is over there are no newer frames: who has the last one needs nothing more.
    if (this.#baselines.tick === frames.newestTick) return false;
    const cell = frames.cellOf(tank.slot);
    const body = frames.body(this.#baselines, cell);
    if (body === undefined) return false;
    const { bytes, length, baselineTicks } = body;
    const tick = frames.newestTick;
    this.#baselines.onSent(tick, cell);
    this.#words[this.#at + FIRST_SNAPSHOT_TICK] ||= tick;
    if (partCountOf(length) > 1) {
      // Its parts are sent when others have long taken the shared bytes.
      this.#spread = new SnapshotSpread({ tick, baselineTicks, body: bytes.slice(0, length) });
      return this.#sendPart(this.#spread);
    }
    prefix.tick = tick;
    prefix.baselineTicks = baselineTicks;
    prefix.partIndex = 0;
    prefix.partCount = 1;
    this.#sendBody(bytes, length);
    return true;
  }

  /** Sends the next part, unless the client has the whole or a newer one is better. */
  #sendPart(spread: SnapshotSpread): boolean {
    const { snapshot, partCount } = spread;
    if (this.#baselines.tick >= snapshot.tick || spread.isStale) {
      this.#spread = undefined;
      return false;
    }
    prefix.tick = snapshot.tick;
    prefix.baselineTicks = snapshot.baselineTicks;
    prefix.partIndex = spread.takeIndex();
    prefix.partCount = partCount;
    this.#sendBody(snapshot.body, snapshot.body.length);
    return true;
  }

  #sendBody(body: Uint8Array, bodyBytes: number): void {
    this.#begin(DATAGRAM_TYPES.snapshot);
    const length = encodeSnapshot(prefix, body, scratch, bodyBytes);
    this.#finish(length, this.#source);
    // Each of them would cost a tenth of all work at thousands of players.
    if (this.#sentSequence % SAMPLE_EVERY !== 0) return;
    this.#metrics.bytes.observe(length + DATAGRAM_TAG_BYTES);
    this.#metrics.baselineTicks.observe(prefix.baselineTicks);
  }

  #begin(type: DatagramType): void {
    this.#words[this.#at + SENT_SEQUENCE] = this.#sentSequence + 1;
    outgoing.type = type;
    outgoing.connectionId = this.id;
    outgoing.sequence = this.#sentSequence & 0xffff;
    outgoing.ack = this.#received.ack;
    outgoing.ackBits = this.#received.ackBits;
    writeHeader(outgoing, scratch);
  }

  #finish(length: number, to: UdpSource): void {
    writeTag(this.#sendKey, scratch, { length, epoch: epochOf(this.#sentSequence) });
    this.#send(scratch, to, length + DATAGRAM_TAG_BYTES);
  }

  /** The full sequence of the newest datagram that was sent; 0: none. */
  get #sentSequence(): number {
    return this.#words[this.#at + SENT_SEQUENCE] ?? 0;
  }
}
