import { assertEquals } from "@std/assert";
import type { BinaryConnection } from "./binary_connection.ts";
import { ConnectionTable, ENDED_REMEMBERED_MS } from "./connection_table.ts";
import { openTestConnection } from "./testing.ts";

function openTable(): { readonly table: ConnectionTable; readonly removed: number[] } {
  const removed: number[] = [];
  return { table: new ConnectionTable(({ id }) => removed.push(id)), removed };
}

function tokenOf(byte: number): Uint8Array {
  return new Uint8Array(16).fill(byte);
}

function connectionOf(id: number): BinaryConnection {
  return openTestConnection({ id }).connection;
}

Deno.test("ConnectionTable finds a connection by its id and its token", () => {
  const { table } = openTable();
  const one = connectionOf(1);
  table.add(one, tokenOf(1));
  assertEquals([table.find(1), table.find(2), table.size], [one, undefined, 1]);
  assertEquals(table.findByResumeToken(tokenOf(1)), one);
  assertEquals(table.findByResumeToken(tokenOf(2)), undefined);
});

Deno.test("ConnectionTable takes a used token until the client has been heard with the next one", () => {
  const { table } = openTable();
  table.add(connectionOf(1), tokenOf(1));
  const { connection: two, say } = openTestConnection({ id: 2 });
  table.add(two, tokenOf(2), tokenOf(1));
  assertEquals(table.findByResumeToken(tokenOf(1)), two);
  say();
  assertEquals(table.findByResumeToken(tokenOf(1)), undefined);
  assertEquals(table.findByResumeToken(tokenOf(2)), two);
});

Deno.test("ConnectionTable forgets a connection and its tokens, but not those of the one after it", () => {
  const { table, removed } = openTable();
  const [one, two] = [connectionOf(1), connectionOf(2)];
  table.add(one, tokenOf(1));
  table.add(two, tokenOf(2), tokenOf(1));
  table.remove(one);
  table.remove(one);
  assertEquals([removed, table.find(1)], [[1], undefined]);
  assertEquals(table.findByResumeToken(tokenOf(1)), two);
  table.remove(two);
  assertEquals([table.size, table.findByResumeToken(tokenOf(1))], [0, undefined]);
});

Deno.test("ConnectionTable remembers what has ended for a while, and nothing else is forgotten", () => {
  const { table, removed } = openTable();
  const [goes, ended] = [connectionOf(1), connectionOf(2)];
  table.add(goes, tokenOf(1));
  table.add(ended, tokenOf(2));
  ended.end("asked");
  table.expire(ENDED_REMEMBERED_MS - 1);
  assertEquals(table.size, 2);
  table.expire(ENDED_REMEMBERED_MS);
  assertEquals([removed, table.size], [[2], 1]);
});
