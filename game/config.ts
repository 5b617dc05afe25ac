import { ConfigReader, type Env } from "../core/config.ts";
import { UDP_BACKEND_CHOICES, type UdpBackendChoice } from "../core/net/udp_choice.ts";
import type { ProxyProtocolOptions } from "../core/net/proxied_listener.ts";
import { readProxyProtocol } from "../core/net/proxy_protocol_config.ts";
import { isServerId } from "../core/protocol/server_status.ts";
import { readServiceConfig, type ServiceConfig } from "../core/service_config.ts";
import { BOT_SKILL_NAMES, type BotSkillName } from "./bots/bot_skill.ts";
import { COMMAND_ROUTES, type CommandRouteName } from "./command_route.ts";
import { fitsBytes } from "./wire/fits_bytes.ts";
import { HOST_BYTES_MAX } from "./wire/moved_message.ts";

/** The settings of a game server. */
export interface GameConfig extends ServiceConfig {
  /** A code such as `RU-SPE`, by which clients name the pings that they measured. */
  readonly region: string;
  /** Where that is, for people. */
  readonly city: string;
  /** The address or name at which players reach the region, 128 bytes at most; undefined: that of whoever asks. */
  readonly publicHost: string | undefined;
  /** Where datagrams arrive; 0 lets the system choose. */
  readonly udpPort: number;
  /** How datagrams are received and sent; `auto`: the fastest way that may be used here. */
  readonly udpBackend: UdpBackendChoice;
  /** Where lines arrive, from telnet or in JSON; 0 lets the system choose. */
  readonly tcpPort: number;
  /** Ticks a second, 10 to 60. */
  readonly tickRate: number;
  /** Snapshots a second for JSON clients; at most one a tick. */
  readonly jsonSnapshotRate: number;
  /** Snapshots a second in the binary protocol; at most one a tick. */
  readonly snapshotRate: number;
  /** How often each tank's position is written to the history, a second: 1 to 5. */
  readonly positionSampleRate: number;
  /** How long a tank waits for a client of the binary protocol that is not heard, in milliseconds. */
  readonly resumeMs: number;
  /** Tanks in play at once; a join beyond it is refused with `no_tanks`. */
  readonly tanksMax: number;
  /** Sessions at once; a join that would need one more is refused with `no_tanks`. */
  readonly sessionsMax: number;
  /** Bots in each match of a mode that has no team for them; PvE modes always have a team of them. */
  readonly botCount: number;
  /** How good bots are. */
  readonly botSkill: BotSkillName;
  /** Whether somebody without a token may play. */
  readonly allowGuests: boolean;
  /** Whether clients' commands go to the match at once, or through the broker first. */
  readonly commandRoute: CommandRouteName;
  /** A player on UDP who speaks JSON and is not heard for this long leaves, in milliseconds. */
  readonly silenceMs: number;
  /** A session made on order to which nobody comes ends after this long, in milliseconds. */
  readonly emptySessionMs: number;
  /** A match ends after this long at most, in milliseconds, whatever its mode allows. */
  readonly matchMsMax: number;
  /** Messages a second from one UDP address or TCP connection; more are dropped and counted. */
  readonly playerMessagesPerSecond: number;
  /** Replies over UDP a second to one host, states not among them; more are dropped and counted. */
  readonly strangerRepliesPerSecond: number;
  /** Open TCP connections; one more is closed at once. */
  readonly tcpConnectionsMax: number;
  /** Open TCP connections of one host; one more is closed at once. */
  readonly tcpConnectionsPerAddressMax: number;
  /** A TCP connection without a line for this long is closed, in milliseconds. */
  readonly tcpIdleTimeoutMs: number;
  /** Whose PROXY headers the TCP port believes; undefined: clients connect to it themselves. */
  readonly tcpProxyProtocol: ProxyProtocolOptions | undefined;
  /** Where Agones' sidecar listens on this machine; 0: the server does not run under Agones. */
  readonly agonesPort: number;
}

