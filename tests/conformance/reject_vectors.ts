// Long because it is a table: one entry for each malformation.
import type { Sender } from "../../game/wire/datagram.ts";
import { encodeHello } from "../../game/wire/hello_message.ts";
import { encodeInput, InputBatch } from "../../game/wire/input_message.ts";
import { encodeJoin } from "../../game/wire/join_message.ts";
import { encodeLeft } from "../../game/wire/leave_message.ts";
import { encodeMoved } from "../../game/wire/moved_message.ts";
import { encodePing } from "../../game/wire/ping_message.ts";
import { encodeRefused } from "../../game/wire/refused_message.ts";
import { encodeReliable } from "../../game/wire/reliable_message.ts";
import { encodeSnapshotPrefix, SnapshotPrefix } from "../../game/wire/snapshot_prefix.ts";
import { encodeWelcome } from "../../game/wire/welcome_message.ts";
import type { WireRefusal } from "../../game/wire/wire_refusal.ts";
import { bodyRejects } from "./body_rejects.ts";
import { GUEST_JOIN, welcomeTo } from "./message_vectors.ts";
import { sealed } from "./vector_datagram.ts";
import type { VectorCase, VectorFile } from "./vector_file.ts";

/** `[offset, bytes]`: these hex digits take the place of as many bytes at the offset. */
type Patch = readonly [offset: number, hex: string];

const HELLO = sealed("hello", (into) => {
  return encodeHello({ clientNonce: new Uint8Array(8).fill(7) }, into);
});
const JOIN = sealed("join", (into) => encodeJoin(GUEST_JOIN, into));
const TOKEN_JOIN = sealed("join", (into) => {
  return encodeJoin({ ...GUEST_JOIN, credential: { kind: "token", token: "t" } }, into);
});
const WELCOME = sealed("welcome", (into) => encodeWelcome(welcomeTo("crossroads"), into));
const REFUSED = sealed("refused", (into) => {
  const { clientNonce } = GUEST_JOIN;
  return encodeRefused({ clientNonce, reason: "server_busy", retryAfterMs: 9 }, into);
});
const INPUT = sealed("input", (into) => {
  const batch = new InputBatch();
  batch.newestSeq = 9;
  batch.snapshotTick = 5;
  batch.count = 2;
  batch.throttle[0] = 100;
  batch.throttle[1] = 100;
  return encodeInput(batch, into);
});
const PING = sealed("ping", (into) => encodePing({ time: 1 }, into));
const LEFT = sealed("left", (into) => encodeLeft({ reason: "idle" }, into));
const MESSAGE = sealed("message", (into) => encodeReliable({ number: 1, text: "{}" }, into));
const MOVED = sealed("moved", (into) => {
  return encodeMoved({ host: "h", port: 1, matchId: "m", token: "t" }, into);
});
const SNAPSHOT = sealed("snapshot", (into) => {
  const prefix = Object.assign(new SnapshotPrefix(), { tick: 9, partCount: 2, partIndex: 1 });
  const at = encodeSnapshotPrefix(prefix, into);
  into[at] = 0;
  return at + 1;
});

