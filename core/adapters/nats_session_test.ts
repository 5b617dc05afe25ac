import { assert, assertEquals, assertRejects } from "@std/assert";
import { inTime } from "../../tests/contract/eventually.ts";
import { systemClock } from "../clock.ts";
import { type NatsConfig, parseNatsUrl } from "./nats_config.ts";
import { openNatsSession } from "./nats_session.ts";

const GREETING = 'INFO {"server_id":"x","version":"2.9.0","proto":1,"max_payload":1048576}\r\n';

/** How a server behaves. */
interface Behaviour {
  /** What it says first. */
  readonly greeting: string;
  /** How often it answers a PING before it falls silent. */
  readonly pongsMax: number;
  /** What it says before its second PONG. */
  readonly refusal?: string;
}

/** A server with a handful of words, and what it was told. */
async function withServer(
  behaviour: Behaviour,
  prove: (config: (parameters: string) => NatsConfig, told: () => string) => Promise<void>,
): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let told = "";
  const serving = (async () => {
    using client = await listener.accept();
    await serve(client, behaviour, (text) => void (told += text));
  })();
  await prove((parameters) => {
    const result = parseNatsUrl(`nats://127.0.0.1:${listener.addr.port}?${parameters}`);
    if (!result.ok) throw new Error(result.rule);
    return result.config;
  }, () => told);
  // It ends when the client hangs up: a client that leaves its connection behind hangs here.
  await inTime(serving);
}

async function serve(
  client: Deno.TcpConn,
  { greeting, pongsMax, refusal = "" }: Behaviour,
  onText: (text: string) => void,
): Promise<void> {
  const [buffer, encoder, decoder] = [new Uint8Array(65_536), new TextEncoder(), new TextDecoder()];
  const say = (text: string): Promise<number> => client.write(encoder.encode(text));
  let pongCount = 0;
  try {
    await say(greeting);
    for (let count = await client.read(buffer); count !== null; count = await client.read(buffer)) {
      const text = decoder.decode(buffer.subarray(0, count));
      onText(text);
      const pings = text.split("PING\r\n").length - 1;
      for (let ping = 0; ping < pings && pongCount < pongsMax; ping++) {
        await say(pongCount++ === 1 ? `${refusal}PONG\r\n` : "PONG\r\n");
      }
    }
  } catch (error) {
    // The client hung up in the middle of something.
    if (
      !(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe)
    ) {
      throw error;
    }
  }
}

const HEALTHY: Behaviour = { greeting: GREETING, pongsMax: Infinity };
const built = { attempt: 0, name: "test", clock: systemClock, onRefusal: () => {} };

Deno.test("openNatsSession sends what was published before it closes, and ends then", async () => {
  await withServer(HEALTHY, async (config, told) => {
    const session = await openNatsSession({ ...built, config: config("") });
    session.client.publish("last", new TextEncoder().encode("words"));
    await session.close();
    await session.ended;
    assert(told().includes("PUB last 5\r\nwords\r\n"), told());
    assert(told().includes('"name":"test"'), told());
  });
});

const REFUSALS: readonly [what: string, behaviour: Behaviour, reason: string][] = [
  ["says nothing", { greeting: "", pongsMax: 0 }, "timeout"],
  ["greets and falls silent", { greeting: GREETING, pongsMax: 0 }, "timeout"],
  ["speaks otherwise", { greeting: "220 smtp\r\n", pongsMax: 0 }, "another protocol"],
];

for (const [what, behaviour, reason] of REFUSALS) {
  Deno.test(`openNatsSession gives up on a server that ${what}, and hangs up`, async () => {
    await withServer(behaviour, async (config) => {
      const opening = openNatsSession({ ...built, config: config("connect_timeout_ms=100") });
      await assertRejects(() => opening, Error, reason);
    });
  });
}

Deno.test("openNatsSession ends a session whose server answers no more", async () => {
  await withServer({ ...HEALTHY, pongsMax: 3 }, async (config) => {
    const session = await openNatsSession({ ...built, config: config("heartbeat_ms=20") });
    assertEquals(await session.ended, "no answer to a heartbeat within 20 ms");
    await session.close();
  });
});

Deno.test("openNatsSession tells what the server refuses, and goes on", async () => {
  const refusal = "-ERR 'Permissions Violation for Publish to \"secret\"'\r\n";
  await withServer({ ...HEALTHY, refusal }, async (config) => {
    const refused = Promise.withResolvers<string>();
    const onRefusal = (error: Error): void => refused.resolve(error.message);
    const session = await openNatsSession({ ...built, onRefusal, config: config("") });
    await session.client.flush();
    assert((await inTime(refused.promise)).includes("Permissions Violation"));
    await session.close();
  });
});
