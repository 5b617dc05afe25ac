import { assertEquals, assertRejects } from "@std/assert";
import type { JsonValue } from "../core/json.ts";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { MemoryWorkQueue } from "../core/ports/memory_work_queue.ts";
import { CommandForwarder } from "./command_forwarder.ts";
import { COMMANDS_KEPT_MS, serverCommandsQueue } from "./command_route.ts";

const COMMAND = { player_id: "ann", command: "shoot", details: { source: "admin" } };

function open(
  owner: string | undefined,
): { forwarder: CommandForwarder; workQueue: MemoryWorkQueue; clock: ManualClock } {
  const clock = new ManualClock();
  const workQueue = new MemoryWorkQueue({ clock, log: silentLog });
  const directory = { find: () => Promise.resolve(owner) };
  return {
    forwarder: new CommandForwarder({ workQueue, directory, serverId: "here" }),
    workQueue,
    clock,
  };
}

Deno.test("CommandForwarder sends a command to its player's server, with its mark", async () => {
  const { forwarder, workQueue, clock } = open("there");
  assertEquals(await forwarder.forward("ann", COMMAND), "forwarded");
  const seen: JsonValue[] = [];
  await workQueue.consume(serverCommandsQueue("there"), ({ message }) => {
    seen.push(message);
    return Promise.resolve();
  });
  await clock.advance(0);
  assertEquals(seen, [{ ...COMMAND, forwarded_by: "here" }]);
  await workQueue.close();
});

Deno.test("CommandForwarder sends nothing on twice", async () => {
  const { forwarder, workQueue } = open("there");
  assertEquals(await forwarder.forward("ann", { ...COMMAND, forwarded_by: "x" }), "moved_on");
  assertEquals(await workQueue.depth(serverCommandsQueue("there")), 0);
  await workQueue.close();
});

Deno.test("CommandForwarder leaves what is for nobody, or for itself", async () => {
  for (const owner of [undefined, "here", "", "no server", "a".repeat(300)]) {
    const { forwarder, workQueue } = open(owner);
    assertEquals(await forwarder.forward("ann", COMMAND), "unknown_player", owner);
    assertEquals(await workQueue.depth(serverCommandsQueue(owner ?? "")), 0);
    await workQueue.close();
  }
});

Deno.test("CommandForwarder leaves nothing for a server that is gone", async () => {
  const { forwarder, workQueue, clock } = open("there");
  await forwarder.forward("ann", COMMAND);
  assertEquals(await workQueue.depth(serverCommandsQueue("there")), 1);
  await clock.advance(COMMANDS_KEPT_MS);
  assertEquals(await workQueue.depth(serverCommandsQueue("there")), 0);
  await workQueue.close();
});

Deno.test("CommandForwarder fails where the queue does not take it", async () => {
  const { forwarder, workQueue } = open("there");
  await workQueue.close();
  await assertRejects(() => forwarder.forward("ann", COMMAND), Error, "Cannot publish");
});
