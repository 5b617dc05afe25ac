import { assertEquals, assertRejects } from "@std/assert";
import { inTime } from "../../tests/contract/eventually.ts";
import { systemClock } from "../clock.ts";
import { ManualClock } from "../manual_clock.ts";
import { parseRedisUrl, type RedisConfig } from "./redis_config.ts";
import { openRedisSession } from "./redis_session.ts";

/** What a server says to a command by that name. */
type Answers = Readonly<Record<string, string>>;

/** A server with a handful of answers; silent where it has none. */
async function withServer(
  answers: Answers,
  prove: (config: (parameters: string) => RedisConfig) => Promise<void>,
): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = serve(listener, answers);
  await prove((parameters) => {
    const result = parseRedisUrl(`redis://127.0.0.1:${listener.addr.port}${parameters}`);
    if (!result.ok) throw new Error(result.rule);
    return result.config;
  });
  // It ends when the client hangs up: a client that leaves its connection behind hangs here.
  await inTime(serving);
}

async function serve(listener: Deno.TcpListener, answers: Answers): Promise<void> {
  using client = await listener.accept();
  const [buffer, encoder, decoder] = [new Uint8Array(4_096), new TextEncoder(), new TextDecoder()];
  try {
    for (let count = await client.read(buffer); count !== null; count = await client.read(buffer)) {
      const said = decoder.decode(buffer.subarray(0, count)).toLowerCase();
      for (const [command, answer] of Object.entries(answers)) {
        // More than one may come at once.
        const asked = said.split(`\r\n${command}\r\n`).length - 1;
        if (asked > 0) await client.write(encoder.encode(answer.repeat(asked)));
      }
    }
  } catch (error) {
    // The client hung up in the middle of something.
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

const READY: Answers = {
  client: "+OK\r\n",
  info: bulk("redis_version:7.0.0\r\n"),
  ping: "+PONG\r\n",
  get: bulk("value"),
  quit: "+OK\r\n",
};
const built = { clock: systemClock, name: "test" };

Deno.test("openRedisSession opens a session that ends when it is closed", async () => {
  await withServer(READY, async (config) => {
    const session = await openRedisSession({ ...built, config: config("") });
    assertEquals(await session.client.get("key"), "value");
    await session.close();
    await session.ended;
  });
});

const REFUSALS: readonly [what: string, answers: Answers, parameters: string, reason: string][] = [
  [
    "loads its data",
    { ...READY, info: bulk("loading:1\r\nloading_eta_seconds:60\r\n") },
    "?connect_timeout_ms=500",
    "not ready within 500 ms",
  ],
  ["says nothing", {}, "?connect_timeout_ms=500", "not ready within 500 ms"],
  ["asks for a password", { ...READY, info: "-NOAUTH say who\r\n" }, "", "NOAUTH"],
  ["lacks the database", { ...READY, select: "-ERR out of range\r\n" }, "/3", "out of range"],
];

for (const [what, answers, parameters, reason] of REFUSALS) {
  Deno.test(`openRedisSession gives up on a server that ${what}, and hangs up`, async () => {
    await withServer(answers, async (config) => {
      await assertRejects(
        () => openRedisSession({ ...built, config: config(parameters) }),
        Error,
        reason,
      );
    });
    // ioredis looks once more whether the data is loaded, on a timer that hanging up leaves in place.
    if (answers.info !== READY.info) await new Promise((passed) => setTimeout(passed, 150));
  });
}

Deno.test("openRedisSession finds a server alive that refuses a heartbeat", async () => {
  await withServer({ ...READY, ping: "-NOPERM not you\r\n" }, async (config) => {
    const clock = new ManualClock();
    const session = await openRedisSession({ ...built, clock, config: config("?heartbeat_ms=10") });
    let ended: string | undefined;
    void session.ended.then((reason) => {
      ended = reason;
    });
    for (let heartbeat = 0; heartbeat < 3; heartbeat++) {
      await clock.advance(10);
      // Its answer comes after that to the heartbeat.
      await session.client.get("key");
    }
    assertEquals(ended, undefined);
    await session.close();
  });
});

Deno.test("openRedisSession ends a session whose server answers no more", async () => {
  const { ping: _, ...silent } = READY;
  await withServer(silent, async (config) => {
    const session = await openRedisSession({ ...built, config: config("?heartbeat_ms=20") });
    assertEquals(await session.ended, "no answer to a heartbeat within 20 ms");
    await session.close();
  });
});
