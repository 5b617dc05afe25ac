import { ConfigReader, type Env } from "./config.ts";
import { LOG_LEVELS, type LogFormat, type LogLevel } from "./log.ts";

/** Settings that every service has. */
export interface ServiceConfig {
  /** Names this process in events and metrics; unique among the servers of a system. */
  readonly serverId: string;
  /** Where clients' sockets listen. */
  readonly listenHost: string;
  /** Where metrics and probes listen; loopback unless a scraper must reach it. */
  readonly opsHost: string;
  /** On `opsHost`; 0 lets the system choose. */
  readonly opsPort: number;
  /** How long work in hand may take to finish when the service ends, in milliseconds. */
  readonly drainMs: number;
}

/** Settings of the process: its log and its folder. */
export interface ProcessConfig {
  /** Events below this level are not written. */
  readonly logLevel: LogLevel;
  /** `auto`: text on a terminal, JSON elsewhere. */
  readonly logFormat: LogFormat | "auto";
  /** The folder for everything that is kept on disk. */
  readonly dataDir: string;
}

/**
 * Reads what every service has; bad values are noted in `reader`, not thrown.
 *
 * @param service `prefix`: of its own variables, such as `AUTH`; the others are its defaults
 */
export function readServiceConfig(
  reader: ConfigReader,
  service: { readonly prefix: string; readonly opsPort: number; readonly serverId: string },
): ServiceConfig {
  return {
    serverId: reader.text("SERVER_ID", service.serverId, { lengthMax: 64 }),
    listenHost: reader.text("LISTEN_HOST", "0.0.0.0", { lengthMax: 255 }),
    opsHost: reader.text("OPS_HOST", "127.0.0.1", { lengthMax: 255 }),
    opsPort: reader.port(`${service.prefix}_OPS_PORT`, service.opsPort),
    drainMs: reader.integer("DRAIN_MS", 4_000, { min: 0, max: 600_000 }),
  };
}

/** Reads what the process has; bad values are noted in `reader`, not thrown. */
export function readProcessConfig(reader: ConfigReader): ProcessConfig {
  return {
    logLevel: reader.choice("LOG_LEVEL", "INFO", LOG_LEVELS),
    logFormat: reader.choice("LOG_FORMAT", "auto", ["auto", "json", "text"]),
    dataDir: reader.text("DATA_DIR", "./data"),
  };
}

/** Reads the settings of the process. @throws ConfigError when a variable cannot be read */
export function parseProcessConfig(env: Env): ProcessConfig {
  const reader = new ConfigReader(env);
  return reader.finish(readProcessConfig(reader));
}
