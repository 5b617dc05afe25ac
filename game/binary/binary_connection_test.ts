import { assert, assertEquals } from "@std/assert";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import { DATAGRAM_TYPES, newHeader, readHeader } from "../wire/datagram.ts";
import { encodeInput, InputBatch } from "../wire/input_message.ts";
import { tryDecodeLeft } from "../wire/leave_message.ts";
import { MESSAGE_BYTES_MAX } from "../wire/reliable_message.ts";
import { RELIABLE_WAITING_MAX } from "../wire/reliable_outbox.ts";
import { BinaryConnection } from "./binary_connection.ts";
import { FrameHistory } from "./frame_history.ts";
import { openTestConnection, type TestConnection } from "./testing.ts";

function typesOf({ sent }: Pick<TestConnection, "sent">): number[] {
  return sent.map(({ bytes }) => bytes[1] ?? 0);
}

function inputBytes(
  batch: Partial<InputBatch>,
): { readonly bytes: Uint8Array; readonly end: number } {
  const bytes = new Uint8Array(300);
  return { bytes, end: encodeInput(Object.assign(new InputBatch(), batch), bytes) };
}

Deno.test("BinaryConnection takes a client's datagram once, and only with the right tag", () => {
  const { connection, client } = openTestConnection({ id: 5 });
  const header = newHeader();
  const datagram = client.seal(DATAGRAM_TYPES.ping, () => 18);
  assertEquals(readHeader(datagram, "client", header), undefined);
  assert(!connection.isHeard);
  for (let at = 0; at < datagram.length; at++) {
    const forged = datagram.slice();
    forged[at] = (forged[at] ?? 0) ^ 0x10;
    assert(connection.accept(forged, header) !== undefined, `byte ${at}`);
  }
  assert(!connection.isHeard, "what is forged changes nothing");
  assertEquals(connection.accept(datagram, header), undefined);
  assert(connection.isHeard);
  assertEquals(connection.accept(datagram, header), "replayed");
});

Deno.test("BinaryConnection tags and numbers what it sends, and its client can tell", () => {
  const test = openTestConnection({ id: 5 });
  const header = newHeader();
  test.connection.end("kicked");
  test.connection.end("asked");
  test.connection.sendLeft();
  assertEquals(typesOf(test), [DATAGRAM_TYPES.left, DATAGRAM_TYPES.left]);
  for (const [index, { bytes }] of test.sent.entries()) {
    assertEquals(readHeader(bytes, "server", header), undefined);
    assertEquals([header.connectionId, header.sequence], [5, index + 1]);
    assertEquals(test.client.accept(bytes, header), undefined);
    const left = tryDecodeLeft(bytes, bytes.length - 8);
    assertEquals(left.ok && left.message.reason, "kicked", "the first reason stays");
  }
});

Deno.test("BinaryConnection hands inputs on by their numbers, whatever is repeated", () => {
  const { connection } = openTestConnection({ id: 5 });
  const batch = new InputBatch();
  for (const [newestSeq, count] of [[2, 2], [3, 3], [3, 3], [5, 1]] as const) {
    for (let index = 0; index < count; index++) {
      batch.throttle[index] = newestSeq - count + 1 + index;
    }
    const { bytes, end } = inputBytes({ ...batch, newestSeq, count });
    assertEquals(connection.onInput(bytes, end), undefined);
  }
  const applied: number[] = [];
  for (let tick = 0; tick < 5; tick++) {
    const { lateCount } = connection.inputs;
    const taken = connection.takeInput();
    if (connection.inputs.lateCount === lateCount) applied.push(taken?.throttle ?? 0);
  }
  assertEquals(applied, [1, 2, 3, 5]);
  assertEquals(connection.onInput(new Uint8Array(300), 15), "truncated");
});

Deno.test("BinaryConnection takes as seen only what was sent", () => {
  const { connection, frames, flush } = openPlayed();
  const acked = (snapshotTick: number, viewAgeTicks: number): number => {
    const { bytes, end } = inputBytes({ snapshotTick, viewAgeTicks });
    connection.onInput(bytes, end);
    return connection.viewTick;
  };
  assertEquals(acked(3, 1), 0, "nothing was sent yet");
  flush();
  assertEquals(acked(frames.newestTick, 1), frames.newestTick - 1);
  assertEquals(acked(9_999, 0), frames.newestTick - 1);
});

Deno.test("BinaryConnection sends one datagram a tick: what must arrive first, then snapshots", () => {
  const { connection, flush, ...test } = openPlayed();
  connection.send('{"type":"a"}');
  connection.send("x".repeat(MESSAGE_BYTES_MAX + 1));
  flush();
  flush();
  assertEquals(typesOf(test), [DATAGRAM_TYPES.message, DATAGRAM_TYPES.snapshot]);
  flush(false);
  assertEquals(test.sent.length, 2, "none is due");
  connection.detach();
  flush();
  assertEquals(typesOf(test).slice(2), [DATAGRAM_TYPES.left], "nothing after the end");
});

