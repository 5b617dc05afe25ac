import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  deadLetterOf,
  deliveriesBefore,
  encodeMessage,
  tryDecodeText,
} from "./rabbitmq_message.ts";

Deno.test("encodeMessage writes JSON in UTF-8, up to the bytes allowed", () => {
  const { content, contentType } = encodeMessage("öß", 6);
  assertEquals([content.toString(), contentType], ['"öß"', "application/json"]);
  assertThrows(() => encodeMessage("öß", 5), RangeError, "6 bytes: at most 5");
});

Deno.test("encodeMessage takes an event's own id where it is fit to be one", () => {
  assertEquals(encodeMessage({ event_id: "e-1" }, 100).id, "e-1");
  for (const event_id of ["", "a b", "ö", "x".repeat(65), 7, null]) {
    const { id } = encodeMessage({ event_id }, 100);
    assertEquals(id.length, 36, `${event_id} became ${id}`);
  }
  assertEquals(encodeMessage(null, 100).id === encodeMessage(null, 100).id, false);
});

Deno.test("tryDecodeText gives nothing for bytes that are not UTF-8", () => {
  assertEquals(tryDecodeText(new Uint8Array([0xc3, 0xb6])), "ö");
  assertEquals(tryDecodeText(new Uint8Array([0xff])), undefined);
});

Deno.test("deliveriesBefore believes a quorum queue's count, and else the flag", () => {
  const rows: readonly [redelivered: boolean, count: unknown, expected: number][] = [
    [false, undefined, 0],
    [true, undefined, 1],
    [false, 0, 0],
    [true, 3, 3],
    [true, 0, 1],
    [true, "3", 1],
    [false, NaN, 0],
  ];
  for (const [redelivered, count, expected] of rows) {
    const headers = count === undefined ? undefined : { "x-delivery-count": count };
    const before = deliveriesBefore({ fields: { redelivered }, properties: { headers } });
    assertEquals(before, expected, `${redelivered} ${count}`);
  }
});

Deno.test("deadLetterOf keeps content, kind and id, and says what became of the message", () => {
  const content = Buffer.from([0xff, 0]);
  const headers = { "x-delivery-count": 4 };
  const fate = { queue: "work", reason: "attempts", attempt: 5 };
  assertEquals(
    deadLetterOf(
      { content, properties: { messageId: "m", contentType: "image/x", headers } },
      fate,
    ),
    {
      content,
      contentType: "image/x",
      id: "m",
      headers: { "x-dead-queue": "work", "x-dead-reason": "attempts", "x-dead-attempt": 5 },
    },
  );
  const bare = deadLetterOf({ content, properties: { messageId: 1 } }, fate);
  assertEquals([bare.contentType, bare.id.length], ["application/octet-stream", 36]);
});
