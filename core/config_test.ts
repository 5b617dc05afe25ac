import { assertEquals, assertThrows } from "@std/assert";
import { checkTogether, ConfigError, ConfigReader, type Variable } from "./config.ts";

Deno.test("ConfigReader reads each kind, and its fallback where a variable is unset or empty", () => {
  const reader = new ConfigReader(
    new Map([
      ["TEXT", "abc"],
      ["EMPTY", ""],
      ["NUMBER", "-12"],
      ["PORT", "0"],
      ["YES", "TRUE"],
      ["NO", "0"],
      ["COLOUR", "red"],
    ]),
  );
  const range = { min: -100, max: 100 };
  const colours = ["red", "blue"] as const;
  const config = {
    text: reader.text("TEXT", "x"),
    textUnset: reader.text("UNSET", "x"),
    textEmpty: reader.text("EMPTY", "x"),
    optional: reader.optional("TEXT"),
    optionalEmpty: reader.optional("EMPTY"),
    integer: reader.integer("NUMBER", 1, range),
    integerUnset: reader.integer("UNSET", 1, range),
    port: reader.port("PORT", 80),
    yes: reader.boolean("YES", false),
    no: reader.boolean("NO", true),
    booleanUnset: reader.boolean("UNSET", true),
    choice: reader.choice("COLOUR", "blue", colours),
    choiceUnset: reader.choice("UNSET", "blue", colours),
  };
  assertEquals<unknown>(reader.finish(config), {
    text: "abc",
    textUnset: "x",
    textEmpty: "x",
    optional: "abc",
    optionalEmpty: undefined,
    integer: -12,
    integerUnset: 1,
    port: 0,
    yes: true,
    no: false,
    booleanUnset: true,
    choice: "red",
    choiceUnset: "blue",
  });
});

Deno.test("ConfigReader reports every bad variable, by name, range and value", () => {
  const reader = new ConfigReader(
    new Map([
      ["A", "x"],
      ["B", "65536"],
      ["C", "1.5"],
      ["D", "1e3"],
      ["E", "maybe"],
      ["F", "green"],
      ["G", "abcdef"],
    ]),
  );
  reader.port("A", 1);
  reader.port("B", 1);
  reader.integer("C", 1, { min: 0, max: 9 });
  reader.integer("D", 1, { min: 0, max: 9_999 });
  reader.boolean("E", true);
  reader.choice("F", "red", ["red", "blue"]);
  reader.text("G", "x", { lengthMax: 5 });
  const error = assertThrows(() => reader.finish({}), ConfigError);
  assertEquals(error.message.split("\n"), [
    'Cannot read A: must be 0..65535, is "x"',
    'Cannot read B: must be 0..65535, is "65536"',
    'Cannot read C: must be 0..9, is "1.5"',
    'Cannot read D: must be 0..9999, is "1e3"',
    'Cannot read E: must be true or false, is "maybe"',
    'Cannot read F: must be one of red, blue, is "green"',
    'Cannot read G: must have at most 5 characters, is "6 long"',
  ]);
});

Deno.test("ConfigReader tells whoever lists variables what each may be", () => {
  const told: Variable[] = [];
  const env = { get: () => "6", declare: (variable: Variable) => void told.push(variable) };
  new ConfigReader(env).integer("TRIES", 3, { min: 1, max: 9 });
  new ConfigReader(env).optional("NAME");
  assertEquals(told, [
    { name: "TRIES", rule: "1..9", fallback: "3" },
    { name: "NAME", rule: "text", fallback: undefined },
  ]);
});

Deno.test("checkTogether runs every parser, and names each problem once", () => {
  const refuse = (message: string) => (): never => {
    throw new ConfigError(message);
  };
  let runs = 0;
  checkTogether([() => runs++, () => runs++]);
  assertEquals(runs, 2);
  const parsers = [refuse("a\nb"), refuse("b"), refuse("c")];
  assertEquals(assertThrows(() => checkTogether(parsers), ConfigError).message, "a\nb\nc");
  const fault = (): never => {
    throw new TypeError("ours");
  };
  assertThrows(() => checkTogether([refuse("a"), fault]), TypeError, "ours");
});
