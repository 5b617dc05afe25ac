import { assertEquals } from "@std/assert";
import { type TcpAction, TcpConnection } from "./tcp_connection.ts";

const CLOSE: TcpAction = { kind: "close" };
const WELCOME = {
  ok: true,
  username: "ann",
  message: "User ann authenticated",
  token: "jwt",
} as const;

Deno.test("TcpConnection greets", () => {
  assertEquals(new TcpConnection().onOpen(), [reply("SERVER_ACK_CONNECTED")]);
});

Deno.test("TcpConnection logs in", () => {
  const connection = new TcpConnection();
  assertEquals(connection.onLine("LOGIN ann secret"), [
    { kind: "login", username: "ann", password: "secret" },
  ]);
  assertEquals(connection.onLogin(WELCOME), [
    reply("LOGIN_SUCCESS User ann authenticated Token: jwt"),
    reply("SERVER: Welcome to the game room!"),
  ]);
});

Deno.test("TcpConnection closes after a login that failed, and after a second one", () => {
  const refused = new TcpConnection();
  refused.onLine("LOGIN ann wrong");
  assertEquals(refused.onLogin({ ok: false, message: "No" }), [reply("LOGIN_FAILURE No"), CLOSE]);
  assertEquals(refused.onLine("HELP"), []);

  assertEquals(loggedIn().onLine("LOGIN ann secret"), [
    reply("LOGIN_FAILURE You are already logged in"),
    { kind: "leave_room", username: "ann" },
    CLOSE,
  ]);
});

Deno.test("TcpConnection answers before a login with UNAUTHORIZED where one is needed", () => {
  for (const line of ["MOVE 1 2", "MOVE", "SHOOT", "SAY hi", "PLAYERS"]) {
    const actions = new TcpConnection().onLine(line);
    assertEquals(actions, [reply("UNAUTHORIZED You need to log in first")], line);
  }
});

Deno.test("TcpConnection answers commands with the wire's texts", () => {
  const cases: readonly (readonly [string | undefined, readonly TcpAction[]])[] = [
    ["MOVE 1 2", [
      reply("COMMAND_RECEIVED MOVE"),
      { kind: "move", username: "ann", xM: 1, yM: 2 },
    ]],
    ["MOVE", [reply("MOVE_ERROR Coordinates are missing")]],
    ["MOVE x y", [reply("MOVE_ERROR Invalid coordinates")]],
    ["SHOOT", [reply("COMMAND_RECEIVED SHOOT"), { kind: "shoot", username: "ann" }]],
    ["SAY hi", [{ kind: "say", username: "ann", text: "hi" }]],
    ["PLAYERS", [{ kind: "list_players" }]],
    ["HELP", [reply("SERVER: Available commands: SAY <message>, PLAYERS, QUIT")]],
    ["", [reply("EMPTY_COMMAND")]],
    ["DANCE", [reply("UNKNOWN_COMMAND")]],
    [undefined, [reply("SERVER_ERROR Invalid character encoding. UTF-8 expected.")]],
    ['{"action":"ping"}', [{ kind: "message", text: '{"action":"ping"}' }]],
    ["QUIT", [
      reply("SERVER: You are leaving the room..."),
      { kind: "leave_room", username: "ann" },
      CLOSE,
    ]],
    ["REGISTER a b", [
      reply("REGISTER_FAILURE Registration via game server is not supported yet."),
      { kind: "leave_room", username: "ann" },
      CLOSE,
    ]],
  ];
  for (const [line, actions] of cases) assertEquals(loggedIn().onLine(line), actions, line);
});

Deno.test("TcpConnection ends with a last word, and leaves the room once", () => {
  const connection = loggedIn();
  assertEquals(connection.onIdle(), [
    reply("SERVER_ERROR Timeout waiting for command"),
    { kind: "leave_room", username: "ann" },
    CLOSE,
  ]);
  assertEquals(connection.onClose(), []);
});

Deno.test("TcpConnection answers a line too long in the language of the line before", () => {
  const [text] = new TcpConnection().onLineTooLong();
  assertEquals(text, reply("SERVER_ERROR Message too long"));
  const json = new TcpConnection();
  json.onLine("{}");
  const [answer] = json.onLineTooLong();
  assertEquals(
    answer,
    reply('{"status":"error","message":"Message too long","code":"message_too_long"}'),
  );
});

Deno.test("TcpConnection that was displaced leaves no room, because another is in it", () => {
  assertEquals(loggedIn().onDisplaced(), [
    reply("SERVER: You have logged in elsewhere."),
    CLOSE,
  ]);
});

function loggedIn(): TcpConnection {
  const connection = new TcpConnection();
  connection.onLogin(WELCOME);
  return connection;
}

function reply(text: string): TcpAction {
  return { kind: "reply", text };
}
