/** The load generator against the whole system, in this process. */
import { assert, assertEquals } from "@std/assert";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { numberAt, objectAt, objectsAt, parseJsonObject, textAt } from "../clients/json_fields.ts";
import { readEvents } from "../clients/event_reader.ts";
import { eventually } from "../contract/eventually.ts";
import { type GatewaySystem, withGateways } from "../e2e/gateway_system.ts";
import { EXIT_HELD, EXIT_MISSED, EXIT_REFUSED, runLoadProgram } from "./load_program.ts";

/** Tanks that nobody comes back to are taken away soon. */
const ENV = { GAME_SILENCE_MS: "3000", GAME_RESUME_MS: "3000" };
const SESSIONS_END_MS = 20_000;
const MIX = "udp:1,json-udp:1,tcp:1,websocket:1";

/** What a run of the program came to. */
interface ProgramRun {
  readonly code: number;
  readonly output: string;
  readonly aside: string;
}

async function run(args: readonly string[], signal?: AbortSignal): Promise<ProgramRun> {
  let [output, aside] = ["", ""];
  const code = await runLoadProgram(args, {
    write: (text) => void (output += text),
    writeAside: (text) => void (aside += text),
    isTerminal: false,
    signal: signal ?? new AbortController().signal,
    runId: crypto.randomUUID().slice(0, 8),
  });
  return { code, output, aside };
}

function targetsOf({ auth, game, gateways }: GatewaySystem): string[] {
  const [gateway] = gateways;
  assert(gateway !== undefined);
  return [
    ...["--auth", `127.0.0.1:${auth.addresses.tcp.port}`],
    ...["--gateway", `http://127.0.0.1:${gateway.addresses.http.port}`],
    ...["--game", `127.0.0.1:${game.addresses.udp.port}`],
    ...["--game-tcp", `127.0.0.1:${game.addresses.tcp.port}`],
  ];
}

/**
 * Every session of the ledger is in the event log, and has ended there. More are, where a reply was lost, of
 * which the player knows nothing; fewer, where a gateway's client has come back to its tank.
 */
async function assertLogAgrees(
  { ports }: GatewaySystem,
  ledger: readonly JsonObject[],
): Promise<void> {
  await eventually(async () => {
    const events = await readEvents(ports.eventLog, "player_sessions_history");
    for (const player of ledger) {
      const countOf = (type: string): number =>
        events.filter((event) => event.event_type === type && event.player_id === player.player_id)
          .length;
      const joined = countOf("player_joined_session");
      const least = player.transport === "websocket" ? 1 : numberAt(player, "sessions");
      assert(joined >= least, `${player.player_id} has joined ${joined} times of ${least}`);
      assertEquals(countOf("player_left_session"), joined, `${player.player_id}`);
    }
  }, SESSIONS_END_MS);
}

Deno.test("Load has players of all transports play the whole journey with losses, and its ledger agrees with the event log", async () => {
  await withGateways({ env: ENV }, async (system) => {
    const options = "--players 12 --seconds 6 --ramp-seconds 1 --play-seconds 2 --think-ms 200 " +
      `--loss 5 --jitter-ms 5 --transport ${MIX} --json - --slo joins_total>=12`;
    const { code, output, aside } = await run([...targetsOf(system), ...options.split(" ")]);
    const result = parseJsonObject(output);
    assertEquals(code, EXIT_HELD, JSON.stringify([result.errors, aside]));
    const counts = objectAt(result, "counts");
    const ledger = objectsAt(result, "ledger");
    assertEquals(ledger.map(({ transport }) => transport).toSorted(), [
      ...Array<string>(3).fill("json-udp"),
      ...Array<string>(3).fill("tcp"),
      ...Array<string>(3).fill("udp"),
      ...Array<string>(3).fill("websocket"),
    ]);
    const sessions = ledger.reduce((sum, player) => sum + numberAt(player, "sessions"), 0);
    const logins = ledger.reduce((sum, player) => sum + numberAt(player, "logins"), 0);
    assertEquals([sessions, logins], [counts.joins, counts.logins]);
    for (const player of ledger) {
      const playerId = textAt(player, "player_id");
      const matches = objectsAt(player, "matches");
      assert(matches.length > 0 && typeof player.account_id === "string", JSON.stringify(player));
      for (const { ended, error, scores } of matches) {
        assertEquals(ended === "asked", error === null, `${playerId}: ${ended}, ${error}`);
        assert(tryJsonObject(scores)?.from !== "nothing", playerId);
      }
    }
    await assertLogAgrees(system, ledger);
    const inputs = ["inputs_applied", "inputs_lost", "inputs_unsettled"];
    const settled = inputs.reduce((sum, name) => sum + numberAt(counts, name), 0);
    assertEquals(settled, counts.inputs_due);
    const measures = objectAt(result, "measures");
    for (const name of ["connect", "register", "login", "find", "join", "input_to_state"]) {
      assert(numberAt(objectAt(measures, name), "count") > 0, name);
    }
    assertEquals(aside.split("\n")[0]?.startsWith('{"event":"load_progress","second":5'), true);
  });
});

