import { AddressToken } from "../core/net/address_token.ts";
import { RateLimiter } from "../core/net/rate_limiter.ts";
import { startUdpServer, type UdpServer } from "../core/net/udp_server.ts";
import { type GameParts, RATE_LIMITED_KEYS_MAX } from "./game_parts.ts";
import { DATAGRAM_BYTES_MAX, UdpEndpoint } from "./udp_endpoint.ts";

const ADDRESS_SECRET_LIFETIME_MS = 30_000;
/** An address that plays with nobody may be answered at once as often as in this many seconds. */
const STRANGER_BURST_S = 3;

/** Opens the UDP socket and serves it. @throws Error when the port cannot be listened on */
export function listenUdp(parts: GameParts): UdpServer {
  const { config, deps, handler, messages, metrics } = parts;
  const { clock, log } = deps;
  const endpoint: UdpEndpoint = new UdpEndpoint({
    handler,
    send: (datagram, to) => server.send(datagram, to),
    addressToken: new AddressToken({
      secretLifetimeMs: ADDRESS_SECRET_LIFETIME_MS,
      clock,
      randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
    }),
    strangers: new RateLimiter({
      ratePerSecond: config.strangerRepliesPerSecond,
      burst: config.strangerRepliesPerSecond * STRANGER_BURST_S,
      keysMax: RATE_LIMITED_KEYS_MAX,
      clock,
    }),
    messages,
    metrics,
    log,
  });
  const server: UdpServer = startUdpServer({
    hostname: config.listenHost,
    port: config.udpPort,
    datagramBytesMax: DATAGRAM_BYTES_MAX,
    onDatagram: (bytes, from) => endpoint.onDatagram(bytes, from),
    drops: (reason) => {
      metrics.drops[reason].inc();
      // The endpoint counts what it is handed, which this is not.
      if (reason === "too_large") metrics.datagrams.inc();
    },
    log,
  });
  return server;
}
