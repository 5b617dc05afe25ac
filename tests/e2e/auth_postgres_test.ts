/** Auth on PostgreSQL: several servers, real sockets, one database. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { type AuthServers, withAuthServers } from "../brokers/auth_servers.ts";
import {
  machinePostgresUrl,
  PostgresBroker,
  whyNoPostgres,
  whyNoPostgresBroker,
} from "../brokers/postgres_broker.ts";
import { createTestDatabase, openTestPostgres } from "../brokers/postgres_databases.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import { askOnce, loginToken } from "../clients/auth_requests.ts";
import { textAt } from "../clients/json_fields.ts";
import { eventually } from "../contract/eventually.ts";

const PASSWORD = "password-1";
const TAKEN = "Registration failed: Username already taken";
const INVALID_REFRESH = "Invalid refresh token";

const [whyNoMachine, whyNoBroker] = [await whyNoPostgres(), await whyNoPostgresBroker()];

/** Asks the servers by turns, as a balancer does. */
type Ask = (request: JsonObject) => Promise<JsonObject>;

function askByTurns(servers: AuthServers): Ask {
  let turn = 0;
  return (request) => {
    const server = servers[turn++ % servers.length];
    if (server === undefined) throw new Error("Cannot ask: no server");
    return askOnce(server.addresses.tcp, request);
  };
}

/** Runs `prove` with auth servers on an empty database of their own. */
function test(
  rule: string,
  prove: (ask: Ask, url: string) => Promise<void>,
  serverCount = 2,
): void {
  brokerTest(
    `Auth on PostgreSQL ${rule}`,
    whyNoMachine === undefined,
    whyNoMachine ?? "",
    async () => {
      const { url, drop } = await createTestDatabase(machinePostgresUrl);
      try {
        const databases = Array.from({ length: serverCount }, () => openTestPostgres(url));
        await withAuthServers(databases, (servers) => prove(askByTurns(servers), url));
      } finally {
        await drop();
      }
    },
  );
}

/** What a query says of the database, past the servers. */
async function look(url: string, sql: string): Promise<unknown[]> {
  const database = openTestPostgres(url);
  try {
    return (await database.query(sql)).map((row) => Object.values(row)[0]);
  } finally {
    await database.close();
  }
}

test("registers, logs in, refreshes and verifies on whichever server", async (ask) => {
  const account = { username: "Фёдор", password: PASSWORD };
  const registered = await ask({ action: "register", ...account });
  assertEquals(registered.message, "User Фёдор registered");
  const again = await ask({ action: "register", ...account, username: "ФЁДОР" });
  assertEquals(again.message, TAKEN);
  const wrong = await ask({ action: "login", ...account, password: "password-2" });
  assertEquals(wrong.message, "Authentication failed: Invalid password");
  const unknown = await ask({ action: "login", username: "nobody", password: PASSWORD });
  assertEquals(unknown.message, "Authentication failed: User not found");
  const loggedIn = await ask({ action: "login", ...account });
  assertEquals(loggedIn.message, "User Фёдор authenticated");
  let refreshToken = textAt(loggedIn, "refresh_token");
  for (let round = 0; round < 3; round++) {
    const refreshed = await ask({ action: "refresh", refresh_token: refreshToken });
    assertEquals(refreshed.message, "Token refreshed");
    const verified = await ask({ action: "verify", token: textAt(refreshed, "token") });
    assertEquals(verified.message, "Token valid");
    assertEquals(verified.account_id, registered.account_id);
    assertNotEquals(textAt(refreshed, "refresh_token"), refreshToken);
    refreshToken = textAt(refreshed, "refresh_token");
  }
  // Used already: the session is over for whoever has it, on both servers.
  const first = textAt(loggedIn, "refresh_token");
  for (const token of [first, refreshToken]) {
    const reply = await ask({ action: "refresh", refresh_token: token });
    assertEquals(reply.message, INVALID_REFRESH);
  }
  for (let turn = 0; turn < 2; turn++) {
    const reply = await ask({ action: "verify", token: textAt(loggedIn, "token") });
    assertEquals(reply.message, "Invalid token");
  }
});

test("makes one account of fifty registrations of one name at once", async (ask, url) => {
  const replies = await Promise.all(Array.from({ length: 50 }, (_, index) => {
    const username = index % 2 === 0 ? "racer" : "RACER";
    return ask({ action: "register", username, password: PASSWORD });
  }));
  const made = replies.filter(({ status }) => status === "success");
  assertEquals(made.length, 1);
  for (const reply of replies) {
    if (reply.status !== "success") assertEquals(reply.message, TAKEN);
  }
  const [winner] = made;
  assertEquals(await look(url, "SELECT account_id FROM accounts"), [winner?.account_id]);
});

