/** A thousand who want one name at once, on both databases. */
import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { withAuthServers } from "../brokers/auth_servers.ts";
import { machinePostgresUrl, whyNoPostgres } from "../brokers/postgres_broker.ts";
import { createTestDatabase, openTestPostgres } from "../brokers/postgres_databases.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import type { AuthAddress } from "../clients/auth_requests.ts";
import { LineClient } from "../clients/line_client.ts";
import { assertReply } from "../clients/reply_shape.ts";
import { withSystem } from "../harness.ts";

const RACERS = 1_000;
/** One name, as names are compared. */
const SPELLINGS = ["Racer", "racer", "RACER", "ｒａｃｅｒ"];
/** Everybody comes from one address here, and all of them wait for a hash. */
const ENV = {
  AUTH_CONNECTIONS_PER_ADDRESS_MAX: "2000",
  AUTH_HASH_QUEUE_MAX: "2000",
};

/** Registers all at once, each on a connection that is open before the first one asks. */
async function race(addresses: readonly AuthAddress[]): Promise<JsonObject[]> {
  const clients = await Promise.all(Array.from({ length: RACERS }, (_, index) => {
    const address = addresses[index % addresses.length];
    if (address === undefined) throw new Error("Cannot race: no server");
    return LineClient.connect(address);
  }));
  const replies = await Promise.all(clients.map((client, index) => {
    const username = SPELLINGS[index % SPELLINGS.length] ?? "";
    return client.askJson({ action: "register", username, password: `password-${index}` });
  }));
  await Promise.all(clients.map((client) => client.close()));
  return replies;
}

function assertOneWinner(replies: readonly JsonObject[], accountIds: readonly unknown[]): void {
  const winners = replies.filter(({ status }) => status === "success");
  assertEquals(winners.length, 1);
  assertEquals(accountIds, winners.map((winner) => winner.account_id));
  for (const reply of replies) {
    if (reply.status === "success") continue;
    const message = "Registration failed: Username already taken";
    assertReply(reply, { status: "failure", message });
  }
}

const IDS = "SELECT account_id FROM accounts WHERE username_folded = 'racer'";

Deno.test("Auth on SQLite makes one account of a thousand registrations at once", async () => {
  await withSystem({ env: ENV }, async ({ auth, ports }) => {
    const replies = await race([auth.addresses.tcp]);
    const rows = await ports.database.query(IDS);
    assertOneWinner(replies, rows.map((row) => row["account_id"]));
  });
});

const whyNot = await whyNoPostgres();

brokerTest(
  "Auth on PostgreSQL makes one account of a thousand registrations at two servers at once",
  whyNot === undefined,
  whyNot ?? "",
  async () => {
    const { url, drop } = await createTestDatabase(machinePostgresUrl);
    try {
      const [first, second] = [openTestPostgres(url), openTestPostgres(url)];
      await withAuthServers([first, second], async (servers) => {
        const replies = await race(servers.map((server) => server.addresses.tcp));
        const rows = await first.query(IDS);
        assertOneWinner(replies, rows.map((row) => row["account_id"]));
      }, { env: ENV });
    } finally {
      await drop();
    }
  },
);
