/**
 * Sends UDP datagrams back: `udp_echo.ts bare` with the least that `Deno.listenDatagram` costs,
 * `udp_echo.ts datagram` and `udp_echo.ts mmsg` through a thread with its rings, as the game server
 * does, this thread doing the echo. Prints `{"port":…}`.
 *
 * @module
 */
import { silentLog } from "../../core/log.ts";
import { chooseUdpBackend } from "../../core/net/udp_choice.ts";
import { startUdpIo, type UdpIo } from "../../core/net/udp_io.ts";

const HOSTNAME = "127.0.0.1";
const BUFFER_BYTES = 2_048;
const NO_LIMIT = { perSecond: 1e9, burst: 1e9 };

const [name] = Deno.args;
if (name === "datagram" || name === "mmsg") await echoThroughThread(name);
else await echoBare();

async function echoThroughThread(name: "datagram" | "mmsg"): Promise<void> {
  const io: UdpIo = await startUdpIo({
    hostname: HOSTNAME,
    port: 0,
    backend: chooseUdpBackend(name, HOSTNAME),
    datagramBytesMax: 1_200,
    sourceRate: NO_LIMIT,
    wakeAtSlots: 1,
    onDatagram: ({ bytes, source, length }) => io.send(bytes, source, length),
    drops: () => {},
    onFault: (error) => reportError(error),
    log: silentLog,
  });
  sayPort(io.address.port);
}

async function echoBare(): Promise<void> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: HOSTNAME, port: 0 });
  if (socket.addr.transport === "udp") sayPort(socket.addr.port);
  const buffer = new Uint8Array(BUFFER_BYTES);
  while (true) {
    const [bytes, from] = await socket.receive(buffer);
    // The buffer is used again at once only because this is awaited; Deno mostly sends within the call.
    await socket.send(bytes, from);
  }
}

function sayPort(port: number): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify({ port })}\n`));
}
