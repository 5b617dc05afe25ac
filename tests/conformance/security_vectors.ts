import { TAG_BYTES, tagKeyFrom, writeTag } from "../../core/net/datagram_tag.ts";
import { agreementKeysFrom, tryDeriveSessionKeys } from "../../core/net/session_keys.ts";
import { epochOf } from "../../game/wire/replay_window.ts";
import { meaningOf } from "./meaning.ts";
import { VECTOR_KEY } from "./vector_datagram.ts";
import type { VectorCase, VectorFile } from "./vector_file.ts";

/** Tags, right and wrong. */
export function tagVectors(): VectorFile {
  const cases = [0, 1, 7, 8, 14, 22, 90, 1_192].flatMap((length, index): VectorCase[] => {
    const epoch = [0, 1, 0xffffffff][index % 3] ?? 0;
    const key = index < 6 ? VECTOR_KEY : VECTOR_KEY.map((byte) => byte ^ 0xa5);
    const datagram = new Uint8Array(length + TAG_BYTES);
    for (let at = 0; at < length; at++) datagram[at] = at * 7;
    const bytes = datagram.slice(0, length);
    writeTag(tagKeyFrom(key), datagram, { length, epoch });
    const request = { op: "verify", key: key.toHex(), epoch };
    const wrong = datagram.with(datagram.length - 1, (datagram.at(-1) ?? 0) ^ 0x80);
    return [
      {
        name: `Tag of ${length} bytes`,
        request: { ...request, op: "tag", bytes: bytes.toHex() },
        response: { tag: datagram.subarray(length).toHex() },
      },
      {
        name: `Good tag of ${length} bytes`,
        request: { ...request, datagram: datagram.toHex() },
        response: { good: true },
      },
      {
        name: `Wrong tag of ${length} bytes`,
        request: { ...request, datagram: wrong.toHex() },
        response: { good: false },
      },
      {
        name: `Tag of ${length} bytes in another epoch`,
        request: { ...request, epoch: (epoch ^ 1) >>> 0, datagram: datagram.toHex() },
        response: { good: false },
      },
    ];
  });
  return { name: "tags", about: "The tag of a datagram's bytes under a key and an epoch.", cases };
}

/** Key agreement and derivation, for both sides. */
export function keyVectors(): VectorFile {
  const cases = [1, 2, 3].flatMap((round): VectorCase[] => {
    const client = agreementKeysFrom(new Uint8Array(32).fill(0x10 + round));
    const server = agreementKeysFrom(new Uint8Array(32).fill(0x20 + round));
    const terms = {
      clientNonce: new Uint8Array(8).fill(round),
      serverNonce: new Uint8Array(8).fill(0x80 + round),
      clientPublicKey: client.publicKey,
      serverPublicKey: server.publicKey,
    };
    const keys = tryDeriveSessionKeys(client, terms);
    if (keys === undefined) throw new Error("Cannot make vectors: no session keys");
    const response = { ok: true, ...meaningOf(keys) };
    return [
      {
        name: `Keys ${round}, at the client`,
        request: { op: "keys", secret: "1".concat(`${round}`).repeat(32), ...meaningOf(terms) },
        response: { public_key: client.publicKey.toHex(), ...response },
      },
      {
        name: `Keys ${round}, at the server`,
        request: { op: "keys", secret: "2".concat(`${round}`).repeat(32), ...meaningOf(terms) },
        response: { public_key: server.publicKey.toHex(), ...response },
      },
    ];
  });
  const own = agreementKeysFrom(new Uint8Array(32).fill(0x11));
  const bad: VectorCase = {
    name: "A public key that gives no secret",
    request: {
      op: "keys",
      secret: "11".repeat(32),
      client_nonce: "00".repeat(8),
      server_nonce: "00".repeat(8),
      client_public_key: own.publicKey.toHex(),
      server_public_key: "00".repeat(32),
    },
    response: { public_key: own.publicKey.toHex(), ok: false },
  };
  return { name: "keys", about: "X25519, then HKDF-SHA-256.", cases: [...cases, bad] };
}

const SEQUENCES: readonly [name: string, sequences: readonly number[]][] = [
  ["in order", [1, 2, 3, 4]],
  ["twice", [1, 1, 2, 1]],
  ["0, which is none", [0, 1, 0]],
  ["out of order", [5, 3, 4, 1, 2, 3]],
  ["at the window's edge", [300, 45, 44, 46, 300]],
  ["far ahead", [1, 30_000, 29_745, 29_744]],
  ["before the first", [65_535, 40_000, 1]],
  ["across the wrap", [30_000, 60_000, 65_535, 0, 65_534, 1, 0, 65_281, 65_280, 65_282]],
  ["every third", Array.from({ length: 40 }, (_, index) => index * 3 + 1)],
];

/** Which sequences are accepted, and what is acknowledged then. */
export function windowVectors(): VectorFile {
  const cases = SEQUENCES.map(([name, sequences]): VectorCase => {
    const accepted = new Set<number>();
    let newest = 0;
    // By a plain set, not by the window that is tested.
    const steps = sequences.map((sequence) => {
      const full = nearest(sequence, newest);
      const isAccepted = full >= 1 && full > newest - 256 && !accepted.has(full);
      if (isAccepted) accepted.add(full);
      if (isAccepted) newest = Math.max(newest, full);
      return { accepted: isAccepted, epoch: isAccepted ? epochOf(full) : null };
    });
    let ackBits = 0;
    for (let back = 0; back < 32; back++) {
      if (accepted.has(newest - 1 - back)) ackBits += 2 ** back;
    }
    return {
      name: `Sequences ${name}`,
      request: { op: "window", sequences },
      response: { steps, ack: newest % 65_536, ack_bits: ackBits },
    };
  });
  return { name: "windows", about: "The replay window and what it acknowledges.", cases };
}

function nearest(sequence: number, newest: number): number {
  const candidates = [-1, 0, 1].map((turn) =>
    (Math.floor(newest / 65_536) + turn) * 65_536 + sequence
  );
  return candidates.find((full) => full - newest >= -32_768 && full - newest < 32_768) ?? 0;
}
