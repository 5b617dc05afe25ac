import { assertEquals } from "@std/assert";
import { ConfigReader, type Env } from "./config.ts";
import { describeVariables, listVariables } from "./variable_list.ts";

function parse(env: Env): void {
  const reader = new ConfigReader(env);
  reader.port("PORT", 8080);
  reader.text("NAME", "x", { lengthMax: 9 });
  reader.boolean("LOUD", false);
  reader.choice("COLOUR", "red", ["red", "blue"]);
  if (reader.optional("HOST") !== undefined) reader.integer("TRIES", 3, { min: 1, max: 5 });
  reader.port("PORT", 1);
}

Deno.test("listVariables has each setting once, and those behind a sample", () => {
  const names = (samples?: ReadonlyMap<string, string>): string[] =>
    listVariables(parse, samples).map(({ name }) => name);
  assertEquals(names(), ["PORT", "NAME", "LOUD", "COLOUR", "HOST"]);
  assertEquals(names(new Map([["HOST", "h"]])), [
    ...["PORT", "NAME", "LOUD", "COLOUR", "HOST", "TRIES"],
  ]);
});

Deno.test("describeVariables shows name, default and range, one below the other", () => {
  assertEquals(describeVariables(listVariables(parse)), [
    "PORT    8080   0..65535",
    "NAME    x      text of at most 9 characters",
    "LOUD    false  true or false",
    "COLOUR  red    one of red, blue",
    "HOST    -      text",
  ]);
});
