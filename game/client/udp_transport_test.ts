import { assertEquals } from "@std/assert";
import type { TransportEvents } from "./transport.ts";
import { type DatagramSocket, openUdpTransport, UNSENT_MAX } from "./udp_transport.ts";

const SERVER = { hostname: "game.test", port: 9_999 };
const DATAGRAM = Uint8Array.of(1);

/** Sockets of a machine on which a name stands for an address of some of the families. */
function openMachine(reaches: readonly string[]): {
  /** Which sockets were opened, in turn. */
  readonly opened: string[];
  /** Which socket has sent a datagram, in turn. */
  readonly sent: string[];
  /** Which sockets are open. */
  readonly open: Set<string>;
  readonly listen: (hostname: string) => DatagramSocket;
} {
  const opened: string[] = [];
  const sent: string[] = [];
  const open = new Set<string>();
  const listen = (hostname: string): DatagramSocket => {
    opened.push(hostname);
    open.add(hostname);
    const closed = Promise.withResolvers<never>();
    return {
      send: ({ length }) => {
        if (!reaches.includes(hostname)) return Promise.reject(new Error("Wrong family"));
        sent.push(hostname);
        return Promise.resolve(length);
      },
      receive: () => closed.promise,
      close: () => {
        open.delete(hostname);
        closed.reject(new Deno.errors.BadResource("closed"));
      },
    };
  };
  return { opened, sent, open, listen };
}

function openEvents(): TransportEvents & { readonly faults: unknown[] } {
  const faults: unknown[] = [];
  return { faults, onBytes: () => {}, onFault: (error) => void faults.push(error) };
}

/** Lets what was sent have its outcome. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}

Deno.test("UdpTransport hands over a datagram whole, however long it is", async () => {
  const server = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { addr } = server;
  if (addr.transport !== "udp") throw new Error("Cannot open the server: not a UDP socket");
  const heard = Promise.withResolvers<number>();
  const transport = openUdpTransport(addr, {
    onBytes: ({ length }) => heard.resolve(length),
    onFault: heard.reject,
  });
  try {
    transport.send(DATAGRAM);
    const [, from] = await server.receive();
    await server.send(new Uint8Array(40_000), from);
    assertEquals(await heard.promise, 40_000);
  } finally {
    await transport.close();
    server.close();
  }
});

Deno.test("UdpTransport sends by the family that the name's address has, whichever that is", async () => {
  const table: [reaches: string, opened: string[]][] = [
    ["0.0.0.0", ["0.0.0.0"]],
    ["::", ["0.0.0.0", "::"]],
  ];
  for (const [reaches, opened] of table) {
    const machine = openMachine([reaches]);
    const events = openEvents();
    const transport = openUdpTransport(SERVER, events, machine.listen);
    for (let count = 0; count < 3; count++) {
      // Two at once: both failing is no reason to change twice.
      transport.send(DATAGRAM);
      transport.send(DATAGRAM);
      await settle();
    }
    assertEquals(machine.opened, opened);
    assertEquals(machine.sent, Array(opened.length === 1 ? 6 : 4).fill(reaches));
    assertEquals([...machine.open], [reaches]);
    await transport.close();
    assertEquals([machine.open.size, events.faults], [0, []]);
  }
});

Deno.test("UdpTransport fails where nothing can be sent, and takes a later loss for what it is", async () => {
  const nowhere = openMachine([]);
  const events = openEvents();
  const transport = openUdpTransport(SERVER, events, nowhere.listen);
  for (let count = 0; count < UNSENT_MAX + 3; count++) {
    assertEquals(events.faults.length, count < UNSENT_MAX ? 0 : 1);
    transport.send(DATAGRAM);
    await settle();
  }
  assertEquals(nowhere.open.size, 0);
  await transport.close();

  const away = ["0.0.0.0"];
  const machine = openMachine(away);
  const roaming = openUdpTransport(SERVER, events, machine.listen);
  roaming.send(DATAGRAM);
  await settle();
  away.length = 0;
  for (let count = 0; count < 2 * UNSENT_MAX; count++) {
    roaming.send(DATAGRAM);
    await settle();
  }
  assertEquals([machine.opened, events.faults.length], [["0.0.0.0"], 1]);
  await roaming.close();
});

Deno.test("UdpTransport goes on with what it has where the other family is not to be had", async () => {
  const machine = openMachine([]);
  const events = openEvents();
  const transport = openUdpTransport(SERVER, events, (hostname) => {
    if (hostname === "::") throw new Deno.errors.NotSupported("no IPv6");
    return machine.listen(hostname);
  });
  transport.send(DATAGRAM);
  await settle();
  assertEquals([[...machine.open], events.faults], [["0.0.0.0"], []]);
  await transport.close();
});
