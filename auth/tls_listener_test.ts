import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Clock, systemClock } from "../core/clock.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { makeServerCertificate } from "../tests/brokers/server_certificate.ts";
import { inTime } from "../tests/contract/eventually.ts";
import { readTlsFiles, TlsListener, type TlsPem } from "./tls_listener.ts";
import type { RelayedTlsConn } from "./tls_relay.ts";

interface Certificate {
  readonly pem: TlsPem;
  /** Whom a client has to trust. */
  readonly ca: string;
}

async function makeCertificate(): Promise<Certificate> {
  const folder = await Deno.makeTempDir({ prefix: "tanks-tls-" });
  try {
    const files = await makeServerCertificate(folder);
    return { pem: await readTlsFiles(files), ca: await Deno.readTextFile(files.caFile) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const [first, second] = await Promise.all([makeCertificate(), makeCertificate()]);

function open(clock: Clock = systemClock): TlsListener {
  return new TlsListener({ hostname: "127.0.0.1", port: 0, pem: first.pem, clock });
}

function connect(listener: TlsListener, { ca }: Certificate = first): Promise<Deno.TlsConn> {
  return Deno.connectTls({ hostname: "localhost", port: listener.addr.port, caCerts: [ca] });
}

interface Pair {
  readonly client: Deno.TlsConn;
  readonly server: RelayedTlsConn;
}

async function openPair(listener: TlsListener, certificate?: Certificate): Promise<Pair> {
  const accepting = listener.accept();
  const client = await connect(listener, certificate);
  return { client, server: await accepting };
}

async function send(
  to: { write(bytes: Uint8Array): Promise<number> },
  text: string,
): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
}

async function receive(
  from: { read(bytes: Uint8Array): Promise<number | null> },
  length: number,
): Promise<string> {
  const bytes = new Uint8Array(length);
  let got = 0;
  while (got < length) {
    const count = await from.read(bytes.subarray(got));
    if (count === null) break;
    got += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, got));
}

async function assertSpeaks({ client, server }: Pair): Promise<void> {
  await Promise.all([
    send(client, "hello"),
    receive(server, 5).then((got) => assertEquals(got, "hello")),
  ]);
  await Promise.all([
    send(server, "hi"),
    receive(client, 2).then((got) => assertEquals(got, "hi")),
  ]);
}

/** Closes both sides and waits until the relay has let go, so that nothing outlives the test. */
async function end(...pairs: readonly Pair[]): Promise<void> {
  for (const { client, server } of pairs) {
    server.close();
    await receive(client, 1);
    client.close();
    await server.released;
  }
}

Deno.test("TlsListener speaks TLS, and knows the client's own address", async () => {
  const listener = open();
  const pair = await openPair(listener);
  await assertSpeaks(pair);
  assertEquals(pair.server.remoteAddr.port, pair.client.localAddr.port);
  await end(pair);
  listener.close();
});

Deno.test("TlsListener passes on more than it holds at once, and all before the end", async () => {
  const listener = open();
  const pair = await openPair(listener);
  const text = "0123456789".repeat(50_000);
  const [got] = await Promise.all([receive(pair.server, text.length), send(pair.client, text)]);
  assert(got === text);
  const reading = receive(pair.client, text.length + 1);
  await send(pair.server, text);
  pair.server.close();
  assert(await reading === text);
  pair.client.close();
  await pair.server.released;
  listener.close();
});

Deno.test("TlsListener exchanges its certificate: nobody is dropped, who comes gets the new one", async () => {
  const listener = open();
  const before = await openPair(listener);
  await assertSpeaks(before);
  await listener.exchange(second.pem);
  const after = await openPair(listener, second);
  await assertSpeaks(after);
  await assertSpeaks(before);
  await end(before, after);
  listener.close();
});

Deno.test("TlsListener refuses nobody while its certificate is exchanged again and again", async () => {
  const listener = open();
  let isOver = false;
  const serving = (async (): Promise<void> => {
    while (true) {
      const server = await listener.accept().catch(() => undefined);
      if (server === undefined) return;
      void send(server, "hi").finally(() => server.close());
    }
  })();
  let servedCount = 0;
  const clients = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      using client = await connect(listener);
      assertEquals(await receive(client, 2), "hi");
      await receive(client, 1);
      servedCount++;
    }
  });
  for (let round = 0; round < 40; round++) {
    const servedBefore = servedCount;
    await listener.exchange(first.pem);
    while (servedCount < servedBefore + 2) await nextTurn();
  }
  isOver = true;
  await Promise.all(clients);
  listener.close();
  await serving;
});

