import { assertEquals, assertStringIncludes } from "@std/assert";
import { type EndedScript, runScript } from "../tests/clients/script_process.ts";

/** What a test has the process do once it runs; `running` is what `runUntilSignal` is given. */
const START = `
  import { openContext, runUntilSignal } from "${import.meta.resolve("./lifecycle.ts")}";
  const config = { logLevel: "INFO", logFormat: "json", dataDir: "unused" };
  const running = { ...openContext("test", config), drainMs: 100, close: () => Promise.resolve() };
  // A process without anything to wait for would end before its signal.
  setInterval(() => {}, 1_000);
  const started = () => {
    // Once it listens for signals.
    setTimeout(() => console.log("started"));
    return Promise.resolve(running);
  };
`;

/** Runs it to its end; `act` is called when it has started. */
function run(script: string, act: (process: Deno.ChildProcess) => void): Promise<EndedScript> {
  return runScript(START + script, { onStarted: act });
}

Deno.test("A process closes at a rejection that nobody handles, says so, and ends with 1", async () => {
  const { code, text } = await run(
    `running.reload = () => { Promise.reject(new Error("forgotten")); return Promise.resolve(); };
     await runUntilSignal(started);`,
    (process) => process.kill("SIGHUP"),
  );
  assertEquals(code, 1, text);
  assertStringIncludes(text, '"event":"unhandled_rejection","error":"Error: forgotten');
  assertStringIncludes(text, '"event":"closed"');
});

Deno.test("A process closes at an error that nobody catches, says so, and ends with 1", async () => {
  const { code, text } = await run(
    `running.reload = () => {
       setTimeout(() => { throw new Error("thrown"); });
       return Promise.resolve();
     };
     await runUntilSignal(started);`,
    (process) => process.kill("SIGHUP"),
  );
  assertEquals(code, 1, text);
  assertStringIncludes(text, '"event":"uncaught_error","error":"Error: thrown');
  assertStringIncludes(text, '"event":"closed"');
});

Deno.test("A process that cannot close says so, and ends with 1", async () => {
  const { code, text } = await run(
    `running.close = () => Promise.reject(new Error("stuck"));
     await runUntilSignal(started);`,
    (process) => process.kill("SIGTERM"),
  );
  assertEquals(code, 1, text);
  assertStringIncludes(text, '"event":"close_failed","error":"Error: stuck');
});

Deno.test("A process that does not close in time ends all the same, with 1", async () => {
  const { code, text } = await run(
    `running.close = () => new Promise(() => {});
     await runUntilSignal(started);`,
    (process) => process.kill("SIGTERM"),
  );
  assertEquals(code, 1, text);
  assertStringIncludes(text, '"event":"close_took_too_long","drain_ms":100');
});

Deno.test("A process that cannot start says why, and ends with 1", async () => {
  const { code, text } = await run(
    `await runUntilSignal(() => Promise.reject(new Error("no room")));`,
    () => {},
  );
  assertEquals([code, text], [1, "Cannot start: Error: no room\n"]);
});

// What comes within a second of the first signal is its echo: the program itself waits until that is over.
Deno.test("A second signal ends a process that is closing, with 130; an echo does not", async () => {
  const { code, text } = await run(
    `running.drainMs = 60_000;
     running.close = () => {
       const signalAfter = (delayMs, line) => setTimeout(() => {
         console.log(line);
         Deno.kill(Deno.pid, "SIGTERM");
       }, delayMs);
       signalAfter(100, "echo");
       signalAfter(1_200, "impatience");
       return new Promise(() => {});
     };
     await runUntilSignal(started);`,
    (process) => process.kill("SIGTERM"),
  );
  assertEquals(code, 130, text);
  assertStringIncludes(text, "echo\nimpatience");
});
