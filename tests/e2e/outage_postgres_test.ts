/**
 * PostgreSQL is killed in the middle of a match, while accounts are made and logged in to.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { PostgresBroker, whyNoPostgresBroker } from "../brokers/postgres_broker.ts";
import { openTestPostgres } from "../brokers/postgres_databases.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { askOnce, loginToken, PLAYER1, TESTUSER } from "../clients/auth_requests.ts";
import { eventually } from "../contract/eventually.ts";
import { say } from "../fuzz/seed.ts";
import { type TestSystem, withSystem } from "../harness.ts";
import { OUTAGE_PATIENCE_MS, untilDown, untilUp } from "./outage_health.ts";
import { History, readEveryEvent } from "./outage_history.ts";
import { OutageMatch, PASSWORD } from "./outage_match.ts";

const whyNot = await whyNoPostgresBroker();
const BROKERS = ["postgres"];
const LOGIN = { action: "login", ...PLAYER1 };

brokerTest(
  "Outage of PostgreSQL in a match: every account that was made is there, with its events",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const broker = await PostgresBroker.start();
    try {
      const config = parsePortsConfig(new Map([["DATABASE_URL", broker.url()]]));
      await withSystem({ config }, (system) => playThrough(system, broker));
    } finally {
      await broker.close();
    }
  },
);

async function playThrough(system: TestSystem, broker: PostgresBroker): Promise<void> {
  const { ledger } = await OutageMatch.play(system, async (match) => {
    await untilUp(system, BROKERS);
    const address = system.auth.addresses.tcp;
    const [first, second] = [
      await loginToken(address, PLAYER1),
      await loginToken(address, TESTUSER),
    ];
    await match.visit({ playerId: PLAYER1.username, token: first });
    await match.recruits(20);
    await match.goesOn({ steered: true });
    await broker.kill();
    await untilDown(system, BROKERS);
    await match.goesOn({ steered: true });
    await match.visit({ playerId: "visitor" });
    // Whoever has a token needs no database.
    await match.visit({ playerId: TESTUSER.username, token: second });
    await assertRefused(system);
    await eventually(() => assert(match.ledger.refusals.length >= 2), OUTAGE_PATIENCE_MS);
    await broker.startAgain();
    await untilUp(system, BROKERS);
    await loginToken(address, PLAYER1);
    await match.recruits(20);
    await match.goesOn({ steered: true });
  });
  for (const refusal of ledger.refusals) {
    assertEquals([refusal.status, refusal.code], ["error", "internal_error"]);
  }
  const history = new History();
  await readEveryEvent(system, history);
  ledger.assertKept(history);
  await assertAccounts(system, { url: broker.url(), registered: ledger.registered });
  const { registered, refusals } = ledger;
  say(
    `outage of PostgreSQL: ${registered.size} accounts made, ${refusals.length} requests refused`,
  );
}

/** A login is answered, and soon, though there is nothing to look into. */
async function assertRefused(system: TestSystem): Promise<void> {
  assertEquals(await askOnce(system.auth.addresses.tcp, LOGIN), {
    status: "error",
    message: "Internal server error",
    code: "internal_error",
  });
}

/** Each account that was acknowledged is in the database, under its id, and lets its player in. */
async function assertAccounts(
  system: TestSystem,
  { url, registered }: { readonly url: string; readonly registered: ReadonlyMap<string, string> },
): Promise<void> {
  const database = openTestPostgres(url);
  try {
    const rows = await database.query("SELECT username, account_id FROM accounts");
    const stored = new Map(rows.map(({ username, account_id }) => [username, account_id]));
    for (const [username, accountId] of registered) {
      assertEquals(stored.get(username), accountId, username);
    }
  } finally {
    await database.close();
  }
  for (const username of registered.keys()) {
    await loginToken(system.auth.addresses.tcp, { username, password: PASSWORD });
  }
}
