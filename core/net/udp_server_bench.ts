// How much of a bare receive loop's rate the server leaves to a handler. A second process floods the
// socket; both loops run in turn, so that whatever else the machine does hits both alike.
import { silentLog } from "../log.ts";
import { startUdpServer } from "./udp_server.ts";

const DATAGRAM_BYTES = 64;
const DATAGRAM_BYTES_MAX = 1_200;
const DATAGRAMS = 50_000;
const FLOOD_MS_MAX = 10_000;
const HOSTNAME = "127.0.0.1";

/** Floods a port from another process until told to end, for `FLOOD_MS_MAX` at most. */
function flood(port: number): () => Promise<void> {
  const program = `
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "${HOSTNAME}", port: 0 });
    const to = { transport: "udp", hostname: "${HOSTNAME}", port: ${port} };
    const datagram = new Uint8Array(${DATAGRAM_BYTES});
    const end = performance.now() + ${FLOOD_MS_MAX};
    while (performance.now() < end) {
      const sends = [];
      for (let count = 0; count < 32; count++) sends.push(socket.send(datagram, to));
      await Promise.all(sends);
    }`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-config",
      "--unstable-net",
      "--allow-net",
      "data:," + encodeURIComponent(program),
    ],
  }).spawn();
  return async () => {
    child.kill();
    await child.status;
  };
}

Deno.bench(
  "a bare receive loop",
  { group: "50 000 datagrams", baseline: true, n: 8, warmup: 1 },
  async (bench) => {
    const socket = Deno.listenDatagram({ transport: "udp", hostname: HOSTNAME, port: 0 });
    if (socket.addr.transport !== "udp") throw new TypeError("Cannot flood: no UDP socket");
    const endFlood = flood(socket.addr.port);
    const buffer = new Uint8Array(DATAGRAM_BYTES_MAX + 1);
    await socket.receive(buffer);
    bench.start();
    for (let count = 0; count < DATAGRAMS; count++) await socket.receive(buffer);
    bench.end();
    await endFlood();
    socket.close();
  },
);

Deno.bench("UdpServer", { group: "50 000 datagrams", n: 8, warmup: 1 }, async (bench) => {
  const first = Promise.withResolvers<void>();
  const last = Promise.withResolvers<void>();
  let count = -1;
  const server = startUdpServer({
    hostname: HOSTNAME,
    port: 0,
    datagramBytesMax: DATAGRAM_BYTES_MAX,
    onDatagram: () => {
      count++;
      if (count === 0) first.resolve();
      else if (count === DATAGRAMS) last.resolve();
    },
    drops: () => {},
    log: silentLog,
  });
  const endFlood = flood(server.address.port);
  await first.promise;
  bench.start();
  await last.promise;
  bench.end();
  await endFlood();
  await server.close();
});
