import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { isTagGood, TAG_BYTES, tagKeyFrom, writeTag } from "../../core/net/datagram_tag.ts";
import { agreementKeysFrom, tryDeriveSessionKeys } from "../../core/net/session_keys.ts";
import { tryDecodeArena } from "../../game/wire/arena_blob.ts";
import { newHeader, payloadEnd, readHeader } from "../../game/wire/datagram.ts";
import { frameHash } from "../../game/wire/frame_hash.ts";
import { type FrameLayout, frameLayout } from "../../game/wire/frame_layout.ts";
import { epochOf, ReplayWindow } from "../../game/wire/replay_window.ts";
import { SnapshotReceiver } from "../../game/wire/snapshot_receiver.ts";
import { decodeDatagram } from "./decode_datagram.ts";
import { bytesOf, encodeDatagram, list, number, text } from "./encode_datagram.ts";
import { meaningOf, meaningOfEvents, meaningOfFrame, meaningOfPrefix } from "./meaning.ts";

const ANSWERS: ReadonlyMap<string, (request: JsonObject) => JsonObject> = new Map([
  ["decode", answerDecode],
  ["encode", answerEncode],
  ["arena", answerArena],
  ["tag", answerTag],
  ["verify", answerVerify],
  ["keys", answerKeys],
  ["window", answerWindow],
  ["snapshots", answerSnapshots],
]);

/** What our own codec answers to the request of a vector. @throws TypeError for what is no request */
export function answer(request: JsonObject): JsonObject {
  const answerOne = ANSWERS.get(text(request, "op"));
  if (answerOne === undefined) throw new TypeError(`Cannot answer ${text(request, "op")}`);
  return answerOne(request);
}

/** The layout that a vector describes. */
export function layoutOf(value: JsonObject): FrameLayout {
  return frameLayout({
    tickRate: number(value, "tick_rate"),
    slotCount: number(value, "slot_count"),
    teamMax: number(value, "team_max"),
    widthUm: number(value, "width_um"),
    heightUm: number(value, "height_um"),
  });
}

function answerDecode(request: JsonObject): JsonObject {
  const sender = text(request, "sender") === "client" ? "client" : "server";
  return decodeDatagram(bytesOf(request, "datagram"), sender);
}

function answerEncode(request: JsonObject): JsonObject {
  return { datagram: encodeDatagram(request).toHex() };
}

function answerArena(request: JsonObject): JsonObject {
  const arena = tryDecodeArena(bytesOf(request, "bytes"));
  if (!arena.ok) return { ok: false, reason: arena.reason };
  return { ok: true, arena: meaningOf(arena.message) };
}

function answerTag(request: JsonObject): JsonObject {
  const bytes = bytesOf(request, "bytes");
  const datagram = new Uint8Array(bytes.length + TAG_BYTES);
  datagram.set(bytes);
  const key = tagKeyFrom(bytesOf(request, "key"));
  writeTag(key, datagram, { length: bytes.length, epoch: number(request, "epoch") });
  return { tag: datagram.subarray(bytes.length).toHex() };
}

function answerVerify(request: JsonObject): JsonObject {
  const key = tagKeyFrom(bytesOf(request, "key"));
  return {
    good: isTagGood(key, bytesOf(request, "datagram"), { epoch: number(request, "epoch") }),
  };
}

function answerKeys(request: JsonObject): JsonObject {
  const own = agreementKeysFrom(bytesOf(request, "secret"));
  const keys = tryDeriveSessionKeys(own, {
    clientNonce: bytesOf(request, "client_nonce"),
    serverNonce: bytesOf(request, "server_nonce"),
    clientPublicKey: bytesOf(request, "client_public_key"),
    serverPublicKey: bytesOf(request, "server_public_key"),
  });
  const public_key = own.publicKey.toHex();
  if (keys === undefined) return { public_key, ok: false };
  return { public_key, ok: true, ...meaningOf(keys) };
}

function answerWindow(request: JsonObject): JsonObject {
  const window = new ReplayWindow();
  const steps = list(request.sequences).map((sequence) => {
    const full = window.expand(Number(sequence));
    const accepted = window.accept(full);
    return { accepted, epoch: accepted ? epochOf(full) : null };
  });
  return { steps, ack: window.ack, ack_bits: window.ackBits };
}

function answerSnapshots(request: JsonObject): JsonObject {
  const layout = layoutOf(tryJsonObject(request.layout) ?? {});
  const receiver = new SnapshotReceiver(layout);
  const results = list(request.datagrams).map((hex) => {
    const bytes = Uint8Array.fromHex(String(hex));
    const header = newHeader();
    const refused = readHeader(bytes, "server", header);
    if (refused !== undefined) return { kind: "refused", reason: refused };
    const reception = receiver.receive(bytes, payloadEnd(header.type, bytes.length));
    if (reception.kind !== "frame") return meaningOf(reception);
    return {
      kind: "frame",
      prefix: meaningOfPrefix(receiver.prefix),
      hash: frameHash(reception.frame, layout),
      frame: meaningOfFrame(reception.frame, layout),
      events: meaningOfEvents(reception.events),
    };
  });
  return { results };
}
