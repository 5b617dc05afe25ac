import { assertEquals } from "@std/assert";
import { openSqliteFile, SQLITE_IN_MEMORY, sqliteCode } from "./sqlite_file.ts";

const OPENER = `
  import { openSqliteFile } from "${import.meta.resolve("./sqlite_file.ts")}";
  self.onmessage = ({ data: { path, shared, count } }) => {
    const ready = new Int32Array(shared);
    if (Atomics.add(ready, 0, 1) < count - 1) Atomics.wait(ready, 1, 0);
    Atomics.store(ready, 1, 1);
    Atomics.notify(ready, 1);
    try {
      openSqliteFile({ path, fullSync: false }).close();
      self.postMessage("opened");
    } catch (error) {
      self.postMessage(error.message);
    }
  };`;

function ask(worker: Worker, request: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.postMessage(request);
  });
}

// Without its second attempts, some of these find the file locked in most runs.
Deno.test("openSqliteFile opens a new file for many at once", async () => {
  const folder = await Deno.makeTempDir();
  const count = 4;
  const url = `data:application/javascript,${encodeURIComponent(OPENER)}`;
  const workers = Array.from({ length: count }, () => new Worker(url, { type: "module" }));
  for (let round = 0; round < 30; round++) {
    const request = { path: `${folder}/${round}.sqlite`, shared: new SharedArrayBuffer(8), count };
    const answers = await Promise.all(workers.map((worker) => ask(worker, request)));
    assertEquals(answers, workers.map(() => "opened"));
  }
  for (const worker of workers) worker.terminate();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sqliteCode finds SQLite's code and nothing else", () => {
  const database = openSqliteFile({ path: SQLITE_IN_MEMORY, fullSync: false });
  const codeOf = (sql: string): number | undefined => {
    try {
      database.prepare(sql).run();
    } catch (error) {
      return sqliteCode(error);
    }
    return undefined;
  };
  codeOf("CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT NOT NULL UNIQUE)");
  codeOf("INSERT INTO a VALUES (1, 'x')");
  assertEquals(codeOf("INSERT INTO a VALUES (1, 'y')"), 1555);
  assertEquals(codeOf("INSERT INTO a VALUES (2, 'x')"), 2067);
  assertEquals(codeOf("INSERT INTO a VALUES (2, NULL)"), 1299);
  for (const other of [new Error("other"), "text", undefined]) {
    assertEquals(sqliteCode(other), undefined);
  }
  database.close();
});
