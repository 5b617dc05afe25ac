import { assertEquals, assertRejects } from "@std/assert";
import { SqliteEventLogClient } from "./sqlite_event_log_client.ts";
import type { EventRow } from "./sqlite_event_store.ts";

const ROWS: readonly EventRow[] = [["t", "k", null, 0, "{}"]];

function workerOf(text: string): Worker {
  const url = `data:application/javascript,${encodeURIComponent(text)}`;
  return new Worker(url, { type: "module" });
}

Deno.test("SqliteEventLogClient tells of a worker that died, at once and from then on", async () => {
  const client = new SqliteEventLogClient(
    workerOf(`self.onmessage = () => { throw new Error("out of memory"); };`),
  );
  const asked = [client.append(ROWS), client.groupPosition("t", "g")];
  for (const reply of asked) {
    await assertRejects(() => reply, Error, "Cannot use the event log: its worker died: ");
  }
  await assertRejects(() => client.append(ROWS), Error, "its worker died: ");
  await client.close();
  await assertRejects(() => client.append(ROWS), Error, "its worker died: ");
});

Deno.test("SqliteEventLogClient refuses what is asked after it was closed", async () => {
  const client = new SqliteEventLogClient();
  await client.open({ path: ":memory:" });
  const appended = client.append(ROWS);
  await client.close();
  assertEquals((await appended).oldCount, 0);
  await assertRejects(() => client.append(ROWS), Error, "Cannot use the event log: it is closed");
});

Deno.test("SqliteEventLogClient takes no answer to another question", async () => {
  const client = new SqliteEventLogClient(
    workerOf(`self.onmessage = ({ data: { id } }) =>
      self.postMessage({ id, reply: { kind: "done" } });`),
  );
  await assertRejects(() => client.append(ROWS), Error, "the worker answered done");
  const query = { topic: "t", key: undefined, after: 0, upTo: undefined };
  await assertRejects(() => client.page(query), Error, "the worker answered done");
  await assertRejects(() => client.groupPosition("t", "g"), Error, "the worker answered done");
  await client.close();
});
