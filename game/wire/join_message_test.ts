import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeArenaPart } from "./arena_message.ts";
import { encodeChallenge, encodeHello, HELLO_BYTES, NONCE_BYTES } from "./hello_message.ts";
import { encodeJoin, JOIN_BYTES, type JoinMessage } from "./join_message.ts";
import { encodeMoved } from "./moved_message.ts";
import { encodePath } from "./path_message.ts";
import { encodeRefused, JOIN_REFUSALS } from "./refused_message.ts";
import { encodeReliable } from "./reliable_message.ts";

const NONCE = new Uint8Array(NONCE_BYTES);
const GUEST: JoinMessage = {
  clientNonce: NONCE,
  challengeToken: new Uint8Array(16),
  clientPublicKey: new Uint8Array(32),
  credential: { kind: "guest" },
  playerId: "p1",
  matchId: "",
  mode: "",
};

Deno.test("No answer to HELLO is longer than HELLO", () => {
  const into = new Uint8Array(1_200);
  assertEquals(encodeHello({ clientNonce: NONCE }, into), HELLO_BYTES);
  const challenge = { clientNonce: NONCE, challengeToken: new Uint8Array(16) };
  assert(encodeChallenge(challenge, into) < HELLO_BYTES);
  for (const reason of JOIN_REFUSALS) {
    assert(encodeRefused({ clientNonce: NONCE, reason, retryAfterMs: 0xffff }, into) < HELLO_BYTES);
  }
  assertEquals(encodeJoin(GUEST, into), JOIN_BYTES);
});

const TOO_MUCH: readonly [name: string, encode: (into: Uint8Array) => number][] = [
  ["a short nonce", (into) => encodeHello({ clientNonce: new Uint8Array(7) }, into)],
  ["no player id", (into) => encodeJoin({ ...GUEST, playerId: "" }, into)],
  ["a player id of 65", (into) => encodeJoin({ ...GUEST, playerId: "p".repeat(65) }, into)],
  ["a match id of 65 bytes", (into) => encodeJoin({ ...GUEST, matchId: "m".repeat(65) }, into)],
  ["a mode of 33 bytes", (into) => encodeJoin({ ...GUEST, mode: "m".repeat(33) }, into)],
  ["no token", (into) => encodeJoin({ ...GUEST, credential: { kind: "token", token: "" } }, into)],
  ["a token of 901 bytes", (into) => {
    return encodeJoin({ ...GUEST, credential: { kind: "token", token: "t".repeat(901) } }, into);
  }],
  ["more than fits one JOIN", (into) => {
    const credential = { kind: "token", token: "t".repeat(900) } as const;
    return encodeJoin({ ...GUEST, credential, playerId: "𝄞".repeat(64) }, into);
  }],
  ["a negative wait", (into) => {
    return encodeRefused({ clientNonce: NONCE, reason: "server_busy", retryAfterMs: -1 }, into);
  }],
  ["message 0", (into) => encodeReliable({ number: 0, text: "{}" }, into)],
  [
    "a message of 1101 bytes",
    (into) => encodeReliable({ number: 1, text: "x".repeat(1_101) }, into),
  ],
  ["port 0", (into) => encodeMoved({ host: "h", port: 0, matchId: "m", token: "t" }, into)],
  ["short path data", (into) => encodePath({ data: new Uint8Array(7) }, into)],
  ["no part of an arena", (into) => encodeArenaPart({ offset: 0, bytes: new Uint8Array() }, into)],
  ["a part past the end", (into) => {
    return encodeArenaPart({ offset: 20_480, bytes: new Uint8Array(1) }, into);
  }],
];

for (const [name, encode] of TOO_MUCH) {
  Deno.test(`Encoding refuses ${name}`, () => {
    assertThrows(() => encode(new Uint8Array(1_200)), RangeError);
  });
}