Deno.test("BinaryConnection sends every second snapshot at least, however many messages wait", () => {
  const { message, snapshot } = DATAGRAM_TYPES;
  const { connection, flush, ...test } = openPlayed();
  for (let count = 0; count < 20; count++) connection.send("{}");
  for (let tick = 0; tick < 4; tick++) flush();
  assertEquals(typesOf(test), [message, snapshot, message, snapshot]);
  for (const isDue of [true, false, false, true, false, true]) flush(isDue);
  const wanted = [message, message, message, snapshot, message, message];
  assertEquals(typesOf(test).slice(4), wanted, "where none is due a message takes no place");
});

Deno.test("BinaryConnection keeps no message back for a snapshot that its client has", () => {
  const { message, snapshot } = DATAGRAM_TYPES;
  const { connection, frames, flush, ...test } = openPlayed();
  flush();
  const { bytes, end } = inputBytes({ snapshotTick: frames.newestTick });
  connection.onInput(bytes, end);
  for (let count = 0; count < 3; count++) {
    connection.send("{}");
    connection.flush(frames, true);
  }
  assertEquals(typesOf(test), [snapshot, message, message, message]);
});

/** A connection whose player has a tank in a world that steps at each flush. */
function openPlayed(): TestConnection & {
  readonly frames: FrameHistory;
  flush(isDue?: boolean): void;
} {
  const test = openTestConnection({ id: 5 });
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 20, y: 20 });
  const frames = new FrameHistory(world);
  const { connection } = test;
  connection.player = test.playerOf(tank);
  return {
    ...test,
    frames,
    flush: (isDue = true) => {
      world.step();
      frames.observe();
      if (isDue) frames.capture();
      connection.flush(frames, isDue);
    },
  };
}

Deno.test("BinaryConnection sends a message of as many bytes as the protocol carries, and none of more", () => {
  const table = [
    ["x".repeat(MESSAGE_BYTES_MAX), true],
    ["x".repeat(MESSAGE_BYTES_MAX + 1), false],
    ["é".repeat(MESSAGE_BYTES_MAX / 2), true],
    ["é".repeat(MESSAGE_BYTES_MAX / 2 + 1), false],
  ] as const;
  for (const [text, isSent] of table) {
    const { connection, flush, ...test } = openPlayed();
    connection.send(text);
    flush();
    const type = isSent ? DATAGRAM_TYPES.message : DATAGRAM_TYPES.snapshot;
    assertEquals(typesOf(test), [type], `${text.length} units`);
  }
});

Deno.test("BinaryConnection says where its match goes on only where MOVED can carry that", () => {
  const to = { host: "192.0.2.9", port: 9, matchId: "m1", token: "r.1" };
  const table = [
    [to, DATAGRAM_TYPES.moved],
    [{ ...to, host: "h".repeat(128) }, DATAGRAM_TYPES.moved],
    [{ ...to, host: "h".repeat(129) }, DATAGRAM_TYPES.left],
    [{ ...to, host: "" }, DATAGRAM_TYPES.left],
    [{ ...to, port: 0 }, DATAGRAM_TYPES.left],
    [{ ...to, matchId: "é".repeat(33) }, DATAGRAM_TYPES.left],
    [{ ...to, token: undefined }, DATAGRAM_TYPES.left],
    [{ ...to, token: "t".repeat(901) }, DATAGRAM_TYPES.left],
  ] as const;
  for (const [move, type] of table) {
    const test = openTestConnection({ id: 5 });
    test.connection.tellMoved(move);
    test.connection.detach("moved");
    assertEquals(typesOf(test), [type], JSON.stringify(move));
  }
});

Deno.test("BinaryConnection counts the messages that it cannot send", () => {
  let givenUp = 0;
  const messagesGivenUp = { value: 0, inc: (): void => void givenUp++ };
  const { connection } = openTestConnection({ id: 5, metrics: { messagesGivenUp } });
  connection.send("x".repeat(MESSAGE_BYTES_MAX + 1));
  assertEquals(givenUp, 1);
  for (let count = 0; count < RELIABLE_WAITING_MAX; count++) connection.send("x");
  assertEquals(givenUp, 1);
  connection.send("x");
  assertEquals(givenUp, 2);
  connection.end("asked");
  connection.send("x");
  assertEquals(givenUp, 2, "nobody is there to miss it");
});

Deno.test("BinaryConnection speaks of itself by its id, which its address has too", () => {
  const { connection } = openTestConnection({ id: 77 });
  assert(connection instanceof BinaryConnection);
  assertEquals([connection.address, connection.transport], ["binary:77", "udp"]);
  connection.moveTo({ hostname: "192.0.2.3", port: 3 });
  assertEquals(connection.source, { hostname: "192.0.2.3", port: 3 });
});
