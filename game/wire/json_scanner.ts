// Long because it is one scanner, whose steps share a position: split up, each would return two values.
import { TextCache } from "./text_cache.ts";
import { type ClientMessage, PLAYER_ID_LENGTH_MAX } from "./json_message.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const ASCII_MAX = 0x7e;

/** Digits of which an integer below 2^53 is made; more are left to the parser of the platform. */
const DIGITS_MAX = 15;
const POWERS_OF_TEN = Array.from({ length: DIGITS_MAX + 1 }, (_, exponent) => 10 ** exponent);

const SEEN_ACTION = 1;
const SEEN_PLAYER = 2;
const SEEN_POSITION = 4;
const SEEN_SEQ = 8;
const SEEN_THROTTLE = 16;
const SEEN_TURN = 32;
const SEEN_TURRET = 64;
const SEEN_FIRE = 128;
const SEEN_TICK = 256;

const MOVE = SEEN_ACTION | SEEN_PLAYER | SEEN_POSITION;
const SHOOT = SEEN_ACTION | SEEN_PLAYER;
const ACK = SEEN_ACTION | SEEN_PLAYER | SEEN_TICK;
const INPUT = SEEN_ACTION | SEEN_PLAYER | SEEN_SEQ | SEEN_THROTTLE | SEEN_TURN | SEEN_TURRET |
  SEEN_FIRE;
const INPUT_MIN = SEEN_ACTION | SEEN_PLAYER;

/** The keys, with their quotes and colon, the most frequent first. */
const KEYS: readonly { readonly field: number; readonly bytes: Uint8Array }[] = [
  { field: SEEN_ACTION, bytes: bytesOf('"action":') },
  { field: SEEN_PLAYER, bytes: bytesOf('"player_id":') },
  { field: SEEN_POSITION, bytes: bytesOf('"position":') },
  { field: SEEN_SEQ, bytes: bytesOf('"seq":') },
  { field: SEEN_THROTTLE, bytes: bytesOf('"throttle":') },
  { field: SEEN_TURN, bytes: bytesOf('"turn":') },
  { field: SEEN_TURRET, bytes: bytesOf('"turret":') },
  { field: SEEN_FIRE, bytes: bytesOf('"fire":') },
  { field: SEEN_TICK, bytes: bytesOf('"tick":') },
];
const TRUE = bytesOf("true");
const FALSE = bytesOf("false");

/** Thrown to give a message up; made once, because a stack trace costs more than a message. */
const NOT_PLAIN = new Error("Cannot scan message: it is not in the plain form");

/**
 * Reads the messages that a playing client sends many times a second (`move`, `input`, `shoot`, `ack`)
 * from their bytes, four times as fast as decoding and `JSON.parse`. It takes the plain form only: a
 * flat ASCII object without escapes or exponents, with a space after `:` or `,` or none, each field
 * once and none unknown. What it reads, `parseMessage` reads the same; what it does not is undefined
 * and says nothing: ask `parseMessage`.
 */
export class JsonScanner {
  readonly #texts = new TextCache();
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #seen = 0;
  #action = "";
  #playerId = "";
  #xM = 0;
  #yM = 0;
  #seq = 0;
  #throttle = 0;
  #turn = 0;
  #turretRad = 0;
  #fire = false;
  #tick = 0;

  /** The message in `bytes`, or undefined where it is not in the plain form. Never throws. */
  tryScan(bytes: Uint8Array): ClientMessage | undefined {
    this.#bytes = bytes;
    this.#at = 0;
    this.#seen = 0;
    try {
      this.#scanObject();
      return this.#message();
    } catch (error) {
      if (error === NOT_PLAIN) return undefined;
      throw error;
    }
  }

