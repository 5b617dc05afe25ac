import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import { AddressToken } from "../core/net/address_token.ts";
import { RateLimiter } from "../core/net/rate_limiter.ts";
import { type CommandRoute, routeDirect } from "./command_route.ts";
import { type DropReason, openGameMetrics } from "./game_metrics.ts";
import { MessageHandler, type TokenCheck } from "./message_handler.ts";
import { openTestSessions, type TestSessions } from "./testing.ts";
import { UdpEndpoint } from "./udp_endpoint.ts";

const HOME = { hostname: "10.0.0.1", port: 1000 };
const ELSEWHERE = { hostname: "10.0.0.2", port: 1000 };
const CLAIM = { accountId: "account", playerId: "ann", matchId: undefined };
const JOIN = { action: "join_game", player_id: "ann" };

Deno.test("UdpEndpoint counts every datagram, and each that comes to nothing by its reason", async () => {
  const cases: readonly (readonly [string | Uint8Array, DropReason])[] = [
    ["", "empty"],
    [" \0\n", "empty"],
    ["{", "invalid_json"],
    ["[]", "invalid_json"],
    [Uint8Array.of(0x7b, 0xff), "invalid_encoding"],
    ['{"action":"dance"}', "unknown_action"],
    ['{"action":"login","username":"a","password":"b"}', "unknown_action"],
    ['{"action":"shoot"}', "player_id_missing"],
    ['{"action":"move","player_id":"ann","position":7}', "invalid_field"],
    ['{"action":"shoot","player_id":"nobody"}', "unknown_player"],
  ];
  for (const [datagram, reason] of cases) {
    const test = openEndpoint();
    await test.receive(datagram, HOME);
    assertEquals([test.datagrams.value, test.drops[reason].value], [1, 1], reason);
  }
});

Deno.test("UdpEndpoint ignores who acts for a player from another address", async () => {
  const test = openEndpoint();
  await test.receive(JOIN, HOME);
  await test.receive({ action: "shoot", player_id: "ann" }, ELSEWHERE);
  await test.receive({ action: "leave_game", player_id: "ann" }, ELSEWHERE);
  assertEquals(test.drops.foreign_address.value, 2);
  assertEquals(test.repliesTo(ELSEWHERE), []);
  assert(test.sessions.find("ann") !== undefined);
});

Deno.test("UdpEndpoint sends states to the address that joined", async () => {
  const test = openEndpoint();
  await test.receive(JOIN, HOME);
  await test.clock.advance(1_000);
  const types = test.repliesTo(HOME).map((text) => JSON.parse(text).type ?? "reply");
  assertEquals(types[0], "reply");
  assertEquals(types.filter((type) => type === "state").length, 15);
});

Deno.test("UdpEndpoint answers an address that plays with nobody so often and no more", async () => {
  const test = openEndpoint({ strangerRate: 5 });
  for (let turn = 0; turn < 20; turn++) await test.receive("{", HOME);
  assertEquals(test.repliesTo(HOME).length, 5);
  assertEquals(test.drops.stranger_rate.value, 15);
  await test.receive("{", ELSEWHERE);
  assertEquals(test.repliesTo(ELSEWHERE).length, 1);
});

Deno.test("UdpEndpoint answers a player whoever else is behind the same host name", async () => {
  const test = openEndpoint({ strangerRate: 2 });
  await test.receive(JOIN, HOME);
  for (let turn = 0; turn < 5; turn++) await test.receive("{", { ...HOME, port: 2000 });
  await test.receive({ action: "ping", t: 1 }, HOME);
  assertEquals(JSON.parse(test.repliesTo(HOME).at(-1) ?? "{}").status, "pong");
});

Deno.test("UdpEndpoint takes so many messages of one address and no more", async () => {
  const test = openEndpoint({ messageRate: 3 });
  for (let turn = 0; turn < 10; turn++) await test.receive({ action: "ping", t: turn }, HOME);
  assertEquals(test.repliesTo(HOME).length, 3);
  assertEquals(test.drops.player_rate.value, 7);
});

Deno.test("UdpEndpoint sends an unproven address no more than a challenge, no longer than the join", async () => {
  const test = openEndpoint({ allowGuests: false });
  const join = { ...JOIN, token: "good" };
  await test.receive(join, HOME);
  const [text = ""] = test.repliesTo(HOME);
  const { status, challenge } = JSON.parse(text);
  assertEquals(status, "challenge");
  // A real token is some 400 characters long.
  assertLessOrEqual(text.length, JSON.stringify({ ...JOIN, token: "x".repeat(40) }).length);
  assertEquals(test.sessions.playerCount, 0);
  await test.receive({ ...join, challenge }, ELSEWHERE);
  assertEquals(test.sessions.playerCount, 0);
  await test.receive({ ...join, challenge: "*" }, HOME);
  assertEquals(test.sessions.playerCount, 0);
  await test.receive({ ...join, challenge }, HOME);
  assertEquals(JSON.parse(test.repliesTo(HOME).at(-1) ?? "{}").status, "joined");
});

