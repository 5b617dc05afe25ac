// Long because it is a table: one entry for each message.
import { agreementKeysFrom } from "../../core/net/session_keys.ts";
import { type ArenaShape, encodeArena } from "../../game/wire/arena_blob.ts";
import { tryArena } from "../../game/simulation/built_in_arenas.ts";
import { encodeArenaPart, encodeArenaRequest } from "../../game/wire/arena_message.ts";
import { encodeChallenge, encodeHello } from "../../game/wire/hello_message.ts";
import { encodeInput, InputBatch, INPUTS_MAX } from "../../game/wire/input_message.ts";
import { encodeJoin, type JoinMessage } from "../../game/wire/join_message.ts";
import { encodeLeave, encodeLeft, LEFT_REASONS } from "../../game/wire/leave_message.ts";
import { encodeMoved } from "../../game/wire/moved_message.ts";
import { encodePath } from "../../game/wire/path_message.ts";
import { encodePing, encodePong } from "../../game/wire/ping_message.ts";
import { encodeRefused, JOIN_REFUSALS } from "../../game/wire/refused_message.ts";
import { encodeReliable } from "../../game/wire/reliable_message.ts";
import { encodeWelcome, type WelcomeMessage } from "../../game/wire/welcome_message.ts";
import { meaningOf, meaningOfInput } from "./meaning.ts";
import { casesOf, type Sample } from "./vector_datagram.ts";
import type { VectorCase, VectorFile } from "./vector_file.ts";

const CLIENT_NONCE = Uint8Array.fromHex("c0c1c2c3c4c5c6c7");
const SERVER_NONCE = Uint8Array.fromHex("50515253545556ff");
const CHALLENGE_TOKEN = Uint8Array.fromHex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
const RESUME_TOKEN = Uint8Array.fromHex("00112233445566778899aabbccddeeff");
const CLIENT_KEYS = agreementKeysFrom(new Uint8Array(32).fill(0x11));
const SERVER_KEYS = agreementKeysFrom(new Uint8Array(32).fill(0x22));

/** A JOIN as a guest. */
export const GUEST_JOIN: JoinMessage = {
  clientNonce: CLIENT_NONCE,
  challengeToken: CHALLENGE_TOKEN,
  clientPublicKey: CLIENT_KEYS.publicKey,
  credential: { kind: "guest" },
  playerId: "p1",
  matchId: "",
  mode: "",
};

/** A WELCOME into the arena of that name. @throws Error where there is none */
export function welcomeTo(arenaName: string): WelcomeMessage {
  const arena = encodeArena(builtIn(arenaName));
  return {
    clientNonce: CLIENT_NONCE,
    serverNonce: SERVER_NONCE,
    serverPublicKey: SERVER_KEYS.publicKey,
    resumeToken: RESUME_TOKEN,
    tick: 1_234,
    tickRate: 30,
    snapshotRate: 30,
    timeLimitTicks: 9_000,
    slot: 3,
    slotCount: 10,
    teamMax: 2,
    isResumed: false,
    inputSeq: 0,
    tankId: "tank-3",
    matchId: "match-1",
    arenaBytes: arena.length,
    arenaStart: arena.subarray(0, 900),
  };
}

/** What makes a connection, and the arenas. */
export function handshakeVectors(): VectorFile {
  return {
    name: "handshake",
    about:
      "HELLO to WELCOME or REFUSED, and encoded arenas. The tags are under the key 00 01 … 0f.",
    cases: [
      ...casesOf("client", sample("HELLO", "hello", { clientNonce: CLIENT_NONCE }, encodeHello)),
      ...casesOf(
        "server",
        sample(
          "CHALLENGE",
          "challenge",
          { clientNonce: CLIENT_NONCE, challengeToken: CHALLENGE_TOKEN },
          encodeChallenge,
        ),
      ),
      ...joins(),
      ...welcomes(),
      ...JOIN_REFUSALS.flatMap((reason, index) => {
        const refused = { clientNonce: CLIENT_NONCE, reason, retryAfterMs: index * 257 };
        return casesOf("server", {
          ...sample(`REFUSED, ${reason}`, "refused", refused, encodeRefused),
          message: meaningOf({ ...refused, serverVersion: 1 }),
        });
      }),
      ...arenas(),
    ],
  };
}

function joins(): VectorCase[] {
  const messages: readonly [string, JoinMessage][] = [
    ["a guest", GUEST_JOIN],
    ["a guest into a mode", { ...GUEST_JOIN, playerId: "Иван_丙𝄞", mode: "steppe_war" }],
    ["a token", {
      ...GUEST_JOIN,
      credential: { kind: "token", token: `eyJ.${"t".repeat(896)}` },
      matchId: "m".repeat(64),
    }],
    ["the longest player id", { ...GUEST_JOIN, playerId: "𝄞".repeat(64) }],
    ["a resume", { ...GUEST_JOIN, credential: { kind: "resume", resumeToken: RESUME_TOKEN } }],
  ];
  return messages.flatMap(([name, message]) =>
    casesOf("client", sample(`JOIN with ${name}`, "join", message, encodeJoin))
  );
}

