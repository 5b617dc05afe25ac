import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { systemClock } from "../clock.ts";
import { Health } from "../health.ts";
import { openLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { Metrics } from "../metrics.ts";
import type { ServiceContext } from "../service.ts";
import { openPorts, type PortName } from "./open.ts";
import { EMBEDDED_PORTS } from "./ports_config.ts";

const OPTIONS = { alone: false, clientId: "test", config: EMBEDDED_PORTS };
const ALL: readonly PortName[] = [
  "eventLog",
  "workQueue",
  "rpc",
  "pubSub",
  "kvStore",
  "database",
  "constants",
];

Deno.test("openPorts opens each port once, and says which implementation and where", async () => {
  const dataDir = await Deno.makeTempDir();
  const { context, events } = openContext();
  const ports = await openPorts([...ALL, ...ALL], { ...OPTIONS, dataDir }, context);
  try {
    const opened = events().filter(({ event }) => event === "port_opened");
    assertEquals(opened.map(({ port }) => port), [...ALL]);
    assertEquals(opened[0]?.where, `${dataDir}/events.sqlite`);
    assertEquals(opened[1]?.where, "in process");
    assertEquals(await ports.database.query("SELECT 1 AS one"), [{ one: 1 }]);
  } finally {
    await ports.closePorts();
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("openPorts counts the events that are written, and those of them that are dropped", async () => {
  const dataDir = await Deno.makeTempDir();
  const { context } = openContext();
  const { eventLog, closePorts } = await openPorts(["eventLog"], { ...OPTIONS, dataDir }, context);
  try {
    eventLog.append({ topic: "topic", key: "key", value: {} });
    eventLog.append({ topic: "topic", key: "key", value: { text: "x".repeat(1_048_576) } });
    const text = await context.metrics.text();
    assertStringIncludes(text, "event_log_appended_total 2\n");
    assertStringIncludes(text, 'event_log_dropped_total{reason="bad_event"} 1\n');
  } finally {
    await closePorts();
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("openPorts has the event log keep what it is told to, and counts what it removes", async () => {
  const dataDir = await Deno.makeTempDir();
  const { context } = openContext();
  const config = { ...EMBEDDED_PORTS, eventRetention: { ageMaxMs: 1, bytesMax: 1e9 } };
  const clock = new ManualClock();
  const { eventLog, closePorts } = await openPorts(
    ["eventLog"],
    { ...OPTIONS, config, dataDir },
    { ...context, clock },
  );
  try {
    eventLog.append({ topic: "topic", key: "key", value: { index: 0 } });
    await eventLog.flush();
    await clock.advance(1_000);
    eventLog.append({ topic: "topic", key: "key", value: { index: 1 } });
    await eventLog.flush();
    const kept = await Array.fromAsync(eventLog.read("topic"));
    assertEquals(kept.map(({ value }) => value), [{ index: 1 }]);
    const text = await context.metrics.text();
    assertStringIncludes(text, 'event_log_removed_total{reason="age"} 1\n');
    assertStringIncludes(text, 'event_log_removed_total{reason="size"} 0\n');
    assertStringIncludes(text, "event_log_removed_unread_total 0\n");
  } finally {
    await closePorts();
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("openPorts says that the event log has lost its thread, and closes the other ports all the same", async () => {
  const dataDir = await Deno.makeTempDir();
  const { context } = openContext();
  context.health.markStarted();
  const threads = new ThreadWatch();
  const ports = await openPorts(["database", "eventLog"], { ...OPTIONS, dataDir }, context);
  threads.restore();
  const reported = Promise.withResolvers<unknown>();
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    reported.resolve(event.error);
  };
  globalThis.addEventListener("error", onError, { once: true });
  // What no thread of an event log can read: an exception that nobody catches ends it.
  threads.started[0]?.postMessage(undefined);
  assertStringIncludes(String(await reported.promise), "Cannot go on with the event log");
  const { ready, down } = context.health.report();
  assertEquals([ready, Object.keys(down)], [false, ["event_log_worker"]]);
  ports.eventLog.append({ topic: "topic", key: "key", value: {} });
  await assertRejects(() => ports.closePorts(), Error, "Cannot flush");
  await assertRejects(() => ports.database.query("SELECT 1 AS one"), Error, "closed");
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("openPorts warns a lone service of the buses on which nobody hears it", async () => {
  const { context, events } = openContext();
  const ports = await openPorts(
    ["rpc", "kvStore"],
    { ...OPTIONS, dataDir: "unused", alone: true },
    context,
  );
  await ports.closePorts();
  const warned = events().filter(({ event }) => event === "port_is_in_process");
  assertEquals(warned.map(({ port, level }) => [port, level]), [["rpc", "WARN"], [
    "kvStore",
    "WARN",
  ]]);
});

Deno.test("openPorts names what it cannot open, and leaves nothing open", async () => {
  const dataDir = await Deno.makeTempDir();
  const path = `${dataDir}/tanks.sqlite`;
  await Deno.writeTextFile(path, "this is no database, whatever its name says. ".repeat(50));
  const { context } = openContext();
  const error = await assertRejects(
    () => openPorts(["eventLog", "database"], { ...OPTIONS, dataDir }, context),
    Error,
  );
  assertStringIncludes(error.message, path);
  await Deno.remove(dataDir, { recursive: true });
});

/** Keeps the threads that are started until `restore`. */
class ThreadWatch {
  readonly started: Worker[] = [];
  readonly #original = globalThis.Worker;

  constructor() {
    const { started } = this;
    globalThis.Worker = class extends Worker {
      constructor(...parameters: ConstructorParameters<typeof Worker>) {
        super(...parameters);
        started.push(this);
      }
    };
  }

  restore(): void {
    globalThis.Worker = this.#original;
  }
}

function openContext(): {
  context: ServiceContext;
  events: () => readonly Record<string, unknown>[];
} {
  const lines: string[] = [];
  const log = openLog({
    name: "test",
    level: "INFO",
    format: "json",
    write: (line) => lines.push(line),
  });
  const metrics = new Metrics({ process: false });
  const context = { log, clock: systemClock, metrics, health: new Health() };
  assert(!context.health.report().ready);
  return { context, events: () => lines.map((line) => JSON.parse(line)) };
}