/** Reads a game server's settings. @throws ConfigError when a variable cannot be read */
export function parseGameConfig(env: Env): GameConfig {
  const reader = new ConfigReader(env);
  const service = readServiceConfig(reader, {
    prefix: "GAME",
    opsPort: 8001,
    serverId: "game-1",
  });
  if (!isServerId(service.serverId)) {
    reader.problem(
      "SERVER_ID",
      "must be letters, digits, _ and - with single dots",
      service.serverId,
    );
  }
  return reader.finish({
    ...service,
    region: reader.text("GAME_REGION", "local", { lengthMax: 64 }),
    city: reader.text("GAME_CITY", "local", { lengthMax: 64 }),
    publicHost: readPublicHost(reader),
    udpPort: reader.port("GAME_UDP_PORT", 9999),
    udpBackend: reader.choice("GAME_UDP_BACKEND", "auto", UDP_BACKEND_CHOICES),
    tcpPort: reader.port("GAME_TCP_PORT", 8889),
    tickRate: reader.integer("GAME_TICK_RATE", 30, { min: 10, max: 60 }),
    jsonSnapshotRate: reader.integer("GAME_JSON_SNAPSHOT_RATE", 15, { min: 1, max: 60 }),
    snapshotRate: reader.integer("GAME_SNAPSHOT_RATE", 60, { min: 1, max: 60 }),
    positionSampleRate: reader.integer("GAME_POSITION_SAMPLE_RATE", 2, { min: 1, max: 5 }),
    resumeMs: reader.integer("GAME_RESUME_MS", 30_000, { min: 100, max: 600_000 }),
    tanksMax: reader.integer("GAME_TANKS_MAX", 5_000, { min: 1, max: 100_000 }),
    sessionsMax: reader.integer("GAME_SESSIONS_MAX", 1_000, { min: 1, max: 100_000 }),
    botCount: reader.integer("GAME_BOT_COUNT", 0, { min: 0, max: 99 }),
    botSkill: reader.choice("GAME_BOT_SKILL", "normal", BOT_SKILL_NAMES),
    allowGuests: reader.boolean("GAME_ALLOW_GUESTS", false),
    commandRoute: reader.choice("GAME_COMMAND_ROUTE", "direct", COMMAND_ROUTES),
    silenceMs: reader.integer("GAME_SILENCE_MS", 15_000, { min: 100, max: 600_000 }),
    emptySessionMs: reader.integer("GAME_EMPTY_SESSION_MS", 60_000, { min: 100, max: 3_600_000 }),
    matchMsMax: reader.integer("GAME_MATCH_MS_MAX", 3_600_000, { min: 1_000, max: 3_600_000 }),
    playerMessagesPerSecond: reader.integer("GAME_PLAYER_MESSAGES_PER_SECOND", 240, {
      min: 1,
      max: 10_000_000,
    }),
    strangerRepliesPerSecond: reader.integer("GAME_STRANGER_REPLIES_PER_SECOND", 200, {
      min: 1,
      max: 1_000_000,
    }),
    tcpConnectionsMax: reader.integer("GAME_TCP_CONNECTIONS_MAX", 5_000, { min: 1, max: 100_000 }),
    tcpConnectionsPerAddressMax: reader.integer("GAME_TCP_CONNECTIONS_PER_ADDRESS_MAX", 1_000, {
      min: 1,
      max: 100_000,
    }),
    tcpIdleTimeoutMs: reader.integer("GAME_TCP_IDLE_TIMEOUT_MS", 30_000, {
      min: 100,
      max: 3_600_000,
    }),
    tcpProxyProtocol: readProxyProtocol(reader, "GAME"),
    agonesPort: reader.port("AGONES_SDK_HTTP_PORT", 0),
  });
}

function readPublicHost(reader: ConfigReader): string | undefined {
  const host = reader.optional("GAME_PUBLIC_HOST");
  // A longer one could not be named to the players of a match that moves here.
  if (host !== undefined && !fitsBytes(host, HOST_BYTES_MAX)) {
    const rule = `must have at most ${HOST_BYTES_MAX} bytes`;
    reader.problem("GAME_PUBLIC_HOST", rule, host);
  }
  return host;
}
