// Long because it is the whole other end of a client in one file, for tests alone.
import { tagKeyFrom } from "../../core/net/datagram_tag.ts";
import {
  AGREEMENT_KEY_BYTES,
  agreementKeysFrom,
  SESSION_NONCE_BYTES,
  tryDeriveSessionKeys,
} from "../../core/net/session_keys.ts";
import type { Rng } from "../../core/rng.ts";
import type { Tank } from "../simulation/tank.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import type { World } from "../simulation/world.ts";
import { encodeArena } from "../wire/arena_blob.ts";
import {
  ARENA_PART_BYTES_MAX,
  encodeArenaPart,
  tryDecodeArenaRequest,
} from "../wire/arena_message.ts";
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_TYPES,
  type DatagramType,
  isConnected,
  newHeader,
  payloadEnd,
  readHeader,
} from "../wire/datagram.ts";
import { FrameEvents } from "../wire/frame_events.ts";
import { frameHash } from "../wire/frame_hash.ts";
import { CHALLENGE_TOKEN_BYTES, encodeChallenge, tryDecodeHello } from "../wire/hello_message.ts";
import { decodeInput, InputBatch } from "../wire/input_message.ts";
import { type JoinMessage, RESUME_TOKEN_BYTES, tryDecodeJoin } from "../wire/join_message.ts";
import { encodeLeft } from "../wire/leave_message.ts";
import { encodePong, tryDecodePing } from "../wire/ping_message.ts";
import { encodeRefused, type JoinRefusal } from "../wire/refused_message.ts";
import { ReliableInbox } from "../wire/reliable_inbox.ts";
import { encodeReliable, tryDecodeReliable } from "../wire/reliable_message.ts";
import { ReliableOutbox } from "../wire/reliable_outbox.ts";
import { SnapshotEncoder } from "../wire/snapshot_encoder.ts";
import { SnapshotFrame } from "../wire/snapshot_frame.ts";
import { BASELINES_MAX, SNAPSHOT_BODY_BYTES_MAX } from "../wire/snapshot_limits.ts";
import { encodeSnapshot, partCountOf } from "../wire/snapshot_parts.ts";
import { SnapshotPrefix } from "../wire/snapshot_prefix.ts";
import { encodeWelcome, type WelcomeMessage } from "../wire/welcome_message.ts";
import { captureEvents, captureFrame, worldLayout } from "../wire/world_frame.ts";
import { DatagramChannel } from "./datagram_channel.ts";

/** How a server for tests is made. */
export interface TestServerOptions {
  /** Stepped by the server; the client drives the tank of `slot`. */
  readonly world: World;
  /** The client's tank. */
  readonly slot: number;
  /** Keys, nonces and tokens come from here, so that a run can be repeated. */
  readonly rng: Rng;
  /** Sends to the client. */
  readonly send: (datagram: Uint8Array) => void;
  /** How many bytes of the arena WELCOME carries; as many as there is room for by default. */
  readonly arenaStartBytes?: number;
}

const header = newHeader();
const scratch = new Uint8Array(DATAGRAM_BYTES_MAX);

/**
 * The other end of a client, for unit tests alone: one client, one tank, no address to be proven, no clock. It
 * is made of the codec itself, so that what the two agree on is the protocol.
 */
