import { assert, assertEquals, assertRejects } from "@std/assert";
import { findModuleFiles } from "./module_files.ts";

const ROOT = new URL("../", import.meta.url);

Deno.test("findModuleFiles follows imports, texts, adapters, and Workers with what they import", async () => {
  const folder = await Deno.makeTempDir();
  const root = new URL(`file://${await Deno.realPath(folder)}/`);
  const files = {
    "a/main.ts": 'import "../b/one.ts";\nawait import("./late.ts");\n',
    "a/late.ts": 'import text from "./text.css" with { type: "text" };\nconsole.log(text);\n',
    "a/text.css": "p {}",
    "b/one.ts":
      'new Worker(\n  new URL("./worker.ts", import.meta.url), {\n    type: "module" });\n',
    "b/worker.ts":
      'import "./inner.ts";\nnew Worker(new URL("../c/second.ts", import.meta.url), { type: "module" });\n',
    "b/inner.ts": "export {};\n",
    "c/second.ts": 'import "../b/one.ts";\n',
    "c/stranger.ts": "export {};\n",
    "c/types.ts": "export type T = string;\n",
  };
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(new URL("./", new URL(path, root)), { recursive: true });
      await Deno.writeTextFile(new URL(path, root), text);
    }
    const found = await findModuleFiles("a/main.ts", root);
    assertEquals(found.workers, ["b/worker.ts", "c/second.ts"]);
    const rest = Object.keys(files).filter((path) => !/stranger|types/.test(path));
    assertEquals(found.all, rest.toSorted());
    await Deno.remove(new URL("b/inner.ts", root));
    await assertRejects(() => findModuleFiles("a/main.ts", root), Error, "inner.ts");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("findModuleFiles finds the Workers and the page that services start with", async () => {
  const { all, workers } = await findModuleFiles("status-worker/main.ts", ROOT);
  assert(workers.includes("core/ports/sqlite_event_log_worker.ts"), workers.join());
  assert(all.includes("status-worker/page/status_page.css"));
  const game = await findModuleFiles("game/main.ts", ROOT);
  assert(game.workers.includes("core/net/udp_worker.ts"), game.workers.join());
  assertEquals(all.filter((path) => path.startsWith("auth/") || path.startsWith("game/")), []);
});
