import { assertEquals, assertStringIncludes } from "@std/assert";
import type { LoginOutcome } from "../core/auth/auth_client.ts";
import { silentLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import type { LineConnection } from "../core/net/tcp_server.ts";
import { RateLimiter } from "../core/net/rate_limiter.ts";
import { ChatRoom } from "./chat_room.ts";
import { routeDirect } from "./command_route.ts";
import { type GameMetrics, openGameMetrics } from "./game_metrics.ts";
import { MessageHandler } from "./message_handler.ts";
import { TcpEndpoint } from "./tcp_endpoint.ts";
import { openTestSessions, type TestSessions } from "./testing.ts";

Deno.test("TcpEndpoint gives whoever logs in a tank, and drives it", async () => {
  const test = openServer();
  const ann = test.connect();
  await ann.say("LOGIN ann secret", "MOVE 40 30");
  assertEquals(ann.lines, [
    "SERVER_ACK_CONNECTED",
    "LOGIN_SUCCESS User ann authenticated Token: jwt-ann",
    "SERVER: Welcome to the game room!",
    "COMMAND_RECEIVED MOVE",
  ]);
  await test.clock.advance(100);
  assertEquals(test.sessions.find("ann")?.tank.moveOrder, { xUm: 40_000_000, yUm: 30_000_000 });
  // A telnet user reads words, not fifteen states a second.
  assertEquals(ann.lines.length, 4);
});

Deno.test("TcpEndpoint turns away who cannot log in, or can but finds no tank", async () => {
  const test = openServer();
  const eve = test.connect();
  await eve.say("LOGIN eve wrong");
  assertEquals(eve.lines.at(-1), "LOGIN_FAILURE Authentication failed: Invalid password");
  test.sessions.drain();
  const ann = test.connect();
  await ann.say("LOGIN ann secret");
  assertEquals(ann.lines.at(-1), "LOGIN_FAILURE Server is shutting down");
  assertEquals([eve.isClosed, ann.isClosed, test.room.usernames.length], [true, true, 0]);
});

Deno.test("TcpEndpoint lets people talk, and tells who comes and goes", async () => {
  const test = openServer();
  const ann = test.connect();
  const bob = test.connect();
  await ann.say("LOGIN ann secret");
  await bob.say("LOGIN bob secret", "SAY hello", "PLAYERS", "QUIT");
  bob.endpoint.onClose();
  assertEquals(ann.lines.slice(3), [
    "SERVER: Player bob joined the room.",
    "bob: hello",
    "SERVER: Player bob left the room.",
  ]);
  assertEquals(bob.lines.slice(3), [
    "bob: hello",
    "SERVER: Players in room: ann, bob",
    "SERVER: You are leaving the room...",
  ]);
  assertEquals(test.sessions.find("bob"), undefined);
});

Deno.test("TcpEndpoint hands the tank to a second login of the same account", async () => {
  const test = openServer();
  const first = test.connect();
  const second = test.connect();
  await first.say("LOGIN ann secret");
  await second.say("LOGIN ann secret");
  assertEquals(first.lines.at(-1), "SERVER: You have logged in elsewhere.");
  first.endpoint.onClose();
  assertEquals(test.sessions.find("ann")?.link.address, second.endpoint.address);
  assertEquals(test.room.usernames, ["ann"]);
});

Deno.test("TcpEndpoint finds another match for who commands after the end of one", async () => {
  const test = openServer();
  const ann = test.connect();
  await ann.say("LOGIN ann secret");
  const before = test.sessions.find("ann")?.match.id;
  test.sessions.leave("ann", "match_over");
  await ann.say("SHOOT");
  const after = test.sessions.find("ann")?.match.id;
  assertEquals([after !== undefined, after !== before], [true, true]);
});

Deno.test("TcpEndpoint tells who commands after the end of a match why there is no other", async () => {
  const test = openServer();
  const ann = test.connect();
  await ann.say("LOGIN ann secret");
  test.sessions.leave("ann", "match_over");
  test.sessions.drain();
  await ann.say("SHOOT");
  assertEquals(ann.lines.slice(-2), ["COMMAND_RECEIVED SHOOT", "SERVER: Server is shutting down"]);
  assertEquals(ann.isClosed, false);
});

Deno.test("TcpEndpoint tells where a match goes on who speaks JSON, and nobody who types", async () => {
  const test = openServer();
  const [program, person] = [test.connect(), test.connect()];
  await person.say("LOGIN bob secret");
  await program.say('{"action":"join_game","player_id":"ann","token":"t"}');
  const session = test.sessions.sessionList[0];
  const isThere = session !== undefined && session.players.size === 2;
  assertEquals(isThere, true);
  const before = person.lines.length;
  if (session !== undefined) test.sessions.release(session, { host: "game-2", port: 9 });
  assertEquals(
    program.lines.at(-1),
    `{"type":"match_moved","match_id":"${session?.id}","udp":{"host":"game-2","port":9}}`,
  );
  assertEquals(person.lines.length, before);
});

Deno.test("TcpEndpoint takes so many lines of one connection and no more", async () => {
  const test = openServer();
  const client = test.connect();
  await client.say(...Array<string>(103).fill("HELP"));
  assertEquals([client.lines.length, test.drops.player_rate.value], [101, 3]);
});

Deno.test("TcpEndpoint speaks JSON: login, join, states, and the end of all players on a close", async () => {
  const test = openServer();
  const client = test.connect();
  await client.say('{"action":"login","username":"ann","password":"secret"}');
  assertEquals(client.lines.at(-1), '{"status":"success","message":"User ann authenticated"}');
  await client.say(
    '{"action":"join_game","player_id":"ann"}',
    '{"action":"login","username":"bob","password":"secret"}',
    '{"action":"join_game","player_id":"bob"}',
  );
  assertEquals(test.sessions.find("ann")?.accountId, "account-ann");
  assertEquals(test.sessions.find("bob")?.accountId, "account-bob");
  await test.clock.advance(200);
  assertStringIncludes(client.lines.at(-1) ?? "", '{"type":"state"');
  client.endpoint.onClose();
  assertEquals(test.sessions.playerCount, 0);
});

Deno.test("TcpEndpoint leaves no tank and no member behind who hung up during the login", async () => {
  const test = openServer();
  const lines = ["LOGIN ann secret", '{"action":"join_game","player_id":"ann","token":"t"}'];
  for (const line of lines) {
    const client = test.connect();
    const handled = client.say(line);
    client.endpoint.onClose();
    await handled;
    assertEquals([test.sessions.playerCount, test.room.usernames], [0, []], line);
  }
});

Deno.test("TcpEndpoint takes out of the room whom it brought in, whoever logs in in between", async () => {
  const test = openServer();
  const client = test.connect();
  await client.say("LOGIN ann secret", '{"action":"login","username":"bob","password":"secret"}');
  client.endpoint.onClose();
  assertEquals([test.sessions.playerCount, test.room.usernames], [0, []]);
});

Deno.test("TcpEndpoint sends states to a telnet user who joins in JSON", async () => {
  const test = openServer();
  const client = test.connect();
  await client.say("LOGIN ann secret", '{"action":"join_game","player_id":"ann"}', "SHOOT");
  await test.clock.advance(200);
  assertStringIncludes(client.lines.at(-1) ?? "", '{"type":"state"');
});

Deno.test("TcpEndpoint answers for a fault of ours and goes on", async () => {
  const test = openServer();
  const client = test.connect();
  await client.say("LOGIN fault secret", "HELP");
  assertEquals(client.lines.slice(1), [
    "SERVER_ERROR Internal server error: RangeError",
    "SERVER: Available commands: SAY <message>, PLAYERS, QUIT",
  ]);
});

Deno.test("TcpEndpoint gives nobody a tank again whose login has been ended", async () => {
  const test = openServer();
  const client = test.connect();
  await client.say("LOGIN ann secret");
  assertEquals(test.sessions.find("ann")?.authSessionId, "session-ann");
  test.ended.add("session-ann");
  test.sessions.leave("ann", "kicked");
  await client.say("SHOOT", '{"action":"join_game","player_id":"ann"}');
  assertEquals(client.lines.slice(-2), [
    "SERVER: Authentication required",
    '{"status":"join_failed","reason":"Authentication required"}',
  ]);
  assertEquals(test.sessions.playerCount, 0);
});

interface TestClient {
  readonly endpoint: TcpEndpoint;
  readonly lines: string[];
  isClosed: boolean;
  say(...lines: readonly string[]): Promise<void>;
}

function openServer(): TestSessions & {
  room: ChatRoom;
  drops: GameMetrics["drops"];
  /** Logins that have been ended. */
  ended: Set<string>;
  connect(): TestClient;
} {
  const ended = new Set<string>();
  const isEnded = (id: string | undefined): Promise<boolean> =>
    Promise.resolve(ended.has(id ?? ""));
  const test = openTestSessions();
  const { clock, sessions } = test;
  const room = new ChatRoom();
  const metrics = openGameMetrics(new Metrics({ process: false }));
  let ports = 0;
  const options = {
    auth: { login: ({ username }: { readonly username: string }) => tryLogin(username) },
    sessions,
    isEnded,
    handler: new MessageHandler({
      sessions,
      isEnded,
      route: routeDirect,
      clock,
      tickRate: 30,
      allowGuests: false,
      checkToken: () =>
        Promise.resolve({ accountId: "account", playerId: "ann", matchId: undefined }),
    }),
    route: routeDirect,
    room,
    messages: new RateLimiter({ ratePerSecond: 100, burst: 100, keysMax: 10, clock }),
    metrics,
    log: silentLog,
  };
  const connect = (): TestClient => {
    const lines: string[] = [];
    const connection: LineConnection = {
      remote: { hostname: "10.0.0.1", port: ++ports },
      id: ports,
      write: (text) => void lines.push(text),
      close: () => void (client.isClosed = true),
    };
    const endpoint = new TcpEndpoint(connection, options);
    const client: TestClient = {
      endpoint,
      lines,
      isClosed: false,
      say: async (...said) => {
        for (const line of said) await endpoint.onLine(new TextEncoder().encode(line));
      },
    };
    endpoint.open();
    return client;
  };
  return { ...test, room, ended, drops: metrics.drops, connect };
}

function tryLogin(username: string): Promise<LoginOutcome> {
  if (username === "fault") return Promise.reject(new RangeError("detail"));
  if (username === "eve") {
    const message = "Authentication failed: Invalid password";
    return Promise.resolve({ ok: false, message, reply: { status: "failure", message } });
  }
  const message = `User ${username} authenticated`;
  return Promise.resolve({
    ok: true,
    message,
    accountId: `account-${username}`,
    username,
    sessionId: `session-${username}`,
    token: `jwt-${username}`,
    reply: { status: "success", message },
  });
}
