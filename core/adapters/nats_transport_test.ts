import { assertEquals, assertRejects } from "@std/assert";
import { inTime } from "../../tests/contract/eventually.ts";
import type { BrokerHost } from "./broker_url.ts";
import { NatsTransport } from "./nats_transport.ts";

const GREETING = 'INFO {"server_id":"ö","version":"2.9.0","proto":1,"max_payload":100}\r\n';

/** Listens at a free port, takes one client, and does with it what the test says. */
async function withServer(
  serve: (client: Deno.TcpConn) => Promise<void>,
  prove: (transport: NatsTransport, server: BrokerHost) => Promise<void>,
): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using client = await listener.accept();
    client.setNoDelay();
    await serve(client);
  })();
  const transport = new NatsTransport();
  try {
    await prove(transport, toServer(listener.addr.port));
  } finally {
    await transport.close();
    await inTime(serving);
  }
}

function toServer(port: number): BrokerHost {
  return { hostname: "127.0.0.1", port };
}

async function say(client: Deno.TcpConn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) {
    written += await client.write(bytes.subarray(written));
  }
}

/** Resolves when the other side has hung up. */
async function untilHungUp(client: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1_024);
  try {
    while (await client.read(buffer) !== null);
  } catch (error) {
    // Hung up in the middle of something.
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

Deno.test("NatsTransport reads a greeting that comes byte by byte, and hands it on", async () => {
  await withServer(async (client) => {
    for (const byte of new TextEncoder().encode(GREETING)) await client.write(Uint8Array.of(byte));
    await untilHungUp(client);
  }, async (transport, server) => {
    await transport.connect(server, {});
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of transport) {
      text += decoder.decode(chunk, { stream: true });
      if (text.endsWith("\r\n")) break;
    }
    assertEquals([text, transport.isEncrypted()], [GREETING, false]);
  });
});

Deno.test("NatsTransport carries both ways and says when the server hangs up", async () => {
  await withServer(async (client) => {
    await say(client, GREETING);
    const buffer = new Uint8Array(100);
    const count = await client.read(buffer);
    await client.write(buffer.subarray(0, count ?? 0));
  }, async (transport, server) => {
    await transport.connect(server, {});
    transport.send(new TextEncoder().encode("PING\r\n"));
    let text = "";
    for await (const chunk of transport) text += new TextDecoder().decode(chunk);
    assertEquals(text, `${GREETING}PING\r\n`);
    assertEquals(await transport.closed(), undefined);
    assertEquals(transport.isClosed, true);
    transport.send(new Uint8Array(1));
  });
});

Deno.test("NatsTransport refuses a server that does not greet as NATS does", async () => {
  const greetings = [
    ["220 smtp\r\n", "another protocol"],
    ["INFO {\r\n", "JSON"],
    ["x".repeat(100_000), "no end"],
    ["INFO", "closed the connection"],
  ] as const;
  for (const [greeting, reason] of greetings) {
    await withServer(
      // The client may hang up before it has heard all.
      (client) => say(client, greeting).catch(() => {}),
      async (transport, server) => {
        await assertRejects(() => transport.connect(server, {}), Error, reason);
        assertEquals(transport.isClosed, true);
      },
    );
  }
});

Deno.test("NatsTransport lets go of a server that accepts and says nothing", async () => {
  for (const how of ["close", "discard", "disconnect"] as const) {
    const accepted = Promise.withResolvers<void>();
    await withServer(async (client) => {
      accepted.resolve();
      await untilHungUp(client);
    }, async (transport, server) => {
      const connecting = assertRejects(() => transport.connect(server, {}), Error, "closed");
      await accepted.promise;
      transport[how]();
      await connecting;
    });
  }
});

Deno.test("NatsTransport says that nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  const transport = new NatsTransport();
  await assertRejects(
    () => transport.connect(toServer(listener.addr.port), {}),
    Error,
    "ECONNREFUSED",
  );
});
