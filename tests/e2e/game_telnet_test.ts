/** Commands over TCP, as typed into telnet: PROTOCOL section 3. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PLAYER1, withLines } from "../clients/auth_requests.ts";
import type { LineClient } from "../clients/line_client.ts";
import { withSystem } from "../harness.ts";

const LOGIN = `LOGIN ${PLAYER1.username} ${PLAYER1.password}`;
const LOGGED_IN = /^LOGIN_SUCCESS User player1 authenticated Token: [\w-]+\.[\w-]+\.[\w-]+$/;
const WELCOME = "SERVER: Welcome to the game room!";
const GREETING = "SERVER_ACK_CONNECTED";
const UNAUTHORIZED = "UNAUTHORIZED You need to log in first";
const HELP = "SERVER: Available commands: SAY <message>, PLAYERS, QUIT";
const NOT_UTF8 = "SERVER_ERROR Invalid character encoding. UTF-8 expected.";

/** Lines and what they are answered with, whether logged in or not. */
const ANYBODY: readonly [string, string][] = [
  ["HELP", HELP],
  ["help", HELP],
  ["", "EMPTY_COMMAND"],
  ["   ", "EMPTY_COMMAND"],
  ["\r", "EMPTY_COMMAND"],
  ["DANCE", "UNKNOWN_COMMAND"],
  ["MOVEMENT 1 2", "UNKNOWN_COMMAND"],
  ["constructor", "UNKNOWN_COMMAND"],
  ["\u0000", "UNKNOWN_COMMAND"],
];

/** Lines and what they are answered with after a login. */
const LOGGED_IN_ONLY: readonly [string, string][] = [
  ["MOVE 10 20", "COMMAND_RECEIVED MOVE"],
  ["move 10 20", "COMMAND_RECEIVED MOVE"],
  ["MOVE 10.5 -20.25\r", "COMMAND_RECEIVED MOVE"],
  ["MOVE", "MOVE_ERROR Coordinates are missing"],
  ["MOVE 10", "MOVE_ERROR Coordinates are missing"],
  ["MOVE a b", "MOVE_ERROR Invalid coordinates"],
  ["MOVE 10 b", "MOVE_ERROR Invalid coordinates"],
  ["MOVE a 20", "MOVE_ERROR Invalid coordinates"],
  ["MOVE NaN 0", "MOVE_ERROR Invalid coordinates"],
  ["MOVE 0 Infinity", "MOVE_ERROR Invalid coordinates"],
  ["MOVE 1e999 0", "MOVE_ERROR Invalid coordinates"],
  ["SHOOT", "COMMAND_RECEIVED SHOOT"],
  ["shoot", "COMMAND_RECEIVED SHOOT"],
  ["PLAYERS", "SERVER: Players in room: player1"],
  ["players", "SERVER: Players in room: player1"],
  ["SAY hello there", "player1: hello there"],
  ["say hello", "player1: hello"],
];

async function withTelnet(
  env: Readonly<Record<string, string>>,
  work: (client: LineClient) => Promise<void>,
): Promise<void> {
  await withSystem({ env }, async ({ game }) => {
    await withLines(game.addresses.tcp, async (client) => {
      assertEquals(await client.readLine(), GREETING);
      await work(client);
    });
  });
}

Deno.test("Game greets who connects and welcomes who logs in", async () => {
  for (const login of [LOGIN, LOGIN.replace("LOGIN", "login"), `${LOGIN}\r`]) {
    await withTelnet({}, async (client) => {
      assertMatch(await client.ask(login), LOGGED_IN);
      assertEquals(await client.readLine(), WELCOME);
    });
  }
});

Deno.test("Game ends the connection of who cannot log in", async () => {
  const refused: readonly [string, RegExp][] = [
    ["LOGIN player1 wrong-password", /^LOGIN_FAILURE Authentication failed: Invalid password$/],
    ["LOGIN nobody password123", /^LOGIN_FAILURE Authentication failed: User not found$/],
    ["login player1 wrong-password", /^LOGIN_FAILURE Authentication failed: Invalid password$/],
    ["LOGIN player1", /^LOGIN_FAILURE \S/],
    ["LOGIN", /^LOGIN_FAILURE \S/],
  ];
  for (const [line, reply] of refused) {
    await withTelnet({}, async (client) => {
      await client.sendLine(line);
      const lines = await client.readUntilClosed();
      assertEquals(lines.length, 1, line);
      assertMatch(lines.join(), reply);
    });
  }
});

