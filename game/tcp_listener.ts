import { startTcpServer, type TcpServer } from "../core/net/tcp_server.ts";
import { ChatRoom } from "./chat_room.ts";
import type { GameParts } from "./game_parts.ts";
import { TcpEndpoint } from "./tcp_endpoint.ts";

const LINE_BYTES_MAX = 8_192;
const WRITE_TIMEOUT_MS = 10_000;
const WRITE_QUEUE_BYTES_MAX = 256 * 1_024;
const PIPELINED_LINES_MAX = 64;

/** Opens the TCP socket and serves it. @throws Error when the port cannot be listened on */
export function listenTcp(parts: GameParts): TcpServer {
  const { config, deps, sessions, handler, route, messages, metrics, auth, isEnded } = parts;
  const { clock, log } = deps;
  const room = new ChatRoom();
  return startTcpServer({
    hostname: config.listenHost,
    port: config.tcpPort,
    proxyProtocol: config.tcpProxyProtocol,
    lineBytesMax: LINE_BYTES_MAX,
    connectionsMax: config.tcpConnectionsMax,
    connectionsPerAddressMax: config.tcpConnectionsPerAddressMax,
    idleTimeoutMs: config.tcpIdleTimeoutMs,
    writeTimeoutMs: WRITE_TIMEOUT_MS,
    writeQueueBytesMax: WRITE_QUEUE_BYTES_MAX,
    pipelinedLinesMax: PIPELINED_LINES_MAX,
    clock,
    log,
    drops: (reason) => metrics.tcpDrops[reason].inc(),
    protocol: (connection) =>
      new TcpEndpoint(connection, {
        auth,
        isEnded,
        sessions,
        handler,
        route,
        room,
        messages,
        metrics,
        log,
      }),
  });
}
