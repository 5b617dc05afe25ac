import { Rng } from "../../core/rng.ts";
import { breakUtf8, concat, damageBytes, randomBytes, sprinkle } from "./byte_damage.ts";
import { breakEveryField, damageFields } from "./field_damage.ts";
import {
  AUTH_MESSAGES,
  GAME_MESSAGES,
  ofSomePlayer,
  type RawFields,
  TELNET_LINES,
  writeFields,
} from "./valid_messages.ts";

/** Where hostile bytes go: to auth's lines, to the game server's lines, or into its datagrams. */
export type Target = "auth_line" | "game_line" | "datagram";

const LINE_BYTES_MAX = 8_192;
const DATAGRAM_BYTES_MAX = 1_200;
/** What UDP carries over IPv4. */
const UDP_PAYLOAD_BYTES_MAX = 65_507;
/** Deep enough to end a parser that calls itself. */
const NESTING_MAX = 4_000;
const BINARY_MAGIC = 0xb1;

const encoder = new TextEncoder();

interface Corpus {
  readonly messages: readonly RawFields[];
  readonly texts: readonly string[];
  /** The longest that is taken. */
  readonly bytesMax: number;
  /** The longest that can be sent. */
  readonly sendableMax: number;
}

const CORPORA: Readonly<Record<Target, Corpus>> = {
  auth_line: {
    messages: AUTH_MESSAGES,
    texts: [],
    bytesMax: LINE_BYTES_MAX,
    sendableMax: 4 * LINE_BYTES_MAX,
  },
  game_line: {
    messages: GAME_MESSAGES,
    texts: TELNET_LINES,
    bytesMax: LINE_BYTES_MAX,
    sendableMax: 4 * LINE_BYTES_MAX,
  },
  datagram: {
    messages: GAME_MESSAGES,
    texts: TELNET_LINES,
    bytesMax: DATAGRAM_BYTES_MAX,
    sendableMax: UDP_PAYLOAD_BYTES_MAX,
  },
};

type Attack = (corpus: Corpus, rng: Rng) => Uint8Array;

/** Each with its weight. What is well formed is there too, or hostile bytes would meet empty matches. */
const ATTACKS: readonly (readonly [weight: number, attack: Attack])[] = [
  [8, (corpus, rng) => validBytes(corpus, rng)],
  [10, (_corpus, rng) => randomBytes(rng.below(300), rng)],
  [24, damagedBytes],
  [24, damagedFields],
  [8, (corpus, rng) => breakUtf8(validBytes(corpus, rng), rng)],
  [4, (_corpus, rng) => concat(Uint8Array.of(BINARY_MAGIC), randomBytes(rng.below(120), rng))],
  [3, nested],
  [4, (corpus, rng) => sprinkle(validBytes(corpus, rng), [0], rng)],
  [4, (corpus, rng) => sprinkle(validBytes(corpus, rng), [0x0a, 0x0d, 0x0d, 0x20], rng)],
  [3, (_corpus, rng) => encoder.encode(rng.pick(["", " ", "\t", "\0", "\0\0 \0", "\r", "\ufeff"]))],
  [2, atTheLimit],
  [1, oversize],
];

const WEIGHT_SUM = ATTACKS.reduce((sum, [weight]) => sum + weight, 0);

/** A seeded source of bytes that no client should send: the same seed gives the same bytes. */
export class HostileBytes {
  readonly #corpus: Corpus;
  readonly #rng: Rng;
  /** What is to be sent once, before everything else is random. */
  readonly #systematic: Iterator<RawFields>;

  /** Bytes for one target. @param options `seed`: any integer */
  constructor(target: Target, options: { readonly seed: number }) {
    this.#corpus = CORPORA[target];
    this.#rng = new Rng(options.seed);
    this.#systematic = breakEveryField(this.#corpus.messages)[Symbol.iterator]();
  }

  /**
   * The next ones; never longer than can be sent. They may hold newlines. Every third is a message
   * with one field broken, until each has been broken in each way.
   */
  next(): Uint8Array {
    const broken = this.#rng.below(3) === 0 ? this.#systematic.next() : undefined;
    const bytes = broken === undefined || broken.done
      ? this.#attack()
      : encoder.encode(writeFields(broken.value));
    return bytes.subarray(0, this.#corpus.sendableMax);
  }

  #attack(): Uint8Array {
    let at = this.#rng.below(WEIGHT_SUM);
    const found = ATTACKS.find(([weight]) => (at -= weight) < 0);
    return found?.[1](this.#corpus, this.#rng) ?? new Uint8Array(0);
  }
}

function validMessage(corpus: Corpus, rng: Rng): RawFields {
  return ofSomePlayer(rng.pick(corpus.messages) ?? [], rng);
}

function validBytes(corpus: Corpus, rng: Rng): Uint8Array {
  const isText = corpus.texts.length > 0 && rng.below(3) === 0;
  const text = isText ? rng.pick(corpus.texts) ?? "" : writeFields(validMessage(corpus, rng));
  return encoder.encode(text);
}

function damagedBytes(corpus: Corpus, rng: Rng): Uint8Array {
  let bytes = validBytes(corpus, rng);
  for (let left = 1 + rng.below(4); left > 0; left--) {
    bytes = damageBytes(bytes, validBytes(corpus, rng), rng);
  }
  return bytes;
}

function damagedFields(corpus: Corpus, rng: Rng): Uint8Array {
  let message = validMessage(corpus, rng);
  for (let left = 1 + rng.below(3); left > 0 && message.length > 0; left--) {
    message = damageFields(message, rng);
  }
  return encoder.encode(writeFields(message));
}

/** Arrays or objects in one another, closed or not, alone or as a field. */
function nested(corpus: Corpus, rng: Rng): Uint8Array {
  const [open, close] = rng.below(2) === 0 ? ["[", "]"] as const : ['{"a":', "}"] as const;
  const depthMax = Math.min(NESTING_MAX, Math.floor(corpus.bytesMax / (open.length + 1)) - 32);
  const depth = 1 + rng.below(depthMax);
  const isClosed = rng.below(3) !== 0;
  const text = `${open.repeat(depth)}1${isClosed ? close.repeat(depth) : ""}`;
  return encoder.encode(rng.below(2) === 0 ? text : `{"action":"ping","t":${text}}`);
}

/** A message blown up to a byte below, at or above the longest that is taken. */
function atTheLimit(corpus: Corpus, rng: Rng): Uint8Array {
  const size = corpus.bytesMax - 1 + rng.below(3);
  const message = encoder.encode(writeFields([['"pad"', '""'], ...validMessage(corpus, rng)]));
  const padding = new Uint8Array(Math.max(0, size - message.length)).fill(0x78);
  const start = '{"pad":"'.length;
  return concat(message.subarray(0, start), padding, message.subarray(start));
}

function oversize(corpus: Corpus, rng: Rng): Uint8Array {
  const { bytesMax, sendableMax } = corpus;
  const bytes = randomBytes(bytesMax + 1 + rng.below(sendableMax - bytesMax), rng);
  // Half of them without a newline anywhere.
  return rng.below(2) === 0 ? bytes : bytes.map((byte) => byte & 0x5f | 0x40);
}