Deno.test("TlsListener keeps its certificate where the next one is none", async () => {
  const listener = open();
  await assertRejects(() => listener.exchange({ cert: "none", key: "none" }), Error, "certificate");
  await assertRejects(() => listener.exchange({ ...first.pem, key: second.pem.key }));
  const pair = await openPair(listener);
  await assertSpeaks(pair);
  await end(pair);
  listener.close();
});

Deno.test("TlsListener lets go of a client that never begins to speak TLS", async () => {
  const clock = new ManualClock();
  const listener = open(clock);
  const accepting = listener.accept();
  using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const server = await accepting;
  const reading = server.read(new Uint8Array(1)).then(() => "read", () => "rejected");
  server.close();
  assertEquals(await reading, "rejected");
  await clock.advance(1_000);
  await server.released;
  assertEquals(await client.read(new Uint8Array(1)).catch(() => null), null);
  listener.close();
});

Deno.test("TlsListener rejects the reading of what is no TLS, and goes on", async () => {
  const listener = open();
  const accepting = listener.accept();
  using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const server = await accepting;
  await send(client, '{"action":"login"}\n');
  await assertRejects(() => server.read(new Uint8Array(1)));
  server.close();
  await server.released;
  const pair = await openPair(listener);
  await assertSpeaks(pair);
  await end(pair);
  listener.close();
});

Deno.test("TlsListener that cannot listen names the address, and leaves nothing open", () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const options = { hostname: "127.0.0.1", port, pem: first.pem, clock: systemClock };
  assertThrows(() => new TlsListener(options), Error, String(port));
});

Deno.test("TLS files that cannot be read are named", async () => {
  const files = { certFile: "/nowhere/cert.pem", keyFile: "/nowhere/key.pem" };
  await assertRejects(() => readTlsFiles(files), Error, "/nowhere/cert.pem");
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => systemClock.after(0, resolve));
}

/** The ports on which a process listens on loopback, of this one alone (`man 5 proc`). */
async function findOwnPorts(): Promise<readonly number[]> {
  const inodes = new Set<string>();
  for await (const { name } of Deno.readDir("/proc/self/fd")) {
    const target = await Deno.readLink(`/proc/self/fd/${name}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  const table = await Deno.readTextFile("/proc/net/tcp");
  return [...table.matchAll(/: 0100007F:([0-9A-F]{4}) \S+ 0A (?:\S+ +){5}(\d+)/g)]
    .filter(([, , inode = ""]) => inodes.has(inode))
    .map(([, port = ""]) => parseInt(port, 16));
}

Deno.test({
  name: "TlsListener turns away who finds the listener inside, and serves its own client",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const listener = open();
    const inside = (await findOwnPorts()).filter((port) => port !== listener.addr.port);
    const strangers = await Promise.all(
      inside.map((port) => Deno.connect({ hostname: "127.0.0.1", port })),
    );
    assert(strangers.length > 0);
    const pair = await openPair(listener);
    await inTime(assertSpeaks(pair), 5_000);
    // Deno keeps a TLS socket that was closed before its handshake until the other side lets go.
    for (const stranger of strangers) stranger.close();
    await end(pair);
    listener.close();
  },
});

Deno.test("TlsListener that is closed while somebody comes leaves nobody waiting", async () => {
  for (let attempt = 0; attempt < 50; attempt++) {
    const listener = open();
    const accepting = listener.accept().then((server) => server.close(), () => {});
    const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    // A few turns of the loop, each time others: it closes at every stage of the acceptance.
    for (let turn = 0; turn < attempt % 10; turn++) await Promise.resolve();
    listener.close();
    await accepting;
    const read = client.read(new Uint8Array(1)).catch(() => null);
    assertEquals(await inTime(read, 5_000), null);
    client.close();
  }
});
