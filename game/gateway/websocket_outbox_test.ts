import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import {
  BACKLOG_BYTES_MAX,
  SLOW_MS_MAX,
  STATE_BACKLOG_BYTES_MAX,
  WebSocketOutbox,
} from "./websocket_outbox.ts";

function state(tick: number, events: readonly string[], base = "null"): string {
  return `{"tick":${tick},"base":${base},"tanks":[],"events":[${events.join()}]}`;
}

class SlowSocket {
  bufferedAmount = 0;
  readonly sent: string[] = [];
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {}
}

function openOutbox(): { socket: SlowSocket; outbox: WebSocketOutbox; clock: ManualClock } {
  const socket = new SlowSocket();
  const clock = new ManualClock();
  return { socket, clock, outbox: new WebSocketOutbox(socket, clock) };
}

Deno.test("WebSocketOutbox sends everything to a client that keeps up", () => {
  const { socket, outbox } = openOutbox();
  outbox.state(state(1, []));
  outbox.frame("chat");
  outbox.state(state(2, ['{"a":1}']));
  assertEquals(socket.sent, [state(1, []), "chat", state(2, ['{"a":1}'])]);
});

Deno.test("WebSocketOutbox keeps the newest state for a slow client, and no event is lost", () => {
  const { socket, outbox } = openOutbox();
  socket.bufferedAmount = STATE_BACKLOG_BYTES_MAX + 1;
  outbox.state(state(1, ['{"a":1}', '{"b":2}']));
  outbox.state(state(2, []));
  outbox.frame("chat");
  outbox.state(state(3, ['{"c":3}']));
  assertEquals(socket.sent, ["chat"]);
  socket.bufferedAmount = 0;
  outbox.flush();
  assertEquals(socket.sent, ["chat", state(3, ['{"a":1}', '{"b":2}', '{"c":3}'])]);
  assertEquals(outbox.skippedCount, 2);
});

Deno.test("WebSocketOutbox leaves states alone that repeat their events by themselves", () => {
  const { socket, outbox } = openOutbox();
  socket.bufferedAmount = STATE_BACKLOG_BYTES_MAX + 1;
  outbox.state(state(2, ['{"a":1}'], "1"));
  outbox.state(state(3, ['{"a":1}', '{"b":2}'], "1"));
  socket.bufferedAmount = 0;
  outbox.flush();
  assertEquals(socket.sent, [state(3, ['{"a":1}', '{"b":2}'], "1")]);
});

Deno.test("WebSocketOutbox says who is too slow: by what waits, or for how long", async () => {
  const { socket, outbox, clock } = openOutbox();
  socket.bufferedAmount = BACKLOG_BYTES_MAX;
  assertEquals(outbox.isTooSlow, false);
  socket.bufferedAmount++;
  assertEquals(outbox.isTooSlow, true);
  socket.bufferedAmount = STATE_BACKLOG_BYTES_MAX + 1;
  outbox.state(state(1, []));
  await clock.advance(SLOW_MS_MAX - 1);
  assertEquals(outbox.isTooSlow, false);
  await clock.advance(1);
  assertEquals(outbox.isTooSlow, true);
});
