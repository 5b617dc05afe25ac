import { assertEquals, assertNotEquals } from "@std/assert";
import { DatagramClient } from "../clients/datagram_client.ts";
import { eventually } from "../contract/eventually.ts";
import { PERFECT_LINK } from "./simulated_link.ts";
import { UdpRelay } from "./udp_relay.ts";

/** A server that answers each datagram with where it came from. */
function startMirror(): { readonly port: number; close(): Promise<void> } {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const pump = (async (): Promise<void> => {
    for await (const [bytes, from] of socket) {
      if (from.transport !== "udp") continue;
      const { n } = JSON.parse(new TextDecoder().decode(bytes));
      const reply = JSON.stringify({ status: "mirrored", n, port: from.port });
      await socket.send(new TextEncoder().encode(reply), from);
    }
  })();
  const { addr } = socket;
  return {
    port: addr.transport === "udp" ? addr.port : 0,
    close: async (): Promise<void> => {
      socket.close();
      await pump;
    },
  };
}

Deno.test("UdpRelay carries each client's datagrams from an address of its own, and back", async () => {
  const mirror = startMirror();
  const server = { hostname: "127.0.0.1", port: mirror.port };
  const relay = new UdpRelay({ server, conditions: PERFECT_LINK, seed: 1 });
  const clients = [DatagramClient.open(relay.address), DatagramClient.open(relay.address)];
  try {
    const ports: unknown[] = [];
    for (const [index, client] of clients.entries()) {
      const reply = await client.ask({ n: index });
      assertEquals(reply.n, index);
      ports.push(reply.port);
    }
    assertNotEquals(ports[0], ports[1]);
    assertEquals(relay.tally.there.delivered, 2);
    assertEquals(relay.tally.back.delivered, 2);
  } finally {
    for (const client of clients) await client.close();
    await relay.close();
    await mirror.close();
  }
});

Deno.test("UdpRelay loses everything while it is cut, and a moved client has another address", async () => {
  const mirror = startMirror();
  const server = { hostname: "127.0.0.1", port: mirror.port };
  const relay = new UdpRelay({ server, conditions: PERFECT_LINK, seed: 1 });
  const client = DatagramClient.open(relay.address);
  try {
    const { port } = await client.ask({ n: 1 });
    relay.cut();
    await client.send({ n: 2 });
    // Nothing tells when a datagram was lost but the relay's own tally.
    await eventually(() => assertEquals(relay.tally.there.cut, 1));
    relay.mend();
    assertEquals(await client.ask({ n: 3 }), { status: "mirrored", n: 3, port });
    relay.moveClients();
    const moved = await client.ask({ n: 4 });
    assertEquals(moved.n, 4);
    assertNotEquals(moved.port, port);
  } finally {
    await client.close();
    await relay.close();
    await mirror.close();
  }
});