  #scanObject(): void {
    this.#expect(OPEN_OBJECT);
    for (;;) {
      this.#scanField();
      const next = this.#next();
      if (next === CLOSE_OBJECT) break;
      if (next !== COMMA) throw NOT_PLAIN;
      this.#skipSpace();
    }
    if (this.#bytes[this.#at] === NEWLINE) this.#at++;
    if (this.#at !== this.#bytes.length) throw NOT_PLAIN;
  }

  #scanField(): void {
    const field = this.#scanKey();
    // JSON.parse takes the last of two: that is for it to do.
    if ((this.#seen & field) !== 0) throw NOT_PLAIN;
    this.#seen |= field;
    this.#skipSpace();
    switch (field) {
      case SEEN_ACTION:
        this.#action = this.#scanText();
        break;
      case SEEN_PLAYER:
        this.#playerId = this.#scanText();
        break;
      case SEEN_POSITION:
        this.#scanPosition();
        break;
      case SEEN_SEQ:
        this.#seq = this.#scanCount();
        break;
      case SEEN_THROTTLE:
        this.#throttle = this.#scanNumber();
        break;
      case SEEN_TURN:
        this.#turn = this.#scanNumber();
        break;
      case SEEN_TURRET:
        this.#turretRad = this.#scanNumber();
        break;
      case SEEN_FIRE:
        this.#fire = this.#scanBoolean();
        break;
      case SEEN_TICK:
        this.#tick = this.#scanCount();
        break;
    }
  }

  /** The field whose `"key":` comes next. Compared as bytes: a text for each would cost the most. */
  #scanKey(): number {
    for (const { field, bytes } of KEYS) {
      if (!this.#isNext(bytes)) continue;
      this.#at += bytes.length;
      return field;
    }
    throw NOT_PLAIN;
  }

  #isNext(expected: Uint8Array): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    // The second byte tells most keys apart; the first is a quote in all of them.
    if (bytes[start + 1] !== expected[1]) return false;
    for (let index = 0; index < expected.length; index++) {
      if (bytes[start + index] !== expected[index]) return false;
    }
    return true;
  }

  #message(): ClientMessage | undefined {
    const playerId = this.#playerId;
    const seen = this.#seen;
    if (playerId.length === 0 || playerId.length > PLAYER_ID_LENGTH_MAX) return undefined;
    switch (this.#action) {
      case "move":
        return seen === MOVE ? { action: "move", playerId, xM: this.#xM, yM: this.#yM } : undefined;
      case "shoot":
        return seen === SHOOT ? { action: "shoot", playerId } : undefined;
      case "ack":
        return seen === ACK ? { action: "ack", playerId, tick: this.#tick } : undefined;
      case "input": {
        if ((seen & INPUT_MIN) !== INPUT_MIN || (seen & ~INPUT) !== 0) return undefined;
        return {
          action: "input",
          playerId,
          seq: seen & SEEN_SEQ ? this.#seq : 0,
          throttle: seen & SEEN_THROTTLE ? this.#throttle : 0,
          turn: seen & SEEN_TURN ? this.#turn : 0,
          turretRad: seen & SEEN_TURRET ? this.#turretRad : undefined,
          fire: seen & SEEN_FIRE ? this.#fire : false,
        };
      }
      default:
        return undefined;
    }
  }

  #scanPosition(): void {
    this.#expect(OPEN_LIST);
    this.#xM = this.#scanNumber();
    this.#expect(COMMA);
    this.#skipSpace();
    this.#yM = this.#scanNumber();
    this.#expect(CLOSE_LIST);
  }

  #scanText(): string {
    this.#expect(QUOTE);
    const bytes = this.#bytes;
    const start = this.#at;
    let end = start;
    for (; end < bytes.length; end++) {
      const byte = bytes[end] ?? 0;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH || byte < SPACE || byte > ASCII_MAX) throw NOT_PLAIN;
    }
    if (end - start > PLAYER_ID_LENGTH_MAX || end === bytes.length) throw NOT_PLAIN;
    this.#at = end + 1;
    return this.#texts.textOf(bytes, start, end);
  }

  #scanCount(): number {
    const number = this.#scanNumber();
    if (!Number.isInteger(number) || number < 0) throw NOT_PLAIN;
    return number;
  }

  /** A decimal without exponent: an integer over a power of ten, each exact, rounds as JSON.parse. */
  #scanNumber(): number {
    const isNegative = this.#bytes[this.#at] === MINUS;
    if (isNegative) this.#at++;
    const start = this.#at;
    let digits = this.#scanDigits(0);
    const wholeCount = this.#at - start;
    // JSON has no leading zeros.
    if (wholeCount === 0 || (wholeCount > 1 && this.#bytes[start] === ZERO)) throw NOT_PLAIN;
    let fractionCount = 0;
    if (this.#bytes[this.#at] === DOT) {
      const fractionStart = ++this.#at;
      digits = this.#scanDigits(digits);
      fractionCount = this.#at - fractionStart;
      if (fractionCount === 0) throw NOT_PLAIN;
    }
    if (wholeCount + fractionCount > DIGITS_MAX) throw NOT_PLAIN;
    const value = fractionCount === 0 ? digits : digits / (POWERS_OF_TEN[fractionCount] ?? 1);
    return isNegative ? -value : value;
  }

  #scanDigits(before: number): number {
    const bytes = this.#bytes;
    let value = before;
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at] ?? 0;
      if (byte < ZERO || byte > NINE) break;
      value = value * 10 + (byte - ZERO);
    }
    return value;
  }

  #scanBoolean(): boolean {
    const isTrue = this.#bytes[this.#at] === TRUE[0];
    const word = isTrue ? TRUE : FALSE;
    for (const letter of word) this.#expect(letter);
    return isTrue;
  }

  #expect(byte: number): void {
    if (this.#next() !== byte) throw NOT_PLAIN;
  }

  #next(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  #skipSpace(): void {
    if (this.#bytes[this.#at] === SPACE) this.#at++;
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