Deno.test("Load ends with 1 where an objective is missed, and writes a report of it", async () => {
  await withGateways({}, async (system) => {
    const folder = await Deno.makeTempDir({ prefix: "tanks-load-" });
    try {
      const report = `${folder}/report.html`;
      const options = `--players 4 --seconds 2 --ramp-seconds 0 --play-seconds 1 --join direct ` +
        `--transport udp,json-udp,tcp --report ${report} --slo input_to_state_p99_ms<0.001`;
      const { code, output } = await run([...targetsOf(system), ...options.split(" ")]);
      assertEquals(code, EXIT_MISSED);
      assert(output.includes("MISSED input_to_state_p99_ms<0.001"), output);
      const html = await Deno.readTextFile(report);
      assert(html.includes("missed") && html.endsWith("</html>\n"));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
});

Deno.test("Load in two processes, through the gateway, is one load; interrupted it leaves and reports", async () => {
  await withGateways({}, async (system) => {
    const stop = new AbortController();
    const options = "--players 5 --minutes 10 --ramp-seconds 0 --processes 2 --through gateway " +
      "--play-seconds 300 --login once --json -";
    const running = run([...targetsOf(system), ...options.split(" ")], stop.signal);
    const { eventLog } = system.ports;
    await eventually(async () => {
      const joined = (await readEvents(eventLog, "player_sessions_history"))
        .filter((event) => event.event_type === "player_joined_session");
      assertEquals(joined.length, 5);
      // Who has driven on from where it was seen first knows that it is in.
      const places = await readEvents(eventLog, "tank_coordinates_history");
      for (const { tank_id: tankId } of joined) {
        assert(places.filter((event) => event.tank_id === tankId).length > 1, String(tankId));
      }
    }, 30_000);
    stop.abort();
    const { code, output, aside } = await running;
    const result = parseJsonObject(output);
    assertEquals([code, result.errors_total], [EXIT_HELD, 0], aside);
    assertEquals(objectAt(result, "counts").joins, 5);
    const ledger = objectsAt(result, "ledger");
    assertEquals(ledger.map((player) => textAt(player, "player_id").split("-").at(-1)), [
      ...["0", "1", "2", "3", "4"],
    ]);
    for (const player of ledger) {
      assertEquals(objectsAt(player, "matches").map(({ ended }) => ended), ["asked"]);
    }
  });
});

Deno.test("Load counts by reason what it cannot reach, and ends with 1", async () => {
  // A port that was free a moment ago: nobody listens there.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const options = `--players 2 --seconds 1 --ramp-seconds 0 --auth 127.0.0.1:${port} --json -`;
  const { code, output } = await run(options.split(" "));
  const errors = objectAt(parseJsonObject(output), "errors");
  assertEquals(code, EXIT_MISSED);
  assert(numberAt(errors, "connect_failed") >= 2, JSON.stringify(errors));
});

Deno.test("Load refuses what it cannot do before it begins", async () => {
  const refused = await run(["--players", "0", "--json", "-"]);
  assertEquals([refused.code, refused.output], [EXIT_REFUSED, ""]);
  assert(refused.aside.startsWith("Cannot load: --players must be"), refused.aside);
  const nowhere = await run(["--seconds", "60", "--report", "/nowhere/at/all.html"]);
  assertEquals(nowhere.code, EXIT_REFUSED);
  const helped = await run(["--help"]);
  assertEquals([helped.code, helped.output.startsWith("deno task load")], [EXIT_HELD, true]);
});