const REJECTS: readonly [
  name: string,
  sender: Sender,
  datagram: Uint8Array,
  reason: WireRefusal,
][] = [
  ["nothing", "client", new Uint8Array(0), "truncated"],
  ["1201 bytes", "client", grown(JOIN, "00"), "too_long"],
  ["another mark", "client", patched(PING, [0, "7b"]), "bad_mark"],
  ["an unknown type", "client", patched(PING, [1, "7f"]), "unknown_type"],
  ["a type of the other side", "server", PING, "unknown_type"],
  ["PING without a connection", "client", patched(PING, [2, "00000000"]), "bad_connection"],
  ["HELLO with a connection", "client", patched(HELLO, [2, "01"]), "bad_connection"],
  ["HELLO with an ack", "client", patched(HELLO, [8, "01"]), "bad_connection"],
  ["HELLO of another version", "client", patched(HELLO, [14, "02"]), "unsupported_version"],
  ["HELLO of 511 bytes", "client", HELLO.subarray(0, 511), "truncated"],
  ["HELLO of 513 bytes", "client", grown(HELLO, "00"), "trailing_bytes"],
  ["HELLO with something in its padding", "client", patched(HELLO, [400, "01"]), "bad_padding"],
  ["JOIN of another version", "client", patched(JOIN, [14, "02"]), "unsupported_version"],
  ["JOIN of 1199 bytes", "client", JOIN.subarray(0, 1_199), "truncated"],
  ["JOIN of an unknown kind", "client", patched(JOIN, [71, "03"]), "out_of_range"],
  ["JOIN without a player id", "client", patched(JOIN, [72, "00"]), "out_of_range"],
  [
    "JOIN with 65 characters",
    "client",
    patched(JOIN, [72, `41${"61".repeat(65)}`]),
    "out_of_range",
  ],
  ["JOIN with a player id that is no UTF-8", "client", patched(JOIN, [73, "ff"]), "bad_text"],
  ["JOIN with a long length", "client", patched(JOIN, [72, "8200"]), "bad_varint"],
  ["JOIN with something in its padding", "client", patched(JOIN, [1_199, "01"]), "bad_padding"],
  ["JOIN with an empty token", "client", patched(TOKEN_JOIN, [72, "00"]), "out_of_range"],
  ["JOIN with a token of 901 bytes", "client", patched(TOKEN_JOIN, [72, "8507"]), "out_of_range"],
  ["WELCOME with unknown flags", "server", patched(WELCOME, [91, "02"]), "unknown_flags"],
  ["WELCOME with 9 Hz", "server", patched(WELCOME, [82, "09"]), "out_of_range"],
  ["WELCOME with 61 Hz", "server", patched(WELCOME, [82, "3d"]), "out_of_range"],
  ["WELCOME with no snapshots", "server", patched(WELCOME, [83, "00"]), "out_of_range"],
  ["WELCOME with a slot that is none", "server", patched(WELCOME, [88, "0a"]), "out_of_range"],
  ["WELCOME with 101 slots", "server", patched(WELCOME, [89, "65"]), "out_of_range"],
  ["WELCOME with no team", "server", patched(WELCOME, [90, "00"]), "out_of_range"],
  ["WELCOME that is cut", "server", WELCOME.subarray(0, 60), "truncated"],
  ["WELCOME with more", "server", grown(WELCOME, "00"), "trailing_bytes"],
  ["REFUSED for no reason", "server", patched(REFUSED, [23, "0b"]), "out_of_range"],
  ["REFUSED with more", "server", grown(REFUSED, "00"), "trailing_bytes"],
  ["INPUT with 33 inputs", "client", patched(INPUT, [14, "2105002100"]), "out_of_range"],
  ["INPUT with more inputs than there were", "client", patched(INPUT, [14, "01"]), "out_of_range"],
  ["INPUT with a view before any", "client", patched(INPUT, [16, "06"]), "out_of_range"],
  ["INPUT with a long varint", "client", patched(INPUT, [14, "8900"]), "bad_varint"],
  ["INPUT with -128", "client", patched(INPUT, [18, "0001"]), "out_of_range"],
  ["INPUT with bits left over", "client", patched(INPUT, [INPUT.length - 9, "84"]), "bad_padding"],
  ["INPUT with a repetition in full", "client", repetition(), "not_canonical"],
  ["INPUT without a tag", "client", INPUT.subarray(0, 21), "truncated"],
  ["PING that is cut", "client", PING.subarray(0, PING.length - 1), "truncated"],
  ["PING with more", "client", grown(PING, "00"), "trailing_bytes"],
  ["LEFT for no reason", "server", patched(LEFT, [14, "06"]), "out_of_range"],
  ["MESSAGE number 0", "client", patched(MESSAGE, [14, "00"]), "out_of_range"],
  ["MESSAGE that is no UTF-8", "client", patched(MESSAGE, [16, "c0"]), "bad_text"],
  ["MESSAGE without text", "client", patched(MESSAGE, [15, "00"]).slice(0, 24), "out_of_range"],
  ["MOVED to port 0", "server", patched(MOVED, [16, "0000"]), "out_of_range"],
  ["SNAPSHOT with unknown flags", "server", patched(SNAPSHOT, [14, "02"]), "unknown_flags"],
  ["SNAPSHOT of tick 0", "server", patched(SNAPSHOT, [15, "00"]), "out_of_range"],
  ["SNAPSHOT before its baseline", "server", patched(SNAPSHOT, [16, "09"]), "out_of_range"],
  ["SNAPSHOT in one part", "server", patched(SNAPSHOT, [17, "0001"]), "not_canonical"],
  ["SNAPSHOT in 65 parts", "server", patched(SNAPSHOT, [17, "0041"]), "out_of_range"],
  ["SNAPSHOT with a part beyond", "server", patched(SNAPSHOT, [17, "0202"]), "out_of_range"],
  ["SNAPSHOT too fast", "server", patched(grown(SNAPSHOT, "0000"), [21, "ffff03"]), "out_of_range"],
  ["SNAPSHOT without a body", "server", SNAPSHOT.subarray(0, 30), "truncated"],
];