export class TestServer {
  /** Answers joins with this, while it is set. */
  refusal: JoinRefusal | undefined;
  /** What the client said in MESSAGEs. */
  readonly heard: string[] = [];
  /** How often each type of datagram came and was accepted. */
  readonly received = new Map<DatagramType, number>();
  /** Connections that were made. */
  welcomes = 0;
  /** How many inputs were applied. */
  applied = 0;
  readonly #options: TestServerOptions;
  readonly #encoder: SnapshotEncoder;
  readonly #frames: SnapshotFrame[] = Array.from(
    { length: BASELINES_MAX },
    () => new SnapshotFrame(),
  );
  readonly #events = new FrameEvents();
  readonly #batch = new InputBatch();
  readonly #waiting = new Map<number, TankInput>();
  readonly #arena: Uint8Array;
  readonly #outbox = new ReliableOutbox();
  readonly #inbox = new ReliableInbox();
  #channel: DatagramChannel | undefined;
  #welcomed: WelcomeMessage | undefined;
  #answered = "";
  #resumeToken = "";
  #appliedSeq = 0;
  #acked = 0;

  /** Waits for a client. */
  constructor(options: TestServerOptions) {
    this.#options = options;
    this.#encoder = new SnapshotEncoder(worldLayout(options.world));
    this.#arena = encodeArena(options.world.arena);
  }

  /** What a client that has the newest snapshot has to see. */
  get frameHash(): string {
    const frame = new SnapshotFrame();
    captureFrame(this.#options.world, frame);
    return frameHash(frame, worldLayout(this.#options.world));
  }

  /** The client's tank. */
  get tank(): Tank {
    const tank = this.#options.world.tankAt(this.#options.slot);
    if (tank === undefined) throw new Error("Cannot find the client's tank");
    return tank;
  }

  /** Has a message arrive at the client. */
  say(text: string): void {
    this.#outbox.add(text);
  }

  /** One tick: the next input, a step, a snapshot or a message. */
  step(nowMs: number): void {
    const { world, slot } = this.#options;
    const next = this.#waiting.keys().toArray().sort((a, b) => a - b)[0];
    if (next !== undefined) {
      const input = this.#waiting.get(next);
      if (input !== undefined) world.setInput(slot, input);
      this.#waiting.delete(next);
      this.#appliedSeq = next;
      this.applied++;
    }
    world.step();
    captureEvents(world, this.#events);
    const frame = this.#frames[world.tick % BASELINES_MAX];
    if (frame !== undefined) captureFrame(world, frame);
    const channel = this.#channel;
    if (channel === undefined) return;
    const due = this.#outbox.takeDue(nowMs, channel.sentSequence + 1);
    if (due === undefined) this.#sendSnapshot();
    else this.#send(DATAGRAM_TYPES.message, (into) => encodeReliable(due, into));
  }

  /** Takes a datagram of the client. */
  receive(bytes: Uint8Array): void {
    if (readHeader(bytes, "client", header) !== undefined) return;
    if (isConnected(header.type)) return this.#onConnected(bytes);
    if (header.type === DATAGRAM_TYPES.hello) this.#onHello(bytes);
    else this.#onJoin(bytes);
  }

  /** Sends a datagram within the connection, whatever is in it. */
  sendRaw(type: DatagramType, payload: Uint8Array): void {
    this.#send(type, (into) => {
      into.set(payload, 14);
      return 14 + payload.length;
    });
  }

  #onHello(bytes: Uint8Array): void {
    const hello = tryDecodeHello(bytes);
    if (!hello.ok) return;
    const { clientNonce } = hello.message;
    const challengeToken = new Uint8Array(CHALLENGE_TOKEN_BYTES).fill(clientNonce[0] ?? 0);
    const length = encodeChallenge({ clientNonce, challengeToken }, scratch);
    this.#options.send(scratch.subarray(0, length));
  }

  #onJoin(bytes: Uint8Array): void {
    const join = tryDecodeJoin(bytes);
    if (!join.ok) return;
    const { clientNonce, credential } = join.message;
    const isForeign = credential.kind === "resume" &&
      credential.resumeToken.toHex() !== this.#resumeToken;
    const isCopy = clientNonce.toHex() === this.#answered;
    const refusal = this.refusal ?? (isForeign && !isCopy ? "resume_expired" : undefined);
    if (refusal !== undefined) {
      const retryAfterMs = 0;
      const length = encodeRefused({ clientNonce, reason: refusal, retryAfterMs }, scratch);
      return this.#options.send(scratch.subarray(0, length));
    }
    if (!isCopy) this.#open(join.message);
    this.#welcome();
  }

  #open({ clientNonce, clientPublicKey, credential }: JoinMessage): void {
    const { world, slot, arenaStartBytes = 900 } = this.#options;
    const own = agreementKeysFrom(this.#random(AGREEMENT_KEY_BYTES));
    const serverNonce = this.#random(SESSION_NONCE_BYTES);
    const serverPublicKey = own.publicKey;
    const terms = { clientNonce, serverNonce, clientPublicKey, serverPublicKey };
    const keys = tryDeriveSessionKeys(own, terms);
    if (keys === undefined) throw new Error("Cannot derive keys");
    this.#channel = new DatagramChannel({
      connectionId: this.#options.rng.below(0xffff_ffff) + 1,
      sendKey: tagKeyFrom(keys.serverToClient),
      receiveKey: tagKeyFrom(keys.clientToServer),
    });
    this.#answered = clientNonce.toHex();
    const resumeToken = this.#random(RESUME_TOKEN_BYTES);
    this.#resumeToken = resumeToken.toHex();
    this.#acked = 0;
    this.welcomes++;
    const { tickRate, timeLimitTicks, tick, rules, scores } = world;
    this.#welcomed = {
      ...{ clientNonce, serverNonce, serverPublicKey, resumeToken, tick, tickRate, slot },
      snapshotRate: tickRate,
      timeLimitTicks,
      slotCount: rules.tanksMax,
      teamMax: scores.length - 1,
      isResumed: credential.kind === "resume",
      inputSeq: this.#appliedSeq,
      tankId: this.tank.tankId,
      matchId: "match-1",
      arenaBytes: this.#arena.length,
      arenaStart: this.#arena.subarray(0, arenaStartBytes),
    };
  }

  #welcome(): void {
    const welcome = this.#welcomed;
    if (welcome === undefined) return;
    this.#send(DATAGRAM_TYPES.welcome, (into) => encodeWelcome(welcome, into));
  }

  #onConnected(bytes: Uint8Array): void {
    const channel = this.#channel;
    if (channel === undefined || channel.accept(bytes, header) !== undefined) return;
    const ack = channel.ackOf(header);
    if (ack > 0) this.#outbox.onAck(ack, header.ackBits);
    const end = payloadEnd(header.type, bytes.length);
    this.received.set(header.type, (this.received.get(header.type) ?? 0) + 1);
    if (header.type === DATAGRAM_TYPES.input) this.#onInput(bytes, end);
    else if (header.type === DATAGRAM_TYPES.ping) this.#onPing(bytes, end);
    else if (header.type === DATAGRAM_TYPES.arenaRequest) this.#onArenaRequest(bytes, end);
    else if (header.type === DATAGRAM_TYPES.leave) {
      this.#send(DATAGRAM_TYPES.left, (into) => encodeLeft({ reason: "asked" }, into));
    } else if (header.type === DATAGRAM_TYPES.message) {
      const message = tryDecodeReliable(bytes, end);
      if (message.ok) this.heard.push(...this.#inbox.take(message.message));
    }
  }

  #onInput(bytes: Uint8Array, end: number): void {
    const batch = this.#batch;
    if (decodeInput(bytes, end, batch) !== undefined) return;
    for (let index = 0; index < batch.count; index++) {
      const seq = batch.newestSeq - batch.count + 1 + index;
      if (seq <= this.#appliedSeq) continue;
      this.#waiting.set(seq, {
        throttle: batch.throttle[index] ?? 0,
        turn: batch.turn[index] ?? 0,
        turret: batch.turret[index] ?? 0,
        fire: batch.fire[index] === 1,
      });
    }
    this.#acked = Math.max(this.#acked, batch.snapshotTick);
  }

  #onPing(bytes: Uint8Array, end: number): void {
    const ping = tryDecodePing(bytes, end);
    if (!ping.ok) return;
    const { tick } = this.#options.world;
    const pong = { time: ping.message.time, tick, tickPart: 0 };
    this.#send(DATAGRAM_TYPES.pong, (into) => encodePong(pong, into));
  }

  #onArenaRequest(bytes: Uint8Array, end: number): void {
    const request = tryDecodeArenaRequest(bytes, end);
    if (!request.ok) return;
    const { offset } = request.message;
    const part = { offset, bytes: this.#arena.subarray(offset, offset + ARENA_PART_BYTES_MAX) };
    this.#send(DATAGRAM_TYPES.arena, (into) => encodeArenaPart(part, into));
  }

  #sendSnapshot(): void {
    const { world } = this.#options;
    const newest = this.#frames[world.tick % BASELINES_MAX];
    const kept = this.#frames[this.#acked % BASELINES_MAX];
    const baseline = this.#acked > 0 && kept?.tick === this.#acked && kept !== newest
      ? kept
      : undefined;
    if (newest === undefined) return;
    const body = new Uint8Array(SNAPSHOT_BODY_BYTES_MAX);
    const length = this.#encoder.encode(newest, body, { baseline, events: this.#events });
    const prefix = new SnapshotPrefix();
    prefix.tick = world.tick;
    prefix.baselineTicks = baseline === undefined ? 0 : world.tick - baseline.tick;
    prefix.partCount = partCountOf(length);
    prefix.inputSeq = this.#appliedSeq;
    prefix.inputWaitTicks = this.#waiting.size;
    prefix.ownSpeedMm = Math.round(this.tank.speedUmPerTick / 1_000);
    for (; prefix.partIndex < prefix.partCount; prefix.partIndex++) {
      this.#send(DATAGRAM_TYPES.snapshot, (into) => {
        return encodeSnapshot(prefix, body.subarray(0, length), into);
      });
    }
  }

  #send(type: DatagramType, encode: (into: Uint8Array) => number): void {
    if (this.#channel !== undefined) this.#options.send(this.#channel.seal(type, encode));
  }

  #random(count: number): Uint8Array {
    return randomBytesOf(this.#options.rng)(count);
  }
}

/** Bytes from a seeded generator, in place of those that nobody can guess. */
export function randomBytesOf(rng: Rng): (count: number) => Uint8Array {
  return (count) => Uint8Array.from({ length: count }, () => rng.below(256));
}