Deno.test("UdpEndpoint answers for a fault of ours with its class alone, and goes on", async () => {
  const test = openEndpoint({
    checkToken: () => Promise.reject(new RangeError("secret detail")),
  });
  await test.receive({ ...JOIN, token: "t" }, HOME);
  assertEquals(test.repliesTo(HOME), [
    '{"status":"error","message":"Internal server error: RangeError","code":"internal_error"}',
  ]);
  await test.receive({ action: "ping", t: 1 }, HOME);
  assertEquals(test.repliesTo(HOME).length, 2);
});

Deno.test("UdpEndpoint answers for a fault of ours in a player's command too, and goes on", async () => {
  let isFaulty = true;
  const test = openEndpoint({
    route: (player, command) => {
      if (isFaulty) throw new TypeError("secret detail");
      routeDirect(player, command);
    },
  });
  await test.receive(JOIN, HOME);
  const shoot = { action: "shoot", player_id: "ann" };
  await test.receive(shoot, HOME);
  assertEquals(
    test.repliesTo(HOME).at(-1),
    '{"status":"error","message":"Internal server error: TypeError","code":"internal_error"}',
  );
  assertEquals(test.drops.handler_failed.value, 1);
  isFaulty = false;
  await test.receive(shoot, HOME);
  await test.clock.advance(40);
  assert((test.sessions.find("ann")?.tank.reloadTicks ?? 0) > 0, "it has fired");
});

Deno.test("UdpEndpoint looks into a bounded number of joins at once, and into so many of one host", async () => {
  const answers: PromiseWithResolvers<undefined>[] = [];
  const test = openEndpoint({
    strangerRate: 1_026,
    checkToken: () => {
      const answer = Promise.withResolvers<undefined>();
      answers.push(answer);
      return answer.promise;
    },
  });
  const join = { ...JOIN, token: "slow" };
  for (let port = 1; port <= 1_028; port++) await test.receive(join, { ...HOME, port });
  assertEquals([answers.length, test.drops.joins_in_flight.value], [1_024, 2]);
  assertEquals(test.drops.stranger_rate.value, 2);
  for (const answer of answers) answer.resolve(undefined);
  await test.clock.advance(1_000);
  await test.receive(join, HOME);
  assertEquals(answers.length, 1_025, "there is room again");
});

interface TestEndpoint extends TestSessions {
  readonly datagrams: { readonly value: number };
  readonly drops: Readonly<Record<DropReason, { readonly value: number }>>;
  /** Hands in a datagram, and waits until it is handled. */
  receive(
    datagram: string | Uint8Array | Readonly<Record<string, unknown>>,
    from: typeof HOME,
  ): Promise<void>;
  repliesTo(address: typeof HOME): readonly string[];
}

function openEndpoint(
  options: {
    readonly allowGuests?: boolean;
    readonly strangerRate?: number;
    readonly messageRate?: number;
    readonly checkToken?: TokenCheck;
    readonly route?: CommandRoute;
  } = {},
): TestEndpoint {
  const test = openTestSessions();
  const { clock, sessions } = test;
  const metrics = openGameMetrics(new Metrics({ process: false }));
  const sent: { readonly text: string; readonly to: typeof HOME }[] = [];
  const limit = (rate: number): RateLimiter =>
    new RateLimiter({ ratePerSecond: rate, burst: rate, keysMax: 2_000, clock });
  const endpoint = new UdpEndpoint({
    handler: new MessageHandler({
      sessions,
      route: options.route ?? routeDirect,
      clock,
      tickRate: 30,
      allowGuests: options.allowGuests ?? true,
      checkToken: options.checkToken ??
        ((token) => Promise.resolve(token === "good" ? CLAIM : undefined)),
    }),
    send: (datagram, { hostname, port }) => {
      sent.push({ text: new TextDecoder().decode(datagram), to: { hostname, port } });
    },
    addressToken: new AddressToken({
      secretLifetimeMs: 1_000,
      clock,
      randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
    }),
    strangers: limit(options.strangerRate ?? 1_000),
    messages: limit(options.messageRate ?? 1_000),
    metrics,
    log: silentLog,
  });
  return {
    ...test,
    datagrams: metrics.datagrams,
    drops: metrics.drops,
    receive: async (datagram, from) => {
      const isText = typeof datagram === "string";
      const bytes = datagram instanceof Uint8Array
        ? datagram
        : new TextEncoder().encode(isText ? datagram : JSON.stringify(datagram));
      endpoint.onDatagram(bytes, from);
      await clock.advance(0);
    },
    repliesTo: ({ hostname, port }) =>
      sent.filter(({ to }) => to.hostname === hostname && to.port === port)
        .map(({ text }) => text),
  };
}
