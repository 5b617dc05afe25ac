import { assert, assertEquals } from "@std/assert";
import { readSources } from "./source_reader.ts";

Deno.test("readSources gives every file by its path, with text where a rule looks at it", async () => {
  const sources = await readSources(new URL("./", import.meta.url));
  assertEquals([...sources.keys()], [...sources.keys()].toSorted());
  assert(sources.get("source_reader_test.ts")?.includes("readSources gives every file"));
});

Deno.test("readSources leaves out dot-folders and what git ignores, and reads no other text", async () => {
  const root = new URL("../../", import.meta.url);
  const sources = await readSources(root);
  const skipped = /^(?:\.[^/]*|data|dist|coverage|node_modules)\//;
  assertEquals([...sources.keys()].filter((path) => skipped.test(path)), []);
  assertEquals(sources.get(".gitignore"), "");
  assert(sources.get("deno.json")?.includes('"imports"'));
});