const ARENA_REJECTS: readonly [name: string, hex: string, reason: WireRefusal][] = [
  ["without a name", "00" + "c0843d" + "0a0a" + "00", "out_of_range"],
  ["with a name in capitals", "0141" + "c0843d" + "0a0a" + "00", "out_of_range"],
  ["with no unit", "0161" + "00" + "0a0a" + "00", "out_of_range"],
  ["of 9 m", "0161" + "c0843d" + "0a09" + "00", "out_of_range"],
  ["with a wall outside", "0161" + "c0843d" + "0b0a" + "01" + "0a010201", "out_of_range"],
  ["with a wall of no width", "0161" + "c0843d" + "0b0a" + "01" + "01010001", "out_of_range"],
  ["with 1001 walls", "0161" + "c0843d" + "0b0a" + "e907", "out_of_range"],
  ["in a unit that is too small", "0161" + "a0c21e" + "1616" + "00", "not_canonical"],
  ["that is cut", "0161" + "c0843d" + "0b0a" + "01" + "0101", "truncated"],
  ["with more", "0161" + "c0843d" + "0b0a" + "00" + "00", "trailing_bytes"],
];

/** What is to be refused, and why. */
export function rejectVectors(): VectorFile {
  return {
    name: "rejects",
    about: "Malformed datagrams, arenas and bodies of snapshots, each with its reason.",
    cases: [
      ...REJECTS.map(([name, sender, datagram, reason]): VectorCase => ({
        name: `Refused: ${name}`,
        request: { op: "decode", sender, datagram: datagram.toHex() },
        response: { ok: false, reason },
      })),
      ...ARENA_REJECTS.map(([name, bytes, reason]): VectorCase => ({
        name: `Refused: an arena ${name}`,
        request: { op: "arena", bytes },
        response: { ok: false, reason },
      })),
      ...bodyRejects(),
    ],
  };
}

function patched(datagram: Uint8Array, [offset, hex]: Patch): Uint8Array {
  const bytes = datagram.slice();
  bytes.set(Uint8Array.fromHex(hex), offset);
  return bytes;
}

function grown(datagram: Uint8Array, hex: string): Uint8Array {
  return Uint8Array.fromHex(datagram.toHex() + hex);
}

/** The same input twice, the second without the bit that says so. */
function repetition(): Uint8Array {
  const start = INPUT.subarray(0, 18).toHex();
  // Twice 34 bits: 0, throttle 1, turn 0, turret 0, fire 0.
  const bits = `0${"10000000"}${"0".repeat(25)}`.repeat(2).padEnd(72, "0");
  const bytes = bits.match(/.{8}/g)?.map((byte) => parseInt([...byte].reverse().join(""), 2)) ?? [];
  return Uint8Array.fromHex(start + Uint8Array.from(bytes).toHex() + "00".repeat(8));
}
