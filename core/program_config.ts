import { parsePortsConfig, type PortsConfig } from "./adapters/ports_config.ts";
import { checkTogether, type Env } from "./config.ts";
import type { Ports } from "./service.ts";
import { parseProcessConfig, type ProcessConfig } from "./service_config.ts";

/** All that a service reads from its environment. */
export interface ProgramConfig<Config> {
  /** Its own. */
  readonly service: Config;
  /** Its process'. */
  readonly process: ProcessConfig;
  /** Its brokers' and databases'. */
  readonly ports: PortsConfig;
}

/** What reads the settings of a service, and which ports it opens. */
export interface ProgramReader<Config> {
  /** All by default; what stands behind others is not read. */
  readonly ports?: readonly (keyof Ports)[];
  /** Reads the service's own. @throws ConfigError when a variable cannot be read */
  parseConfig(env: Env): Config;
}

/** Reads everything. @throws ConfigError naming every variable of all three that cannot be read */
export function parseProgramConfig<Config>(
  env: Env,
  reader: ProgramReader<Config>,
): ProgramConfig<Config> {
  checkTogether([
    () => reader.parseConfig(env),
    () => parseProcessConfig(env),
    () => parsePortsConfig(env, reader.ports),
  ]);
  return {
    service: reader.parseConfig(env),
    process: parseProcessConfig(env),
    ports: parsePortsConfig(env, reader.ports),
  };
}
