// Long because it is one end of one connection: what it sends and what it takes share counts and keys.
import type { Clock } from "../../core/clock.ts";
import type { Counter, ValueHistogram } from "../../core/metrics.ts";
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
import { decodeInput, InputBatch } from "../wire/input_message.ts";
import { encodeLeft, type LeftReason } from "../wire/leave_message.ts";
import { encodeMoved, type MovedMessage } from "../wire/moved_message.ts";
import { ReliableInbox } from "../wire/reliable_inbox.ts";
import { encodeReliable, MESSAGE_BYTES_MAX } from "../wire/reliable_message.ts";
import { ReliableOutbox } from "../wire/reliable_outbox.ts";
import { epochOf, expandAck, ReplayWindow } from "../wire/replay_window.ts";
import { encodeSnapshot, partCountOf } from "../wire/snapshot_parts.ts";
import { SnapshotPrefix } from "../wire/snapshot_prefix.ts";
import type { WireRefusal } from "../wire/wire_refusal.ts";
import { BaselineMemory } from "./baseline_memory.ts";
import type { FrameHistory } from "./frame_history.ts";
import { SnapshotSpread } from "./snapshot_spread.ts";

/** What connections count, all of them together. */
export interface ConnectionMetrics {
  /** Bytes of a snapshot's datagram, header and tag included; of one in {@linkcode SAMPLE_EVERY}. */
  readonly bytes: ValueHistogram;
  /** Ticks between a snapshot and its baseline; of one in {@linkcode SAMPLE_EVERY}. */
  readonly baselineTicks: ValueHistogram;
  /** Inputs that were never applied, because newer ones were there. */
  readonly inputsSkipped: Counter;
  /** Ticks for which a player's input was not there in time. */
  readonly inputsLate: Counter;
  /** Messages that were too long, or that too many waited before. */
  readonly messagesGivenUp: Counter;
}

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
  /** Sends a copy, if it can; must not throw. */
  readonly send: (datagram: Uint8Array, to: UdpSource) => void;
  /** What it counts. */
  readonly metrics: ConnectionMetrics;
  /** How long the player's tank waits for a client that is not heard, in milliseconds. */
  readonly silenceMs: number;
}

const LEFT_REASON_OF: Readonly<Record<LeaveReason, LeftReason>> = {
  left: "asked",
  silent: "idle",
  disconnected: "idle",
  empty: "match_over",
  nobody_came: "match_over",
  match_over: "match_over",
  server_closed: "server_stopping",
  displaced: "superseded",
  kicked: "kicked",
  fault: "kicked",
  moved: "server_stopping",
};

/** Snapshots for each that is measured. */
export const SAMPLE_EVERY = 64;

const UM_PER_MM = 1_000;

// Used by one connection at a time, within one call.
const scratch = new Uint8Array(DATAGRAM_BYTES_MAX);
const outgoing = newHeader();
const prefix = new SnapshotPrefix();
const batch = new InputBatch();
const read: MutableTankInput = { throttle: 0, turn: 0, turret: 0, fire: false };

/** The server's end of one client's connection in the binary protocol (`wire/README.md`). */
export class BinaryConnection implements PlayerLink, TickedLink {
  /** Unsigned 32-bit, not 0. */
  readonly id: number;
  readonly transport = "udp";
  readonly address: string;
  readonly wantsState = true;
  readonly ticked: TickedLink = this;
  readonly silenceMs: number;
  /** The key of what the client sends. */
  readonly receiveKey: TagKey;
  /** The client's inputs on their way into the match. */
  readonly inputs: InputBuffer;
  /** Whose it is, once the join has succeeded. */
  player: Player | undefined;
  readonly #options: BinaryConnectionOptions;
  readonly #received = new ReplayWindow();
  readonly #baselines = new BaselineMemory();
  readonly #outbox = new ReliableOutbox();
  readonly #inbox = new ReliableInbox();
  #source: UdpSource;
  #sentSequence = 0;
  #viewTick = 0;
  #spread: SnapshotSpread | undefined;
  #endReason: LeftReason | undefined;
  #moved: MovedMessage | undefined;
  #endedAtMs = 0;
  #tickedAtMs = 0;

  /** Sends nothing yet. */
  constructor(options: BinaryConnectionOptions) {
    this.#options = options;
    this.id = options.id;
    this.address = `binary:${options.id}`;
    this.silenceMs = options.silenceMs;
    this.inputs = options.inputs;
    this.#source = options.source;
    this.receiveKey = options.receiveKey;
  }

  /** Where the client is. */
  get source(): UdpSource {
    return this.#source;
  }

  /** The tick of what the client shows, 0 before it shows anything. */
  get viewTick(): number {
    return this.#viewTick;
  }