function welcomes(): VectorCase[] {
  const steppe = { ...welcomeTo("steppe"), slotCount: 100, slot: 99, tickRate: 60 };
  const messages: readonly [string, WelcomeMessage][] = [
    ["crossroads", welcomeTo("crossroads")],
    ["the steppe", steppe],
    ["a resume", {
      ...welcomeTo("proving_ground"),
      isResumed: true,
      inputSeq: 70_000,
      tankId: "t".repeat(64),
      matchId: "m".repeat(64),
    }],
    ["a part of an arena", { ...welcomeTo("crossroads"), arenaBytes: 20_480 }],
  ];
  return messages.flatMap(([name, message]) =>
    casesOf("server", sample(`WELCOME to ${name}`, "welcome", message, encodeWelcome))
  );
}

function arenas(): VectorCase[] {
  const uneven: ArenaShape = {
    name: "uneven",
    widthUm: 1_000_000_000,
    heightUm: 10_000_001,
    walls: [{ xUm: 0, yUm: 0, widthUm: 1, heightUm: 10_000_001 }],
  };
  const shapes = ["crossroads", "proving_ground", "steppe"].map(builtIn);
  return [...shapes, uneven].map(({ name, widthUm, heightUm, walls }) => ({
    name: `Arena ${name}`,
    request: { op: "arena", bytes: encodeArena({ name, widthUm, heightUm, walls }).toHex() },
    response: { ok: true, arena: meaningOf({ name, widthUm, heightUm, walls }) },
  }));
}

/** What players do, as INPUT carries it. */
export function inputVectors(): VectorFile {
  const idle = new InputBatch();
  const first = new InputBatch();
  first.newestSeq = 1;
  first.count = 1;
  const held = batchOf(5, () => [127, -127, 65_535, 1]);
  held.snapshotTick = 200;
  held.viewAgeTicks = 4;
  const changing = batchOf(
    INPUTS_MAX,
    (index) => [index - 16, 16 - index, index * 2_111, index & 1],
  );
  changing.newestSeq = 0xffffffff;
  changing.snapshotTick = 0xffffffff;
  changing.viewAgeTicks = 255;
  const turns = batchOf(6, (index) => [0, index >> 1, 300, 0]);
  const batches: readonly [string, InputBatch][] = [
    ["none", idle],
    ["one that holds nothing down", first],
    ["five that are the same", held],
    ["32 that differ", changing],
    ["six, of which some repeat", turns],
  ];
  return {
    name: "inputs",
    about: "INPUT: what it acknowledges, and inputs with their repetitions.",
    cases: batches.flatMap(([name, batch]) =>
      casesOf("client", {
        name: `INPUT with ${name}`,
        type: "input",
        message: meaningOfInput(batch),
        encode: (into) => encodeInput(batch, into),
      })
    ),
  };
}

/** What else is sent within a connection, but for snapshots. */
export function sessionVectors(): VectorFile {
  const path = { data: Uint8Array.fromHex("d0d1d2d3d4d5d6d7") };
  const chat = { number: 1, text: '{"type":"chat","text":"привет"}' };
  const long = { number: 0xffffffff, text: "x".repeat(1_100) };
  const moved = { host: "game-2.example", port: 9_999, matchId: "match-1", token: "eyJ.t" };
  const part = { offset: 900, bytes: new Uint8Array(1_024).fill(0xab) };
  const pong = { time: 0xfedcba98, tick: 77_777, tickPart: 200 };
  return {
    name: "session",
    about: "What is sent within a connection besides INPUT and SNAPSHOT.",
    cases: [
      ...casesOf(
        "client",
        sample("ARENA_REQUEST", "arenaRequest", { offset: 900 }, encodeArenaRequest),
      ),
      ...casesOf("server", sample("ARENA", "arena", part, encodeArenaPart)),
      ...casesOf("client", sample("MESSAGE from a client", "message", chat, encodeReliable)),
      ...casesOf("server", sample("MESSAGE from a server", "message", long, encodeReliable)),
      ...casesOf("client", sample("PING", "ping", { time: 0xfedcba98 }, encodePing)),
      ...casesOf("server", sample("PONG", "pong", pong, encodePong)),
      ...casesOf("client", sample("LEAVE", "leave", {}, (_, into) => encodeLeave(into))),
      ...LEFT_REASONS.flatMap((reason) =>
        casesOf("server", sample(`LEFT, ${reason}`, "left", { reason }, encodeLeft))
      ),
      ...casesOf("server", sample("PATH_CHALLENGE", "pathChallenge", path, encodePath)),
      ...casesOf("client", sample("PATH_RESPONSE", "pathResponse", path, encodePath)),
      ...casesOf("server", sample("MOVED", "moved", moved, encodeMoved)),
    ],
  };
}

function sample<T extends object>(
  name: string,
  type: Sample["type"],
  message: T,
  encode: (message: T, into: Uint8Array) => number,
): Sample {
  return { name, type, message: meaningOf(message), encode: (into) => encode(message, into) };
}

function batchOf(
  count: number,
  inputAt: (index: number) => readonly [number, number, number, number],
): InputBatch {
  const batch = new InputBatch();
  batch.newestSeq = 1_000;
  batch.count = count;
  for (let index = 0; index < count; index++) {
    const [throttle, turn, turret, fire] = inputAt(index);
    batch.throttle[index] = throttle;
    batch.turn[index] = turn;
    batch.turret[index] = turret;
    batch.fire[index] = fire;
  }
  return batch;
}

function builtIn(name: string): ArenaShape {
  const arena = tryArena(name);
  if (arena === undefined) throw new Error(`Cannot make vectors: no arena ${name}`);
  return arena;
}
