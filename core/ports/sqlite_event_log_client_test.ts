import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SqliteEventLogClient } from "./sqlite_event_log_client.ts";
import type { EventRow } from "./sqlite_event_store.ts";

const ROWS: readonly EventRow[] = [["t", "k", null, 0, "{}"]];

function onDeath(reason: string): never {
  throw new Error(reason);
}

function workerOf(text: string): Worker {
  const url = `data:application/javascript,${encodeURIComponent(text)}`;
  return new Worker(url, { type: "module" });
}

Deno.test("SqliteEventLogClient tells of a worker that died, at once and from then on", async () => {
  const deaths: string[] = [];
  const client = new SqliteEventLogClient({
    onDeath: (reason) => void deaths.push(reason),
    worker: workerOf(`self.onmessage = () => { throw new Error("out of memory"); };`),
  });
  const asked = [client.append(ROWS), client.groupPosition("t", "g")];
  for (const reply of asked) {
    await assertRejects(() => reply, Error, "Cannot use the event log: its worker died: ");
  }
  await assertRejects(() => client.append(ROWS), Error, "its worker died: ");
  await client.close();
  await assertRejects(() => client.append(ROWS), Error, "its worker died: ");
  assertEquals(deaths.length, 1);
  assertStringIncludes(deaths[0] ?? "", "its worker died: Uncaught Error: out of memory");
});

Deno.test("SqliteEventLogClient refuses what is asked after it was closed", async () => {
  const client = new SqliteEventLogClient({ onDeath });
  await client.open({ path: ":memory:" });
  const appended = client.append(ROWS);
  await client.close();
  assertEquals((await appended).oldCount, 0);
  await assertRejects(() => client.append(ROWS), Error, "Cannot use the event log: it is closed");
});

Deno.test("SqliteEventLogClient takes no answer to another question", async () => {
  const client = new SqliteEventLogClient({
    onDeath,
    worker: workerOf(`self.onmessage = ({ data: { id } }) =>
      self.postMessage({ id, reply: { kind: "done" } });`),
  });
  await assertRejects(() => client.append(ROWS), Error, "the worker answered done");
  const query = { topic: "t", key: undefined, after: 0, upTo: undefined };
  await assertRejects(() => client.page(query), Error, "the worker answered done");
  await assertRejects(() => client.groupPosition("t", "g"), Error, "the worker answered done");
  await client.close();
});