  /** The number of the newest input that was applied; 0 before the first. */
  get inputSeq(): number {
    return this.inputs.appliedSeq;
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
    this.#endedAtMs = this.#options.clock.monotonicMs();
    this.sendLeft();
  }

  /** The match goes on elsewhere: what ends the connection says where, if it is known. */
  tellMoved({ host, port, matchId, token }: MatchMove): void {
    if (host !== "" && token !== undefined) this.#moved = { host, port, matchId, token };
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
    // UTF-8 has at most three bytes for each of these.
    const isShort = message.length * 3 <= MESSAGE_BYTES_MAX;
    if (!isShort || !this.#outbox.add(message)) this.#options.metrics.messagesGivenUp.inc();
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
    isTagKnown = false,
  ): WireRefusal | undefined {
    const sequence = this.#received.expand(header.sequence);
    if (!this.#received.isFresh(sequence)) return "replayed";
    if (!isTagKnown && !isTagGood(this.receiveKey, bytes, epochOf(sequence))) return "bad_tag";
    this.#received.accept(sequence);
    const ack = expandAck(header.ack, this.#sentSequence);
    if (this.#outbox.size > 0 && ack > 0) this.#outbox.onAck(ack, header.ackBits);
    return undefined;
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
    if (snapshotTick <= this.#baselines.tick) this.#viewTick = snapshotTick - batch.viewAgeTicks;
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
    const { inputsSkipped, inputsLate } = this.#options.metrics;
    const skipped = inputs.skippedCount - skippedCount;
    if (skipped > 0) inputsSkipped.inc(skipped);
    if (inputs.lateCount > lateCount) inputsLate.inc();
    return taken;
  }

  /** Sends what a tick has for the client, in one datagram: a message that is due, else a snapshot. */
  flush(frames: FrameHistory, isSnapshotDue: boolean): void {
    this.#tickedAtMs = this.#options.clock.monotonicMs();
    if (this.#endReason !== undefined) return;
    if (this.#outbox.size > 0 && this.#sendReliable()) return;
    if (isSnapshotDue) this.#sendSnapshot(frames);
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
    const nowMs = this.#options.clock.monotonicMs();
    const due = this.#outbox.takeDue(nowMs, this.#sentSequence + 1);
    if (due === undefined) return false;
    this.#begin(DATAGRAM_TYPES.message);
    this.#finish(encodeReliable(due, scratch), this.#source);
    return true;
  }

  #sendSnapshot(frames: FrameHistory): void {
    const { player } = this;
    if (player === undefined) return;
    const { tank } = player;
    prefix.inputSeq = this.inputs.appliedSeq;
    prefix.inputWaitTicks = this.inputs.hint;
    prefix.ownSpeedMm = Math.round(tank.speedUmPerTick / UM_PER_MM);
    if (this.#spread !== undefined && this.#sendPart(this.#spread)) return;
    const cell = frames.cellOf(tank.slot);
    const body = frames.body(this.#baselines, cell);
    if (body === undefined) return;
    const { bytes, baselineTicks } = body;
    this.#baselines.onSent(frames.newestTick, cell);
    if (partCountOf(bytes.length) > 1) {
      this.#spread = new SnapshotSpread({ tick: frames.newestTick, baselineTicks, body: bytes });
      this.#sendPart(this.#spread);
      return;
    }
    prefix.tick = frames.newestTick;
    prefix.baselineTicks = baselineTicks;
    prefix.partIndex = 0;
    prefix.partCount = 1;
    this.#sendBody(bytes);
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
    this.#sendBody(snapshot.body);
    return true;
  }

  #sendBody(body: Uint8Array): void {
    this.#begin(DATAGRAM_TYPES.snapshot);
    const length = encodeSnapshot(prefix, body, scratch);
    this.#finish(length, this.#source);
    // Each of them would cost a tenth of all work at thousands of players.
    if (this.#sentSequence % SAMPLE_EVERY !== 0) return;
    const { metrics } = this.#options;
    metrics.bytes.observe(length + DATAGRAM_TAG_BYTES);
    metrics.baselineTicks.observe(prefix.baselineTicks);
  }

  #begin(type: DatagramType): void {
    this.#sentSequence++;
    outgoing.type = type;
    outgoing.connectionId = this.id;
    outgoing.sequence = this.#sentSequence & 0xffff;
    outgoing.ack = this.#received.ack;
    outgoing.ackBits = this.#received.ackBits;
    writeHeader(outgoing, scratch);
  }

  #finish(length: number, to: UdpSource): void {
    const epoch = epochOf(this.#sentSequence);
    writeTag(this.#options.sendKey, scratch, { length, epoch });
    this.#options.send(scratch.subarray(0, length + DATAGRAM_TAG_BYTES), to);
  }
}
