/**
 * Does what `udp_sender.c` does, with the same arguments and output, where there is no C compiler. It
 * may be slower than the server that it is to keep busy.
 *
 * @module
 */
const BATCH = 32;
const SENDS_IN_FLIGHT_MAX = 1_024;
const JOIN_TRIES = 20;
const REPLY_DEADLINE_MS = 500;

const [hostname = "", portText, socketsText, secondsText, joins] = Deno.args;
const to: Deno.NetAddr = { transport: "udp", hostname, port: Number(portText) };
const encoder = new TextEncoder();
const sockets = Array.from(
  { length: Number(socketsText) },
  () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
);
if (joins === "1") { for (const [player, socket] of sockets.entries()) await join(socket, player); }
print("sending");
print(JSON.stringify(await flood(Number(secondsText) * 1_000)));
for (const socket of sockets) socket.close();

async function join(socket: Deno.DatagramConn, player: number): Promise<void> {
  const request = encoder.encode(`{"action":"join_game","player_id":"b${player}"}`);
  for (let tries = 0; tries < JOIN_TRIES; tries++) {
    const received = socket.receive().then(([bytes]) => new TextDecoder().decode(bytes));
    await socket.send(request, to);
    const late = new Promise<string>((resolve) => setTimeout(resolve, REPLY_DEADLINE_MS, ""));
    const reply = await Promise.race([received, late]);
    if (/"(?:joined|already_in_session)"/.test(reply)) return;
  }
  throw new Error(`Cannot join as b${player}: no answer`);
}

async function flood(
  durationMs: number,
): Promise<{ readonly sent: number; readonly refused: number; readonly seconds: number }> {
  const datagrams = sockets.map((_, player) => movesOf(player));
  const startMs = performance.now();
  let sent = 0;
  let refused = 0;
  let inFlight = 0;
  while (performance.now() - startMs < durationMs) {
    for (const [player, socket] of sockets.entries()) {
      for (const datagram of datagrams[player] ?? []) {
        inFlight++;
        socket.send(datagram, to)
          .then(() => sent++, () => refused++)
          .finally(() => inFlight--);
      }
      while (inFlight > SENDS_IN_FLIGHT_MAX) await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  return { sent, refused, seconds: (performance.now() - startMs) / 1_000 };
}

function movesOf(player: number): Uint8Array[] {
  return Array.from({ length: BATCH }, (_, index) => {
    const x = (player * 37 + index * 11) % 89 + 10;
    const y = (player * 53 + index * 29) % 89 + 10;
    return encoder.encode(`{"action":"move","player_id":"b${player}","position":[${x}.5,${y}]}`);
  });
}

function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}
