/** The operator's command beside a running system, as processes that share a database alone. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { machinePostgresUrl, whyNoPostgres } from "../brokers/postgres_broker.ts";
import { createTestDatabase } from "../brokers/postgres_databases.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { askOnce } from "../clients/auth_requests.ts";
import { textAt } from "../clients/json_fields.ts";
import { type OperatorResult, runOperatorCommand } from "../clients/operator_command.ts";
import { withPlayers, withWire } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import { type TestSystem, withSystem } from "../harness.ts";

const PASSWORD = "tank-battle-3";
const REVOKED_WITHIN_MS = 5_000;
const ENV = { GAME_ALLOW_GUESTS: "false", AUTH_SEED_ACCOUNTS: "false" };

type Run = (line: string, input?: string) => Promise<OperatorResult>;

function runnerOf(env: Readonly<Record<string, string>>): Run {
  return (line, input) =>
    runOperatorCommand(line.split(" "), { env, ...(input === undefined ? {} : { input }) });
}

async function isTaken({ game }: TestSystem, token: string): Promise<boolean> {
  return await withWire(game.addresses.udp, async (wire) => {
    const reply = await wire.ask({ action: "join_game", player_id: "Alice", token });
    return reply.status === "challenge";
  });
}

async function prove(system: TestSystem, run: Run): Promise<void> {
  const address = system.auth.addresses.tcp;
  const login = { action: "login", username: "alice", password: PASSWORD };
  const created = await run("create Alice", `${PASSWORD}\n`);
  assertEquals([created.code, created.output], [0, "created Alice\n"]);
  const token = textAt(await askOnce(address, login), "token");
  assertEquals(await isTaken(system, token), true);

  const table = await run("list");
  assertMatch(
    table.output,
    /^username +display name +account id +state +created at +last login at\n/,
  );
  assertMatch(table.output, /^Alice +Alice +[0-9a-f-]{36} +open +20\d\d-/m);
  const [listed] = JSON.parse((await run("list --json")).output);
  assertEquals([listed.username, listed.state], ["Alice", "open"]);
  const [session] = JSON.parse((await run("sessions alice --json")).output);
  assertEquals(typeof session.session_id, "string");

  await withPlayers(system.game.addresses.udp, [{ playerId: "Alice", token }], async (player) => {
    const disabled = await run("disable ALICE");
    assertEquals(disabled.code, 0, disabled.error);
    const startMs = performance.now();
    // Who plays already is out, as if an operator's page had done it.
    await player.wire.take({ what: "the end", matches: ({ type }) => type === "kicked" });
    assert(performance.now() - startMs < REVOKED_WITHIN_MS, "within 5 s");
  });
  await eventually(
    async () => assertEquals(await isTaken(system, token), false),
    REVOKED_WITHIN_MS,
  );
  assertEquals((await askOnce(address, login)).code, "account_disabled");
  assertEquals((await run("enable alice")).code, 0);
  assertEquals((await askOnce(address, login)).status, "success");

  assertEquals((await run("reset-password alice", "tank-battle-4")).code, 0);
  assertEquals((await askOnce(address, login)).status, "failure");
  assertEquals(
    (await askOnce(address, { ...login, password: "tank-battle-4" })).status,
    "success",
  );
  assertEquals(JSON.parse((await run("revoke alice --json")).output).ended_count, 1);
}

Deno.test("Operator looks after accounts of a running system on SQLite", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  try {
    await withSystem(
      { env: ENV, dataDir },
      (system) => prove(system, runnerOf({ DATA_DIR: dataDir })),
    );
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

const whyNot = await whyNoPostgres();

brokerTest(
  "Operator looks after accounts of a running system on PostgreSQL",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const { url, drop } = await createTestDatabase(machinePostgresUrl);
    try {
      const env = { DATABASE_URL: url };
      const config = parsePortsConfig(new Map(Object.entries(env)));
      await withSystem({ env: ENV, config }, (system) => prove(system, runnerOf(env)));
      const { hostname, pathname, password } = new URL(url);
      const { error } = await runnerOf(env)("list");
      assertMatch(error, new RegExp(`^Database: postgres[^ ]*${hostname}[^ ]*${pathname}\n$`));
      assert(password === "" || !error.includes(password));
    } finally {
      await drop();
    }
  },
);

Deno.test("Operator's command says how it is used, and what it cannot do", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  try {
    const run = runnerOf({ DATA_DIR: dataDir });
    const usage = await run("fly");
    assertEquals([usage.code, usage.output], [2, ""]);
    assertStringIncludes(usage.error, "Usage: deno task accounts");
    const missing = await run("list");
    assertEquals([missing.code, missing.output], [1, ""]);
    assertStringIncludes(missing.error, `Cannot open ${dataDir}/tanks.sqlite: it is not there`);
    await Deno.writeFile(`${dataDir}/tanks.sqlite`, new Uint8Array());
    const weak = await run("create Alice", "password123\n");
    assertEquals([weak.code, weak.output], [1, ""]);
    assert(!weak.error.includes("password123"));
    const unknown = await run("disable nobody --json");
    assertEquals([unknown.code, JSON.parse(unknown.output).ok], [1, false]);
    const bad = await runnerOf({ DATA_DIR: dataDir, AUTH_ACCESS_TOKEN_TTL_S: "x" })("list");
    assertEquals(bad.code, 2);
    assertStringIncludes(bad.error, "AUTH_ACCESS_TOKEN_TTL_S");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