test("keeps fifty accounts apart that register and log in at once", async (ask, url) => {
  const names = Array.from({ length: 50 }, (_, index) => `player-${index}`);
  const tokens = await Promise.all(names.map(async (username) => {
    const account = { username, password: PASSWORD };
    const registered = await ask({ action: "register", ...account });
    assertEquals(registered.status, "success", username);
    const loggedIn = await ask({ action: "login", ...account });
    assertEquals(loggedIn.status, "success", username);
    return textAt(loggedIn, "token");
  }));
  const verified = await Promise.all(tokens.map((token) => ask({ action: "verify", token })));
  assertEquals(verified.map(({ username }) => username), names);
  assertEquals(await look(url, "SELECT count(*) FROM accounts"), [50]);
});

test("opens every session of an account that logs in thirty times at once", async (ask, url) => {
  const account = { username: "everywhere", password: PASSWORD };
  await ask({ action: "register", ...account });
  const replies = await Promise.all(
    Array.from({ length: 30 }, () => ask({ action: "login", ...account })),
  );
  for (const reply of replies) assertEquals(reply.status, "success", String(reply.message));
  assertEquals(await look(url, "SELECT count(*) FROM sessions"), [30]);
});

test("takes a refresh token once, however many hand it in at once", async (ask, url) => {
  const account = { username: "refresher", password: PASSWORD };
  await ask({ action: "register", ...account });
  const refreshToken = textAt(await ask({ action: "login", ...account }), "refresh_token");
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => ask({ action: "refresh", refresh_token: refreshToken })),
  );
  assertEquals(replies.filter(({ status }) => status === "success").length, 1);
  for (const reply of replies) {
    if (reply.status !== "success") assertEquals(reply.message, INVALID_REFRESH);
  }
  // Handing it in twice is theft, as far as anybody can tell.
  assertEquals(await look(url, "SELECT count(*) FROM sessions"), [0]);
});

test(
  "starts eight servers at once on an empty database, which trust each other",
  async (ask, url) => {
    const account = { username: "traveller", password: PASSWORD };
    await ask({ action: "register", ...account });
    const token = textAt(await ask({ action: "login", ...account }), "token");
    for (let turn = 0; turn < 8; turn++) {
      assertEquals((await ask({ action: "verify", token })).message, "Token valid");
    }
    assertEquals(await look(url, "SELECT count(*) FROM signing_keys"), [1]);
  },
  8,
);

brokerTest(
  "Auth on PostgreSQL keeps the accounts that it acknowledged when the server is killed",
  whyNoBroker === undefined,
  whyNoBroker ?? "",
  async () => {
    const broker = await PostgresBroker.start();
    try {
      await withAuthServers([openTestPostgres(broker.url())], async (servers) => {
        const [server] = servers;
        assert(server !== undefined);
        await surviveKill(broker, (request) => askOnce(server.addresses.tcp, request));
        await loginToken(server.addresses.tcp, { username: "after", password: PASSWORD });
      });
    } finally {
      await broker.close();
    }
  },
);

/** Registers from several clients until the database is killed, and sees who can log in afterwards. */
async function surviveKill(broker: PostgresBroker, ask: Ask): Promise<void> {
  const acknowledged: string[] = [];
  const register = async (client: number): Promise<void> => {
    for (let index = 0;; index++) {
      const username = `soldier-${client}-${index}`;
      const reply = await ask({ action: "register", username, password: PASSWORD });
      if (reply.status === "success") acknowledged.push(username);
      else return assertEquals(reply.status, "error", String(reply.message));
    }
  };
  const registering = Promise.all(Array.from({ length: 6 }, (_, client) => register(client)));
  await eventually(() => assert(acknowledged.length > 100));
  await broker.kill();
  await registering;
  const down = await ask({ action: "login", username: "soldier-0-0", password: PASSWORD });
  assertEquals(down.status, "error");
  await broker.startAgain();
  await eventually(async () => {
    const reply = await ask({ action: "register", username: "after", password: PASSWORD });
    assertEquals(reply.status, "success");
  });
  for (const username of acknowledged) {
    const reply = await ask({ action: "login", username, password: PASSWORD });
    assertEquals(reply.status, "success", username);
  }
}
