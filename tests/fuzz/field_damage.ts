import type { Rng } from "../../core/rng.ts";
import type { RawFields } from "./valid_messages.ts";

/** Texts in the place of a value: of the wrong type or size, at the edge, or no JSON at all. */
export const ODD_VALUES: readonly string[] = [
  ..."null true false 0 -0 1 -1 0.5 1e999 -1e999 1e308 5e-324 9007199254740993".split(" "),
  ...'[] [1] [null,null] [10,20,30] [1e999,0] [[[[[[]]]]]] {} {"a":1}'.split(" "),
  ..."NaN Infinity undefined 01 1. +1 .5 0x10 'x' -".split(" "),
  '["10","20"]',
  '""',
  '" "',
  '"x"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"join_game"',
  String.raw`"\ud800"`,
  String.raw`"\udc00\ud800"`,
  String.raw`"\u0000"`,
  String.raw`"\u202e\u200b"`,
  String.raw`"\x41"`,
  '"\u{1f600}\ufb01\u0130"',
  `"${"x".repeat(64)}"`,
  `"${"\u{1f600}".repeat(65)}"`,
  `"${"x".repeat(3_000)}"`,
  "9".repeat(400),
  `0.${"0".repeat(400)}1`,
  "",
];

/** Keys that mean something to JavaScript, and their values. */
const ODD_KEYS: RawFields = [
  ['"__proto__"', '{"action":"ping"}'],
  ['"__proto__"', "null"],
  ['"constructor"', '{"prototype":{"action":"ping"}}'],
  ['"toString"', '"x"'],
  ['"toJSON"', "1"],
  ['"hasOwnProperty"', "1"],
  ['"length"', "-1"],
  ['"then"', "1"],
  ['""', "1"],
  [String.raw`"\ud800"`, "1"],
  [String.raw`"\u0061ction"`, '"ping"'],
];

/** Every message with every field removed, misspelt, given twice, and of every odd value. */
export function breakEveryField(messages: readonly RawFields[]): RawFields[] {
  return messages.flatMap((message) =>
    message.flatMap((field, index) => {
      const [key, value] = field;
      const before = message.slice(0, index);
      const after = message.slice(index + 1);
      return [
        [...before, ...after],
        [...before, [key.toUpperCase(), value] as const, ...after],
        [...before, field, field, ...after],
        ...ODD_VALUES.flatMap((odd) => [
          [...before, [key, odd] as const, ...after],
          [...message, [key, odd] as const],
        ]),
      ];
    })
  );
}

/** Does one thing to a message's fields. */
export function damageFields(message: RawFields, rng: Rng): RawFields {
  const index = rng.below(message.length);
  const [key, value] = message[index] ?? ['""', "null"];
  const odd = rng.pick(ODD_VALUES) ?? "null";
  switch (rng.below(7)) {
    case 0:
      return message.toSpliced(index, 1);
    case 1:
      return [...message, [key, odd]];
    case 2:
      return [[key, odd], ...message];
    case 3:
      return message.toSpliced(rng.below(message.length + 1), 0, rng.pick(ODD_KEYS) ?? [key, odd]);
    case 4:
      return message.with(index, [odd, value]);
    case 5:
      return message.toReversed();
    default:
      return message.with(index, [key, odd]);
  }
}