Deno.test("Game registers nobody and ends the connection", async () => {
  for (const line of ["REGISTER", "REGISTER new_user new_password", "register a b"]) {
    await withTelnet({}, async (client) => {
      await client.sendLine(line);
      const refusal = "REGISTER_FAILURE Registration via game server is not supported yet.";
      assertEquals(await client.readUntilClosed(), [refusal]);
    });
  }
});

Deno.test("Game answers every command", async () => {
  await withTelnet({}, async (client) => {
    for (const [line, reply] of ANYBODY) assertEquals(await client.ask(line), reply, line);
    await client.ask(LOGIN);
    await client.readLine();
    for (const [line, reply] of [...ANYBODY, ...LOGGED_IN_ONLY]) {
      assertEquals(await client.ask(line), reply, line);
    }
  });
});

Deno.test("Game lets nobody drive or shoot who has not logged in", async () => {
  await withTelnet({}, async (client) => {
    for (const line of ["MOVE 10 20", "move 10 20", "MOVE", "SHOOT", "shoot"]) {
      assertEquals(await client.ask(line), UNAUTHORIZED, line);
    }
  });
});

Deno.test("Game refuses a line that is not UTF-8, and goes on", async () => {
  await withTelnet({}, async (client) => {
    for (const bytes of [[0xff, 0x0a], [0x53, 0x41, 0x59, 0x20, 0xe9, 0x0a], [0x7b, 0x80, 0x0a]]) {
      await client.send(new Uint8Array(bytes));
      assertEquals(await client.readLine(), NOT_UTF8);
    }
    assertEquals(await client.ask("HELP"), HELP);
  });
});

Deno.test("Game ends the connection at QUIT", async () => {
  for (const isLoggedIn of [false, true]) {
    await withTelnet({}, async (client) => {
      if (isLoggedIn) {
        await client.ask(LOGIN);
        await client.readLine();
      }
      await client.sendLine(isLoggedIn ? "QUIT" : "quit");
      assertEquals(await client.readUntilClosed(), ["SERVER: You are leaving the room..."]);
    });
  }
});

Deno.test("Game ends a connection on which nothing comes", async () => {
  for (const before of ["", "HEL", `${LOGIN}\n`]) {
    await withTelnet({ GAME_TCP_IDLE_TIMEOUT_MS: "200" }, async (client) => {
      await client.send(before);
      const lines = await client.readUntilClosed();
      assertEquals(lines.at(-1), "SERVER_ERROR Timeout waiting for command");
    });
  }
});

Deno.test("Game takes a line of 8192 bytes and ends the connection at a longer one", async () => {
  await withTelnet({}, async (client) => {
    assertEquals(await client.ask("X".repeat(8_192)), "UNKNOWN_COMMAND");
    await client.sendLine("X".repeat(8_193));
    const lines = await client.readUntilClosed();
    assert(!lines.includes("UNKNOWN_COMMAND"), "the line was taken");
    assert(lines.length <= 1, lines.join(" | "));
  });
});

Deno.test("Game answers commands of one write in their order, to a client that is done", async () => {
  await withTelnet({}, async (client) => {
    await client.send(`HELP\n\nMOVE 1 2\n${LOGIN}\nMOVE 1 2\nSHOOT\nPLAYERS\nDANCE`);
    await client.closeWrite();
    const lines = await client.readUntilClosed();
    assertMatch(lines[3] ?? "", LOGGED_IN);
    assertEquals(lines.toSpliced(3, 1), [
      HELP,
      "EMPTY_COMMAND",
      UNAUTHORIZED,
      WELCOME,
      "COMMAND_RECEIVED MOVE",
      "COMMAND_RECEIVED SHOOT",
      "SERVER: Players in room: player1",
      "UNKNOWN_COMMAND",
    ]);
  });
});
