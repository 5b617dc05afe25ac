import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runOperator } from "./run.ts";

interface Run {
  readonly code: number;
  readonly written: string;
  readonly said: string;
}

async function run(
  line: string,
  env: Readonly<Record<string, string>>,
  input = "",
): Promise<Run> {
  let [written, said] = ["", ""];
  const chunks = [new TextEncoder().encode(input)];
  const code = await runOperator({
    args: line.split(" "),
    env: new Map(Object.entries(env)),
    source: {
      isTerminal: () => false,
      setRaw: () => {},
      read: (bytes) => {
        const chunk = chunks.shift();
        if (chunk === undefined) return Promise.resolve(null);
        bytes.set(chunk);
        return Promise.resolve(chunk.length);
      },
      say: (text) => void (said += text),
    },
    write: (text) => void (written += text),
  });
  return { code, written, said };
}

Deno.test("Operator's command names the database that the variables name, and makes its tables", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tanks-operator-" });
  const env = { DATA_DIR: folder };
  const named = `Database: ${folder}/tanks.sqlite\n`;
  try {
    await Deno.create(`${folder}/tanks.sqlite`).then((file) => file.close());
    assertEquals(await run("list", env), { code: 0, written: "none\n", said: named });
    const created = await run("create Alice", env, "tank-battle-3\n");
    assertEquals(created, { code: 0, written: "created Alice\n", said: named });
    const listed = await run("list --json", env);
    assertEquals(JSON.parse(listed.written)[0].username, "Alice");
    const taken = await run("create ALICE", env, "tank-battle-3\n");
    assertEquals(taken, {
      code: 1,
      written: "",
      said: `${named}Cannot create ALICE: it is taken\n`,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Operator's command tells bad use, bad settings and a missing database apart", async () => {
  const usage = await run("fly", {});
  assertEquals([usage.code, usage.written], [2, ""]);
  assertStringIncludes(usage.said, "Usage:");
  const settings = await run("list", { DATABASE_URL: "nonsense", AUTH_TCP_PORT: "0" });
  assertEquals(settings.code, 2);
  assertStringIncludes(settings.said, "DATABASE_URL");
  const file = await Deno.makeTempFile();
  const missing = await run("list", { DATA_DIR: file });
  assertEquals([missing.code, missing.written], [1, ""]);
  assert(missing.said.includes(file), missing.said);
  await Deno.remove(file);
});

Deno.test("Operator's command makes no database where there is none", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tanks-operator-" });
  const env = { DATA_DIR: folder };
  try {
    const rotated = await run("rotate-key", env);
    assertEquals([rotated.code, rotated.written], [1, ""]);
    assertStringIncludes(rotated.said, `Cannot open ${folder}/tanks.sqlite: it is not there`);
    const asJson = await run("list --json", env);
    assertEquals([asJson.code, JSON.parse(asJson.written).ok], [1, false]);
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
