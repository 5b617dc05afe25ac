import { assert, assertEquals } from "@std/assert";
import { LineFramer } from "../../core/net/line_framer.ts";
import { tryDecodeUtf8 } from "../../core/net/utf8.ts";
import { Rng } from "../../core/rng.ts";
import { unreachable } from "../../core/unreachable.ts";
import {
  type ClientMessage,
  parseMessage,
  PLAYER_ID_LENGTH_MAX,
} from "../../game/wire/json_message.ts";
import { refusalReply } from "../../game/wire/json_reply.ts";
import { concat } from "./byte_damage.ts";
import { HostileBytes } from "./hostile_bytes.ts";
import { fuzzTimes, openSeed } from "./seed.ts";

const FRAMER_CASES = 20_000 * fuzzTimes();
const PARSER_CASES = 20_000 * fuzzTimes();
const LINE_BYTES_MAX = 8_192;
/** Lines that are framed together. */
const STREAM_LINES = 20;

Deno.test("LineFramer never throws, and gives of hostile bytes what their newlines say", () => {
  const seed = openSeed("LineFramer");
  const rng = new Rng(seed);
  const hostile = new HostileBytes("game_line", { seed });
  for (let round = 0; round < FRAMER_CASES / STREAM_LINES; round++) {
    const newline = Uint8Array.of(0x0a);
    const lines = Array.from({ length: STREAM_LINES }, () => hostile.next());
    const stream = concat(...lines.flatMap((line) => [line, newline]));
    const framed = frame(stream, rng);
    // A comparison by hand: assertEquals takes a hundred times as long for the same.
    assert(isSame(framed, splitPlainly(stream)), `seed ${seed}, round ${round}`);
  }
});

Deno.test("parseMessage never throws, and lets through only what keeps its bounds", () => {
  const seed = openSeed("parseMessage");
  const hostile = new HostileBytes("datagram", { seed });
  const decoder = new TextDecoder();
  let accepted = 0;
  for (let round = 0; round < PARSER_CASES; round++) {
    const bytes = hostile.next();
    // What is no UTF-8 never gets there; here it does, as text with replacement characters.
    const parsed = parseMessage(tryDecodeUtf8(bytes) ?? decoder.decode(bytes));
    if (parsed.ok) {
      accepted++;
      assert(keepsBounds(parsed.message), `seed ${seed}, round ${round}: ${parsed.message.action}`);
    } else {
      const reply = refusalReply(parsed);
      if (reply !== undefined) assertEquals(JSON.parse(reply).status, "error");
    }
  }
  assert(accepted > PARSER_CASES / 20, `only ${accepted} messages were let through`);
});

/** Through a framer, in pieces of random sizes; `undefined` stands for a line that was too long. */
function frame(stream: Uint8Array, rng: Rng): (Uint8Array | undefined)[] {
  const framer = new LineFramer({ lineBytesMax: LINE_BYTES_MAX });
  const lines: (Uint8Array | undefined)[] = [];
  for (let at = 0; at < stream.length;) {
    const size = 1 + rng.below(rng.below(4) === 0 ? 3 : 4_096);
    for (const framed of framer.push(stream.subarray(at, at + size))) {
      lines.push(framed.kind === "line" ? framed.bytes : undefined);
    }
    assert(framer.heldBytes <= LINE_BYTES_MAX + 1);
    at += size;
  }
  return lines;
}

/** The rule, without a word on pieces. */
function splitPlainly(stream: Uint8Array): (Uint8Array | undefined)[] {
  const lines: (Uint8Array | undefined)[] = [];
  for (let start = 0; start < stream.length;) {
    const end = stream.indexOf(0x0a, start);
    const line = stream.subarray(start, end - (stream[end - 1] === 0x0d && end > start ? 1 : 0));
    if (line.length > LINE_BYTES_MAX) return [...lines, undefined];
    lines.push(line);
    start = end + 1;
  }
  return lines;
}

function isSame(
  left: readonly (Uint8Array | undefined)[],
  right: readonly (Uint8Array | undefined)[],
): boolean {
  return left.length === right.length && left.every((line, index) => {
    const other = right[index];
    if (line === undefined || other === undefined) return line === other;
    return line.length === other.length && line.every((byte, at) => byte === other[at]);
  });
}

function keepsBounds(message: ClientMessage): boolean {
  const isPlayerId = "playerId" in message
    ? message.playerId.length > 0 && [...message.playerId].length <= PLAYER_ID_LENGTH_MAX
    : true;
  return isPlayerId && hasGoodFields(message);
}

function hasGoodFields(message: ClientMessage): boolean {
  switch (message.action) {
    case "join_game":
      return [message.token, message.matchId, message.mode, message.challenge]
        .every((text) => text === undefined || typeof text === "string");
    case "move":
      return Number.isFinite(message.xM) && Number.isFinite(message.yM);
    case "input":
      return [message.throttle, message.turn, message.turretRad ?? 0].every(Number.isFinite) &&
        Number.isSafeInteger(message.seq) && message.seq >= 0 && typeof message.fire === "boolean";
    case "ack":
      return Number.isSafeInteger(message.tick) && message.tick >= 0;
    case "ping":
      return ["string", "number", "object"].includes(typeof message.t);
    case "shoot":
    case "leave_game":
    case "login":
      return true;
    default:
      return unreachable(message);
  }
}
