import { assertEquals } from "@std/assert";
import type { JsonValue } from "../core/json.ts";
import { encodeQueuedCommand, type PlayerCommand, tryQueuedCommand } from "./player_command.ts";

const DETAILS = { source: "udp", tankId: "t1" } as const;

Deno.test("a command comes back from its queue message as it was", () => {
  const commands: readonly PlayerCommand[] = [
    { action: "move", xM: 1.5, yM: -2 },
    { action: "shoot" },
    { action: "input", seq: 7, throttle: 1, turn: -0.5, turretRad: 1.57, fire: true },
    { action: "input", seq: 0, throttle: 0, turn: 0, turretRad: undefined, fire: false },
  ];
  for (const command of commands) {
    const message = JSON.parse(JSON.stringify(encodeQueuedCommand("p1", command, DETAILS)));
    assertEquals(tryQueuedCommand(message), { playerId: "p1", command });
  }
});

Deno.test("a queue message has the wire's form", () => {
  const message = encodeQueuedCommand("p1", { action: "move", xM: 10, yM: 20 }, DETAILS);
  assertEquals(message, {
    player_id: "p1",
    command: "move",
    details: { source: "udp", tank_id: "t1", new_position: [10, 20] },
  });
});

Deno.test("tryQueuedCommand refuses what is no command", () => {
  const messages: readonly JsonValue[] = [
    null,
    7,
    [],
    {},
    { player_id: "p1" },
    { player_id: "p1", command: "dance" },
    { player_id: "p1", command: "leave_game" },
    { player_id: "p1", command: "join_game" },
    { command: "shoot" },
    { player_id: "p1", command: "move", details: { new_position: [1] } },
    { player_id: "p1", command: "move", details: "there" },
    { player_id: "p1", command: "input", details: { throttle: "full" } },
  ];
  for (const message of messages) {
    assertEquals(tryQueuedCommand(message), undefined, JSON.stringify(message));
  }
});

Deno.test("tryQueuedCommand lets details name neither another player nor another action", () => {
  const details = { player_id: "p2", action: "move", new_position: [1, 2] };
  const queued = tryQueuedCommand({ player_id: "p1", command: "shoot", details });
  assertEquals(queued, { playerId: "p1", command: { action: "shoot" } });
});
