/** A replay is made in a thread that has to be loaded: with the very flags of the tasks that make them. */
import { assertEquals } from "@std/assert";
import { openPorts } from "../../core/adapters/open.ts";
import { EMBEDDED_PORTS } from "../../core/adapters/ports_config.ts";
import { silentLog } from "../../core/log.ts";
import { FREE_PORTS } from "../clients/free_ports.ts";
import { LoggedProcess } from "../deploy/logged_process.ts";
import { RECORDED_MATCH_ID, recordMatch } from "../fixtures/recorded_match.ts";
import { openTestContext } from "../harness.ts";
import { readTaskWords, ROOT } from "./task_command.ts";

const ENV: Readonly<Record<string, string>> = {
  ...FREE_PORTS,
  LISTEN_HOST: "127.0.0.1",
  USE_MOCKS: "true",
  DRAIN_MS: "1000",
  LOG_FORMAT: "json",
};

for (const name of ["gateway", "dev"]) {
  Deno.test(`${name} makes replays with the rights of its task`, async () => {
    // Tasks may write there and nowhere else.
    const dataDir = `data/permissions-${crypto.randomUUID()}`;
    const folder = new URL(dataDir, ROOT);
    await Deno.mkdir(folder, { recursive: true });
    try {
      await storeMatch(folder.pathname);
      await using running = new LoggedProcess(
        new Deno.Command(Deno.execPath(), {
          args: ["run", "--quiet", ...await readTaskWords(name)],
          cwd: ROOT,
          env: { NO_COLOR: "1", ...ENV, DATA_DIR: dataDir },
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }),
      );
      const { hostname, port } = await running.address("gateway", "http");
      const response = await fetch(`http://${hostname}:${port}/replays/${RECORDED_MATCH_ID}`);
      const { match_id: matchId } = await response.json();
      assertEquals([response.status, matchId], [200, RECORDED_MATCH_ID]);
      running.interrupt();
      assertEquals((await running.ended()).code, 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Puts a short match into the log that a process will open there. */
async function storeMatch(dataDir: string): Promise<void> {
  const { eventLog, closePorts } = await openPorts(["eventLog"], {
    dataDir,
    alone: false,
    clientId: "test",
    config: EMBEDDED_PORTS,
  }, openTestContext(silentLog));
  try {
    const { events } = recordMatch({ seed: 3, ticks: 60, botCount: 2, endReason: "match_over" });
    for (const value of events) {
      eventLog.append({ topic: "match_inputs", key: RECORDED_MATCH_ID, value });
    }
    await eventLog.flush();
  } finally {
    await closePorts();
  }
}
