import { AddressToken } from "../core/net/address_token.ts";
import { RateLimiter } from "../core/net/rate_limiter.ts";
import { chooseUdpBackend } from "../core/net/udp_choice.ts";
import { startUdpIo, type UdpIo } from "../core/net/udp_io.ts";
import type { UdpSource } from "../core/net/udp_source.ts";
import { DATAGRAM_MARK } from "./wire/datagram.ts";
import { openBinaryEndpoint } from "./binary/open_binary_endpoint.ts";
import { type GameParts, MESSAGE_BURST_S, RATE_LIMITED_KEYS_MAX } from "./game_parts.ts";
import { DATAGRAM_BYTES_MAX, UdpEndpoint } from "./udp_endpoint.ts";

/** How often connections that are over are looked for. */
const EXPIRY_PERIOD_MS = 1_000;

const ADDRESS_SECRET_LIFETIME_MS = 30_000;
/** An address that plays with nobody may be answered at once as often as in this many seconds. */
const STRANGER_BURST_S = 3;

/** Why a datagram is lost before it is handed over. */
const DROPPED_BEFORE: ReadonlySet<string> = new Set([
  "too_large",
  "source_rate",
  "bad_tag",
  "inbound_full",
]);

/** What the socket's thread lets one source send, by what the server does. */
const THREAD_RATE_FACTOR = 2;

/** A UDP socket that is served. */
export interface UdpListener extends Pick<UdpIo, "address" | "close"> {
  /** Handles datagrams at once from now on: there are no ticks any more at which it could. */
  endTicks(): void;
}

/**
 * Opens the UDP socket in a thread of its own and serves it, at every part of a tick. When the thread
 * dies, that is reported as an error that nobody handled, which ends the service in order.
 *
 * @throws Error when the port cannot be listened on, or the backend cannot be had
 */
export async function listenUdp(parts: GameParts): Promise<UdpListener> {
  const { config, deps, loop, handler, messages, metrics } = parts;
  const { clock, log } = deps;
  const backend = chooseUdpBackend(config.udpBackend, config.listenHost);
  const shared = {
    send: (datagram: Uint8Array, to: UdpSource, length?: number): void =>
      server.send(datagram, to, length),
    addressToken: new AddressToken({
      secretLifetimeMs: ADDRESS_SECRET_LIFETIME_MS,
      clock,
      randomBytes,
    }),
    strangers: new RateLimiter({
      ratePerSecond: config.strangerRepliesPerSecond,
      burst: config.strangerRepliesPerSecond * STRANGER_BURST_S,
      keysMax: RATE_LIMITED_KEYS_MAX,
      clock,
    }),
  };
  const endpoint = new UdpEndpoint({ ...shared, handler, messages, metrics, log });
  const binary = openBinaryEndpoint(parts, {
    ...shared,
    randomBytes,
    tell: (command) => server.tryTell(command),
  });
  const limit = config.playerMessagesPerSecond * THREAD_RATE_FACTOR;
  const server: UdpIo = await startUdpIo({
    hostname: config.listenHost,
    port: config.udpPort,
    backend,
    datagramBytesMax: DATAGRAM_BYTES_MAX,
    sourceRate: { perSecond: limit, burst: limit * MESSAGE_BURST_S },
    onDatagram: (datagram) => {
      const { bytes, length, source } = datagram;
      if (bytes[0] !== DATAGRAM_MARK || length === 0) {
        return endpoint.onDatagram(bytes.subarray(0, length), source);
      }
      metrics.datagrams.inc();
      binary.onDatagram(bytes, source, datagram);
    },
    drops: (reason, count) => {
      metrics.drops[reason].inc(count);
      // The endpoint counts what it is handed, which these are not.
      if (DROPPED_BEFORE.has(reason)) metrics.datagrams.inc(count);
    },
    onFault: (error) => reportError(error),
    log,
    clock,
  });
  log.info("udp_backend", { backend: backend.name });
  loop.beforePhases(() => server.drain());
  const stopExpiry = clock.every(EXPIRY_PERIOD_MS, () => binary.expire());
  return {
    address: server.address,
    endTicks: () => server.setWakeAt(1),
    close: () => {
      stopExpiry();
      return server.close();
    },
  };
}

function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
